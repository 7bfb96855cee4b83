//! What operations refuse to do, as the DOM standard names it.

use std::fmt;

/// A DOMException's name, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomError {
    pub name: &'static str,
    pub message: String,
}

impl DomError {
    pub fn new(name: &'static str, message: impl Into<String>) -> DomError {
        DomError {
            name,
            message: message.into(),
        }
    }

    pub fn hierarchy(message: impl Into<String>) -> DomError {
        DomError::new("HierarchyRequestError", message)
    }

    pub fn not_found(message: impl Into<String>) -> DomError {
        DomError::new("NotFoundError", message)
    }

    pub fn index_size(message: impl Into<String>) -> DomError {
        DomError::new("IndexSizeError", message)
    }

    pub fn invalid_character(message: impl Into<String>) -> DomError {
        DomError::new("InvalidCharacterError", message)
    }

    pub fn namespace(message: impl Into<String>) -> DomError {
        DomError::new("NamespaceError", message)
    }

    pub fn invalid_state(message: impl Into<String>) -> DomError {
        DomError::new("InvalidStateError", message)
    }

    pub fn not_supported(message: impl Into<String>) -> DomError {
        DomError::new("NotSupportedError", message)
    }

    pub fn syntax(message: impl Into<String>) -> DomError {
        DomError::new("SyntaxError", message)
    }
}

impl fmt::Display for DomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl std::error::Error for DomError {}
