//! XML in and out: a well-formedness parser of the kind that `DOMParser` wants, and
//! "XML serialization" (DOM Parsing, 3.2).

mod parser;
mod serializer;

pub(crate) use parser::{error_document, parse_document, parse_fragment};
pub(crate) use serializer::{inner, outer};
