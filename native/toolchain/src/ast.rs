//! Syntax trees as terms, in one walk of oxc's ESTree serializer: no JSON of a whole
//! tree is made. Nodes are maps with atoms as keys; the values of `:type` and `:kind`
//! are atoms too (`ImportDeclaration` is `:import_declaration`). Keys, types and kinds
//! are the compiler's own: no atom is made from what a script says.

use std::collections::HashMap;

use oxc::ast::ast::Program;
use oxc_data_structures::code_buffer::CodeBuffer;
use oxc_estree::{
    CompactFormatter, ConfigNoFixes, ESTree, ESTreeSpan, SequenceSerializer, Serializer,
    StructSerializer,
};
use rustler::{Atom, Encoder, Env, Term};

use crate::atoms;

/// Bytes of scalars that are kept before their buffer is made anew.
const SCRATCH: usize = 64 * 1024;

/// The tree of a program. TypeScript's fields are there only for TypeScript.
pub fn encode<'a>(env: Env<'a>, program: &Program<'_>) -> Term<'a> {
    let mut terms = Terms {
        env,
        scratch: CodeBuffer::with_capacity(SCRATCH),
        formatter: CompactFormatter,
        typescript: program.source_type.is_typescript(),
        keys: Vec::new(),
        values: Vec::new(),
        fields: HashMap::new(),
        names: HashMap::new(),
        done: None,
    };
    terms.term(program)
}

struct Terms<'a> {
    env: Env<'a>,
    /// Where oxc writes a scalar, as JSON.
    scratch: CodeBuffer,
    formatter: CompactFormatter,
    typescript: bool,
    /// The fields of all structs, and the elements of all lists, that are not at
    /// their end yet.
    keys: Vec<Term<'a>>,
    values: Vec<Term<'a>>,
    /// Atoms of field names, by where their text is.
    fields: HashMap<(*const u8, usize), Term<'a>>,
    /// Atoms of types and kinds, by their text with its quotes.
    names: HashMap<String, Term<'a>>,
    /// The struct or list that has just ended.
    done: Option<Term<'a>>,
}

impl<'a> Terms<'a> {
    /// The term of a node, list or scalar.
    fn term<T: ESTree + ?Sized>(&mut self, value: &T) -> Term<'a> {
        let start = self.write(value);
        match self.done.take() {
            Some(term) => term,
            None => scalar(self.env, &self.scratch.as_bytes()[start..]),
        }
    }

    /// Have a value serialized; where in the buffer it begins, if it is a scalar.
    fn write<T: ESTree + ?Sized>(&mut self, value: &T) -> usize {
        if self.scratch.len() > SCRATCH / 2 {
            self.scratch = CodeBuffer::with_capacity(SCRATCH);
        }
        let start = self.scratch.len();
        value.serialize(&mut *self);
        start
    }

    /// The atom of a type or kind; nil and what else there may be as it is.
    fn name<T: ESTree + ?Sized>(&mut self, value: &T) -> Term<'a> {
        let start = self.write(value);
        if let Some(term) = self.done.take() {
            return term;
        }
        let json = &self.scratch.as_str()[start..];
        if let Some(term) = self.names.get(json) {
            return *term;
        }
        let env = self.env;
        let term = match json
            .strip_prefix('"')
            .and_then(|json| json.strip_suffix('"'))
        {
            Some(name) => atom(env, &snake_case(name)),
            None => scalar(env, json.as_bytes()),
        };
        self.names.insert(json.to_owned(), term);
        term
    }

    fn field(&mut self, key: &'static str) -> Term<'a> {
        let env = self.env;
        *self
            .fields
            .entry((key.as_ptr(), key.len()))
            .or_insert_with(|| atom(env, key))
    }
}

impl<'s, 'a> Serializer for &'s mut Terms<'a> {
    type Formatter = CompactFormatter;
    type StructSerializer = Struct<'s, 'a>;
    type SequenceSerializer = Sequence<'s, 'a>;

    fn include_ts_fields(&self) -> bool {
        self.typescript
    }

    fn ranges(&self) -> bool {
        false
    }

    fn serialize_struct(self) -> Struct<'s, 'a> {
        let keys = self.keys.len();
        let values = self.values.len();
        Struct {
            terms: self,
            keys,
            values,
        }
    }

    fn serialize_sequence(self) -> Sequence<'s, 'a> {
        let values = self.values.len();
        Sequence {
            terms: self,
            values,
        }
    }

    // The value of a BigInt or a regular expression, for JavaScript only.
    fn record_fix_path(&mut self) {}

    fn buffer_mut(&mut self) -> &mut CodeBuffer {
        &mut self.scratch
    }

    fn buffer_and_formatter_mut(&mut self) -> (&mut CodeBuffer, &mut CompactFormatter) {
        (&mut self.scratch, &mut self.formatter)
    }
}

/// A node that is not at its end: its fields are those after the two lengths.
struct Struct<'s, 'a> {
    terms: &'s mut Terms<'a>,
    keys: usize,
    values: usize,
}

impl StructSerializer for Struct<'_, '_> {
    type Config = ConfigNoFixes;
    type Formatter = CompactFormatter;

    fn serialize_field<T: ESTree + ?Sized>(&mut self, key: &'static str, value: &T) {
        let term = match key {
            "type" | "kind" => self.terms.name(value),
            _ => self.terms.term(value),
        };
        let key = self.terms.field(key);
        self.terms.keys.push(key);
        self.terms.values.push(term);
    }

    fn serialize_js_field<T: ESTree + ?Sized>(&mut self, key: &'static str, value: &T) {
        if !self.include_ts_fields() {
            self.serialize_field(key, value);
        }
    }

    fn serialize_ts_field<T: ESTree + ?Sized>(&mut self, key: &'static str, value: &T) {
        if self.include_ts_fields() {
            self.serialize_field(key, value);
        }
    }

    fn serialize_span<S: ESTreeSpan>(&mut self, span: S) {
        let [start, end] = span.range();
        self.serialize_field("start", &start);
        self.serialize_field("end", &end);
    }

    fn end(self) {
        let terms = self.terms;
        let (keys, values) = (&terms.keys[self.keys..], &terms.values[self.values..]);
        let map = Term::map_from_term_arrays(terms.env, keys, values);
        terms.done = Some(map.expect("the fields of a node differ"));
        terms.keys.truncate(self.keys);
        terms.values.truncate(self.values);
    }

    fn include_ts_fields(&self) -> bool {
        self.terms.typescript
    }

    fn ranges(&self) -> bool {
        false
    }
}

/// A list that is not at its end: its elements are those after the length.
struct Sequence<'s, 'a> {
    terms: &'s mut Terms<'a>,
    values: usize,
}

impl SequenceSerializer for Sequence<'_, '_> {
    fn serialize_element<T: ESTree + ?Sized>(&mut self, value: &T) {
        let term = self.terms.term(value);
        self.terms.values.push(term);
    }

    fn end(self) {
        let terms = self.terms;
        terms.done = Some(terms.values[self.values..].encode(terms.env));
        terms.values.truncate(self.values);
    }
}

fn atom<'a>(env: Env<'a>, name: &str) -> Term<'a> {
    let atom = Atom::from_str(env, name).expect("the names of fields and types are short");
    atom.encode(env)
}

/// `TSTypeAnnotation` as `ts_type_annotation`; `await using` as `await_using`.
fn snake_case(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut snake = String::with_capacity(name.len() + 8);
    for (index, &byte) in bytes.iter().enumerate() {
        let next_is_lower = bytes.get(index + 1).is_some_and(u8::is_ascii_lowercase);
        if byte.is_ascii_uppercase() && index > 0 {
            let before = bytes[index - 1];
            if !before.is_ascii_uppercase() && before != b' ' || next_is_lower {
                snake.push('_');
            }
        }
        snake.push(match byte {
            b' ' => '_',
            _ => byte.to_ascii_lowercase() as char,
        });
    }
    snake
}

/// The term of a JSON scalar.
fn scalar<'a>(env: Env<'a>, json: &[u8]) -> Term<'a> {
    match json {
        b"null" => atoms::nil().encode(env),
        b"true" => true.encode(env),
        b"false" => false.encode(env),
        [b'"', text @ .., b'"'] => string(text).encode(env),
        _ => number(env, std::str::from_utf8(json).unwrap_or_default()),
    }
}

fn number<'a>(env: Env<'a>, json: &str) -> Term<'a> {
    if let Ok(integer) = json.parse::<i64>() {
        return integer.encode(env);
    }
    match json.parse::<f64>() {
        Ok(f64::INFINITY) => atoms::infinity().encode(env),
        Ok(f64::NEG_INFINITY) => atoms::negative_infinity().encode(env),
        Ok(float) => float.encode(env),
        Err(_) => panic!("no JSON scalar: {json:?}"),
    }
}

/// The text of a JSON string. A lone surrogate becomes U+FFFD.
fn string(json: &[u8]) -> String {
    let mut text = Vec::with_capacity(json.len());
    let mut rest = json.iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'b') => text.push(0x08),
            Some(b'f') => text.push(0x0C),
            Some(b'n') => text.push(b'\n'),
            Some(b'r') => text.push(b'\r'),
            Some(b't') => text.push(b'\t'),
            Some(b'u') => {
                let hex: Vec<u8> = rest.by_ref().take(4).copied().collect();
                let unit = std::str::from_utf8(&hex).ok();
                let unit = unit.and_then(|hex| u32::from_str_radix(hex, 16).ok());
                let character = unit.and_then(char::from_u32).unwrap_or('\u{FFFD}');
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Some(&other) => text.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}
