//! The types that the crate `selectors` is told to use, and what it parses.

use std::borrow::Borrow;
use std::fmt;

use cssparser::{CowRcStr, ToCss};
use html5ever::{LocalName, Namespace, ns};
use precomputed_hash::PrecomputedHash;
use selectors::parser::{SelectorImpl, SelectorParseErrorKind};

use super::pseudo::{PseudoClass, PseudoElement};

type ParseError = cssparser::ParseError<SelectorParseErrorKind>;

#[derive(Debug, Clone)]
pub(super) struct Names;

impl SelectorImpl for Names {
    type ExtraMatchingData<'a> = ();
    type AttrValue = Text;
    type Identifier = Name;
    type LocalName = Name;
    type NamespaceUrl = Namespace;
    type NamespacePrefix = Name;
    type BorrowedNamespaceUrl = Namespace;
    type BorrowedLocalName = LocalName;
    type NonTSPseudoClass = PseudoClass;
    type PseudoElement = PseudoElement;
}

/// The value that an attribute is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(Box<str>);

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(text.into())
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl ToCss for Text {
    fn to_css<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        cssparser::serialize_string(&self.0, out)
    }
}

/// A name of an element, attribute, class or id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Name(pub LocalName);

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name(LocalName::from(text))
    }
}

impl Borrow<LocalName> for Name {
    fn borrow(&self) -> &LocalName {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PrecomputedHash for Name {
    fn precomputed_hash(&self) -> u32 {
        self.0.precomputed_hash()
    }
}

impl ToCss for Name {
    fn to_css<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        cssparser::serialize_identifier(&self.0, out)
    }
}

/// The grammar beyond what every user of the crate has.
pub(super) struct Parser;

impl<'i> selectors::Parser<'i> for Parser {
    type Impl = Names;
    type Error = SelectorParseErrorKind;

    fn parse_is_and_where(&self) -> bool {
        true
    }

    fn parse_has(&self) -> bool {
        true
    }

    fn parse_nth_child_of(&self) -> bool {
        true
    }

    fn parse_host(&self) -> bool {
        true
    }

    fn parse_slotted(&self) -> bool {
        true
    }

    fn parse_part(&self) -> bool {
        true
    }

    fn parse_non_ts_pseudo_class(&self, name: &str) -> Result<PseudoClass, ParseError> {
        PseudoClass::named(name).ok_or_else(unsupported)
    }

    fn parse_non_ts_functional_pseudo_class(
        &self,
        name: &str,
        input: &mut cssparser::Parser<'i>,
        _after_part: bool,
    ) -> Result<PseudoClass, ParseError> {
        match_function(name, input)
    }

    fn parse_pseudo_element(&self, name: &str) -> Result<PseudoElement, ParseError> {
        PseudoElement::named(name).ok_or_else(unsupported)
    }

    fn namespace_for_prefix(&self, _prefix: &Name) -> Option<Namespace> {
        // querySelector knows no prefixes (DOM, "scope-match a selectors string").
        None
    }
}

fn unsupported() -> ParseError {
    cssparser::ParseError::custom(SelectorParseErrorKind::UnsupportedPseudoClassOrElement)
}

fn match_function(
    name: &str,
    input: &mut cssparser::Parser<'_>,
) -> Result<PseudoClass, ParseError> {
    if name.eq_ignore_ascii_case("lang") {
        let ranges = input.parse_comma_separated(|input| {
            let range: &CowRcStr<'_> = input.expect_ident_or_string()?;
            Ok(Box::from(&**range))
        })?;
        return Ok(PseudoClass::Lang(ranges));
    }
    if name.eq_ignore_ascii_case("dir") {
        let direction = input.expect_ident()?;
        return Ok(PseudoClass::Dir(direction.to_ascii_lowercase().into()));
    }
    if name.eq_ignore_ascii_case("state") {
        let state = input.expect_ident()?;
        return Ok(PseudoClass::State(Box::from(&**state)));
    }
    Err(unsupported())
}

/// No namespace.
pub(super) fn no_namespace() -> Namespace {
    ns!()
}
