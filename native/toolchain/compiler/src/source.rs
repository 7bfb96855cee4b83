//! What is compiled: a text, its name, and the language it is written in.

use std::path::Path;

use oxc::span::SourceType;

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Js,
    Jsx,
    Ts,
    Tsx,
}

/// A text with the name that errors and source maps call it by.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub text: &'a str,
    pub name: &'a str,
    /// Where the extension of the name does not say it.
    pub language: Option<Language>,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str, name: &'a str) -> Self {
        Self {
            text,
            name,
            language: None,
        }
    }

    /// By the extension; a name without a known one is JavaScript. Scripts and
    /// modules are told apart by their syntax, but for `.mjs`, `.cjs` and the like.
    pub(crate) fn source_type(&self) -> SourceType {
        let path = match self.language {
            None => self.name,
            Some(Language::Js) => "a.js",
            Some(Language::Jsx) => "a.jsx",
            Some(Language::Ts) => "a.ts",
            Some(Language::Tsx) => "a.tsx",
        };
        SourceType::from_path(Path::new(path)).unwrap_or_else(|_| SourceType::unambiguous())
    }
}
