//! What a CommonJS module exports, read from its text before it has run: an ES
//! module that imports it is linked first. As Node's cjs-module-lexer: it knows the
//! forms that compilers write and people use, and misses names that are computed.

use std::collections::BTreeSet;

/// Names that a text assigns to its exports, and specifiers whose exports it
/// passes on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Exports {
    pub(crate) names: BTreeSet<String>,
    pub(crate) passed_on: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    /// Any other character; `==` and `=>` are not `=`.
    Mark(u8),
    Other,
}

use Token::{Mark, Other, Text, Word};

pub(crate) fn of(text: &str) -> Exports {
    let tokens = tokens(text);
    let mut exports = Exports::default();
    for at in 0..tokens.len() {
        let rest = &tokens[at..];
        if at > 0 && tokens[at - 1] == Mark(b'.') {
            continue;
        }
        match rest {
            [
                Word("Object"),
                Mark(b'.'),
                Word("defineProperty"),
                Mark(b'('),
                after @ ..,
            ] => {
                if let Some([Mark(b','), Text(name), ..]) = after_exports(after) {
                    exports.add(name);
                }
            }
            [Word("__exportStar" | "__export"), Mark(b'('), after @ ..] => {
                exports.pass_on(after);
            }
            _ => {
                if let Some(after) = after_exports(rest) {
                    assigned(&mut exports, rest, after);
                }
            }
        }
        // tslib.__exportStar(require("x"), exports)
        if let [Mark(b'.'), Word("__exportStar"), Mark(b'('), after @ ..] =
            &rest[1.min(rest.len())..]
        {
            exports.pass_on(after);
        }
    }
    exports
}

/// What follows `exports` or `module.exports`.
fn after_exports<'s, 't>(tokens: &'s [Token<'t>]) -> Option<&'s [Token<'t>]> {
    match tokens {
        [Word("module"), Mark(b'.'), Word("exports"), after @ ..]
        | [Word("exports"), after @ ..] => Some(after),
        _ => None,
    }
}

fn assigned(exports: &mut Exports, whole: &[Token<'_>], after: &[Token<'_>]) {
    match after {
        [Mark(b'.'), Word(name), Mark(b'='), ..]
        | [Mark(b'['), Text(name), Mark(b']'), Mark(b'='), ..] => exports.add(name),
        [Mark(b'='), Mark(b'{'), keys @ ..] if whole[0] == Word("module") => {
            literal(exports, keys);
        }
        [Mark(b'='), after @ ..] if whole[0] == Word("module") => {
            exports.pass_on(after);
        }
        _ => {}
    }
}

/// The keys of an object literal.
fn literal(exports: &mut Exports, tokens: &[Token<'_>]) {
    let mut depth = 0_usize;
    let mut key_follows = true;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Mark(b'{' | b'(' | b'[') => depth += 1,
            Mark(b'}' | b')' | b']') if depth == 0 => return,
            Mark(b'}' | b')' | b']') => depth -= 1,
            Mark(b',') if depth == 0 => {
                key_follows = true;
                continue;
            }
            Word(key) | Text(key) if depth == 0 && key_follows => match tokens.get(at + 1) {
                Some(Mark(b',' | b':' | b'}' | b'(')) => exports.add(key),
                // `get key() {}`, `async key() {}`
                Some(Word(_)) => continue,
                _ => {}
            },
            Mark(b'.') if depth == 0 && key_follows => {
                // `...require("x")`
                if let [Mark(b'.'), Mark(b'.'), Mark(b'.'), spread @ ..] = &tokens[at..] {
                    exports.pass_on(spread);
                }
            }
            _ => {}
        }
        key_follows = false;
    }
}

impl Exports {
    fn add(&mut self, name: &str) {
        if name != "default" && !name.contains('\\') {
            self.names.insert(name.to_owned());
        }
    }

    /// `require("x")`.
    fn pass_on(&mut self, tokens: &[Token<'_>]) {
        if let [Word("require"), Mark(b'('), Text(specifier), Mark(b')'), ..] = tokens {
            self.passed_on.push((*specifier).to_owned());
        }
    }
}

/// Words, strings and marks, without comments, templates and regular expressions.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'/' if bytes.get(at) == Some(&b'/') => at = find(bytes, at, b"\n"),
            b'/' if bytes.get(at) == Some(&b'*') => at = find(bytes, at + 1, b"*/") + 2,
            b'/' if regexp_may_begin(&tokens) => {
                at = regexp_end(bytes, at);
                tokens.push(Other);
            }
            b'"' | b'\'' => {
                at = string_end(bytes, at, byte);
                tokens.push(Text(&text[start + 1..(at - 1).max(start + 1)]));
            }
            b'`' => {
                at = string_end(bytes, at, byte);
                tokens.push(Other);
            }
            b'=' if matches!(bytes.get(at), Some(b'=' | b'>')) => {
                while matches!(bytes.get(at), Some(b'=' | b'>')) {
                    at += 1;
                }
                tokens.push(Other);
            }
            _ if is_word(byte) => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                tokens.push(Word(&text[start..at]));
            }
            _ => tokens.push(Mark(byte)),
        }
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    let from = from.min(bytes.len());
    let found = bytes[from..]
        .windows(what.len())
        .position(|part| part == what);
    found.map_or(bytes.len(), |found| from + found)
}

/// Behind the closing quote, or the end of the text.
fn string_end(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            b'\n' if quote != b'`' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn regexp_may_begin(tokens: &[Token<'_>]) -> bool {
    match tokens.last() {
        None => true,
        Some(Mark(mark)) => !matches!(mark, b')' | b']' | b'}'),
        Some(Word(word)) => matches!(*word, "return" | "typeof" | "case" | "in" | "of" | "void"),
        Some(Text(_)) => false,
        Some(Other) => false,
    }
}

fn regexp_end(bytes: &[u8], mut at: usize) -> usize {
    let mut in_class = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return at + 1,
            b'\n' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[track_caller]
    fn check(text: &str, names: &[&str], passed_on: &[&str]) {
        let found = of(text);
        assert_eq!(found.names.iter().collect::<Vec<_>>(), names, "{text}");
        assert_eq!(found.passed_on, passed_on, "{text}");
    }

    #[test]
    fn assignments() {
        check(
            "exports.a = 1; module.exports.b = exports.c = 2",
            &["a", "b", "c"],
            &[],
        );
        check(
            "exports['d-e'] = 1; exports.f == 2; exports.g()",
            &["d-e"],
            &[],
        );
        check(
            "Object.defineProperty(exports, \"h\", { value: 1 })",
            &["h"],
            &[],
        );
        check(
            "Object.defineProperty(module.exports, '__esModule', {})",
            &["__esModule"],
            &[],
        );
        check(
            "my.exports.x = 1; 'exports.y = 1'; // exports.z = 1\n/* exports.w = 1 */",
            &[],
            &[],
        );
        check("exports.default = 1", &[], &[]);
    }

    #[test]
    fn literals() {
        check(
            "module.exports = { a, b: [1, { n: 2 }], 'c': f(x, y), d() { return { q } }, get e() {}, ...f }",
            &["a", "b", "c", "d", "e"],
            &[],
        );
        check("0 && (module.exports = { x, y });", &["x", "y"], &[]);
        check("exports = { no }", &[], &[]);
    }

    #[test]
    fn what_is_passed_on() {
        check("module.exports = require('./x.js')", &[], &["./x.js"]);
        check("tslib_1.__exportStar(require(\"y\"), exports)", &[], &["y"]);
        check("__exportStar(require('z'), exports)", &[], &["z"]);
        check("module.exports = { ...require('a'), b }", &["b"], &["a"]);
    }

    #[test]
    fn what_looks_like_strings() {
        check("const r = /[\"'`/]/g; exports.a = 1", &["a"], &[]);
        check("const d = x / 2; exports.a = y / 3", &["a"], &[]);
        check(
            "const t = `exports.no = ${1}`; exports.a = 'it\\'s'",
            &["a"],
            &[],
        );
        check("'unclosed", &[], &[]);
        check("exports.ä = 1; exports.$_ = 2", &["$_", "ä"], &[]);
    }
}
