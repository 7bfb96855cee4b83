//! Lists of CSS declarations, as a `style` attribute has them: CSSOM, 6.6, by
//! `cssparser`. Values are kept as they are written.

use std::collections::HashSet;
use std::sync::OnceLock;

use cssparser::{Delimiter, ParseError, Parser, Token};

use crate::css_properties::{PROPERTIES, SHORTHANDS};

/// One declaration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declaration {
    pub name: String,
    pub value: String,
    pub important: bool,
}

/// Whether there is a property of that name, custom ones included.
pub(crate) fn is_known(name: &str) -> bool {
    static KNOWN: OnceLock<HashSet<&str>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| PROPERTIES.iter().copied().collect());
    name.starts_with("--") || known.contains(name)
}

/// Custom properties keep their case, others have none.
pub(crate) fn normal_name(name: &str) -> String {
    match name.starts_with("--") {
        true => name.to_owned(),
        false => name.to_ascii_lowercase(),
    }
}

/// `background-color` of `backgroundColor`; `None` where it is no property.
pub(crate) fn property_of(attribute: &str) -> Option<String> {
    if attribute == "cssFloat" {
        return Some("float".to_owned());
    }
    if attribute.contains('-') {
        let known = !attribute.starts_with("--") && is_known(attribute);
        return known.then(|| attribute.to_owned());
    }
    let mut out = String::with_capacity(attribute.len() + 4);
    if attribute.starts_with("webkit") {
        out.push('-');
    }
    for char in attribute.chars() {
        if char.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(char.to_ascii_lowercase());
    }
    is_known(&out).then_some(out)
}

/// Parse a list of declarations; what is none is dropped, a later one of the same
/// name counts.
pub(crate) fn parse(text: &str) -> Vec<Declaration> {
    let mut found: Vec<Declaration> = Vec::new();
    let mut parser = Parser::new(text);
    while !parser.is_exhausted() {
        let one: Result<Option<Declaration>, ParseError<()>> =
            parser.parse_until_after(Delimiter::Semicolon, declaration);
        if let Ok(Some(one)) = one {
            put(&mut found, one);
        }
    }
    found
}

/// "Set a CSS declaration": in the place of one of that name, or last.
pub(crate) fn put(declarations: &mut Vec<Declaration>, one: Declaration) {
    match declarations.iter().position(|own| own.name == one.name) {
        Some(at) => declarations[at] = one,
        None => declarations.push(one),
    }
}

fn declaration(input: &mut Parser<'_>) -> Result<Option<Declaration>, ParseError<()>> {
    let Ok(name) = input.expect_ident_cloned() else {
        return Ok(None);
    };
    let name = normal_name(&name);
    if input.expect_colon().is_err() {
        return Ok(None);
    }
    input.skip_whitespace();
    let start = input.position();
    let mut end = start;
    let mut important = false;
    while let Ok(token) = input.next() {
        match token {
            Token::Delim('!') => {
                important = input.expect_ident_matching("important").is_ok();
                if !important || !input.is_exhausted() {
                    return Ok(None);
                }
                break;
            }
            Token::BadString(_)
            | Token::BadUrl(_)
            | Token::CloseParenthesis
            | Token::CloseSquareBracket
            | Token::CloseCurlyBracket => return Ok(None),
            Token::Function(_)
            | Token::ParenthesisBlock
            | Token::SquareBracketBlock
            | Token::CurlyBracketBlock => {
                let inside: Result<(), ParseError<()>> = input.parse_nested_block(|input| {
                    while input.next().is_ok() {}
                    Ok(())
                });
                if inside.is_err() {
                    return Ok(None);
                }
            }
            _ => {}
        }
        end = input.position();
    }
    let value = input.slice(start..end).trim().to_owned();
    if (value.is_empty() && !name.starts_with("--")) || !is_known(&name) {
        return Ok(None);
    }
    Ok(Some(Declaration {
        name,
        value,
        important,
    }))
}

/// A value, if it is one as a whole: no `;`, no `!`, brackets in pairs.
pub(crate) fn checked_value(value: &str) -> Option<String> {
    let value = value.trim();
    match &parse(&format!("--value:{value}"))[..] {
        [only] if only.value == value && !only.important => Some(value.to_owned()),
        _ => None,
    }
}

/// The list as the text of a `style` attribute.
pub(crate) fn serialize(declarations: &[Declaration]) -> String {
    let mut out = String::new();
    for one in declarations {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&one.name);
        out.push_str(": ");
        out.push_str(&one.value);
        if one.important {
            out.push_str(" !important");
        }
        out.push(';');
    }
    out
}

/// What a shorthand of four sides says of one.
pub(crate) fn side_of(declarations: &[Declaration], name: &str) -> Option<String> {
    for (shorthand, sides) in SHORTHANDS {
        let Some(side) = sides.iter().position(|side| *side == name) else {
            continue;
        };
        let Some(whole) = declarations.iter().find(|one| one.name == *shorthand) else {
            continue;
        };
        let parts: Vec<&str> = whole.value.split_ascii_whitespace().collect();
        let at = match (parts.len(), side) {
            (1, _) => 0,
            (2, side) => side % 2,
            (3, 3) => 1,
            (3 | 4, side) => side,
            _ => return None,
        };
        return Some(parts[at].to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_of_all_kinds() {
        let cases = [
            ("color: red", "color: red;"),
            (
                "COLOR : Red ;; width:1px!important",
                "color: Red; width: 1px !important;",
            ),
            ("color: red; color: blue", "color: blue;"),
            ("nothing: 1; --X: a b", "--X: a b;"),
            (
                "background: url(a;b) no-repeat",
                "background: url(a;b) no-repeat;",
            ),
            ("color: }; width: 2px", "width: 2px;"),
            ("color", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(serialize(&parse(text)), expected, "{text}");
        }
        assert_eq!(checked_value(" 1px "), Some("1px".into()));
        assert_eq!(checked_value("1px; color: red"), None);
        assert_eq!(
            side_of(&parse("margin: 1px 2px"), "margin-left"),
            Some("2px".into())
        );
        assert_eq!(
            property_of("webkitTransform").as_deref(),
            Some("-webkit-transform")
        );
        assert_eq!(property_of("fooBar"), None);
    }
}
