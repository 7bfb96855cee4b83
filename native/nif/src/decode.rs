//! Terms → JS values, by the table in the README ("Values"). Iterative, so that
//! no term can exhaust the native stack. Runs no script.

use rustler::types::MapIterator;
use rustler::{Binary, Env, Term, TermType};

use quickbeam_engine::dates::days_from_civil;
use quickbeam_engine::{Cx, ErrorKind, JsResult, Thrown, Value};

use crate::encode::POLL_NODES;

rustler::atoms! {
    nan = "NaN",
    infinity = "Infinity",
    minus_infinity = "-Infinity",
    yes = "true",
    no = "false",
    nil,
    bytes,
    map,
    message,
    name,
    stack,
    cause,
    year, month, day, hour, minute, second, microsecond, utc_offset, std_offset,
    struct_key = "__struct__",
    exception_key = "__exception__",
    meta_key = "__meta__",
    mapset = "Elixir.MapSet",
    date = "Elixir.Date",
    datetime = "Elixir.DateTime",
    naive_datetime = "Elixir.NaiveDateTime",
}

/// The key of a MapSet's items.
pub fn map_field() -> rustler::Atom {
    map()
}

/// Make the JS value of `term`.
pub fn decode<'a>(cx: Cx<'a>, term: Term<'_>) -> JsResult<Value<'a>> {
    let mut decoder = Decoder {
        cx,
        stack: Vec::new(),
        nodes: 0,
    };
    let mut ready = decoder.open(term)?;
    loop {
        // `ready` is complete: put it into what it is part of.
        if let Some(value) = ready.take() {
            match decoder.stack.last_mut() {
                None => return Ok(value),
                Some(frame) => frame.attach(value)?,
            }
        }
        let Some(frame) = decoder.stack.last_mut() else {
            unreachable!("a value was ready or a frame is open")
        };
        ready = match frame.next(cx)? {
            Some(element) => decoder.open(element)?,
            None => match decoder.stack.pop() {
                Some(frame) => Some(frame.close(cx)?),
                None => None,
            },
        };
    }
}

/// The JS values of a list of arguments.
pub fn decode_list<'a>(cx: Cx<'a>, list: Term<'_>) -> JsResult<Vec<Value<'a>>> {
    let mut values = Vec::new();
    let mut rest = list;
    while let Some((head, tail)) = cell(cx, rest)? {
        values.push(decode(cx, head)?);
        rest = tail;
    }
    Ok(values)
}

/// Head and tail of a list; `None` at its end.
fn cell<'t>(cx: Cx<'_>, list: Term<'t>) -> JsResult<Option<(Term<'t>, Term<'t>)>> {
    if list.is_empty_list() {
        return Ok(None);
    }
    let cell = list.list_get_cell();
    cell.map(Some)
        .map_err(|_| refuse(cx, "an improper list has no JavaScript value"))
}

struct Decoder<'a, 't> {
    cx: Cx<'a>,
    stack: Vec<Frame<'a, 't>>,
    nodes: usize,
}

/// A composite whose elements are being made.
enum Frame<'a, 't> {
    List {
        array: Value<'a>,
        index: u32,
        rest: Term<'t>,
    },
    Tuple {
        array: Value<'a>,
        index: u32,
        rest: std::vec::IntoIter<Term<'t>>,
    },
    Object {
        object: Value<'a>,
        key: String,
        rest: MapIterator<'t>,
        is_struct: bool,
    },
    Set {
        items: Vec<Value<'a>>,
        rest: MapIterator<'t>,
    },
    /// An error whose cause is still to come.
    Cause {
        error: Value<'a>,
        cause: Option<Term<'t>>,
    },
}

impl<'a, 't> Frame<'a, 't> {
    fn next(&mut self, cx: Cx<'a>) -> JsResult<Option<Term<'t>>> {
        match self {
            Frame::List { rest, .. } => Ok(cell(cx, *rest)?.map(|(head, tail)| {
                *rest = tail;
                head
            })),
            Frame::Cause { cause, .. } => Ok(cause.take()),
            Frame::Tuple { rest, .. } => Ok(rest.next()),
            Frame::Set { rest, .. } => Ok(rest.next().map(|(item, _)| item)),
            Frame::Object {
                rest,
                key,
                is_struct,
                ..
            } => loop {
                let Some((name, value)) = rest.next() else {
                    return Ok(None);
                };
                if *is_struct && (struct_key() == name || meta_key() == name) {
                    continue;
                }
                *key = property_name(cx, name)?;
                return Ok(Some(value));
            },
        }
    }

    fn attach(&mut self, value: Value<'a>) -> JsResult<()> {
        match self {
            Frame::List { array, index, .. } | Frame::Tuple { array, index, .. } => {
                *index += 1;
                array.define_index(*index - 1, value)
            }
            Frame::Object { object, key, .. } => object.define(key, value),
            Frame::Set { items, .. } => {
                items.push(value);
                Ok(())
            }
            Frame::Cause { error, .. } => error.define_hidden("cause", value),
        }
    }

    fn close(self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        match self {
            Frame::List { array, .. } | Frame::Tuple { array, .. } => Ok(array),
            Frame::Object { object, .. } => Ok(object),
            Frame::Set { items, .. } => cx.set(&items),
            Frame::Cause { error, .. } => Ok(error),
        }
    }
}

impl<'a, 't> Decoder<'a, 't> {
    /// Make a scalar, or begin a composite.
    fn open(&mut self, term: Term<'t>) -> JsResult<Option<Value<'a>>> {
        let cx = self.cx;
        self.nodes += 1;
        if self.nodes.is_multiple_of(POLL_NODES) {
            cx.poll()?;
        }
        match term.get_type() {
            TermType::Atom => atom(cx, term).map(Some),
            TermType::Integer => integer(cx, term).map(Some),
            TermType::Float => Ok(Some(cx.number(term.decode().unwrap_or(f64::NAN)))),
            TermType::Binary => binary(cx, term).map(Some),
            TermType::List => {
                self.stack.push(Frame::List {
                    array: cx.array()?,
                    index: 0,
                    rest: term,
                });
                Ok(None)
            }
            TermType::Tuple => self.tuple(term),
            TermType::Map => self.map(term),
            TermType::Fun => Ok(Some(cx.null())),
            TermType::Pid | TermType::Ref | TermType::Port => {
                cx.token(term.to_binary().as_slice()).map(Some)
            }
            _ => Err(refuse(cx, "a bitstring has no JavaScript value")),
        }
    }

    fn tuple(&mut self, term: Term<'t>) -> JsResult<Option<Value<'a>>> {
        let elements = rustler::types::tuple::get_tuple(term).unwrap_or_default();
        if let [tag, content] = elements[..]
            && bytes() == tag
            && let Ok(content) = content.decode::<Binary<'_>>()
        {
            return self.cx.uint8_array(content.as_slice()).map(Some);
        }
        let rest = elements.into_iter();
        self.stack.push(Frame::Tuple {
            array: self.cx.array()?,
            index: 0,
            rest,
        });
        Ok(None)
    }

    fn map(&mut self, term: Term<'t>) -> JsResult<Option<Value<'a>>> {
        let cx = self.cx;
        let env = term.get_env();
        let module = term
            .map_get(struct_key())
            .ok()
            .filter(|module| module.is_atom());
        if let Some(module) = module {
            if mapset() == module {
                let items = field(env, term, map()).and_then(MapIterator::new);
                if let Some(rest) = items {
                    self.stack.push(Frame::Set {
                        items: Vec::new(),
                        rest,
                    });
                    return Ok(None);
                }
            } else if datetime() == module || naive_datetime() == module || date() == module {
                if let Some(epoch_ms) = epoch_ms(env, term) {
                    return cx.date(epoch_ms).map(Some);
                }
            } else if field(env, term, exception_key()).is_some_and(|flag| yes() == flag) {
                let error = exception(cx, term, module)?;
                let cause = field(env, term, cause()).filter(|cause| nil() != *cause);
                self.stack.push(Frame::Cause { error, cause });
                return Ok(None);
            }
        }
        let Some(rest) = MapIterator::new(term) else {
            return Err(refuse(cx, "an unreadable map"));
        };
        let is_struct = module.is_some();
        let object = cx.object()?;
        self.stack.push(Frame::Object {
            object,
            key: String::new(),
            rest,
            is_struct,
        });
        Ok(None)
    }
}

fn field<'t>(env: Env<'t>, map: Term<'t>, key: rustler::Atom) -> Option<Term<'t>> {
    map.map_get(key.to_term(env)).ok()
}

fn atom<'a>(cx: Cx<'a>, term: Term<'_>) -> JsResult<Value<'a>> {
    if nil() == term {
        Ok(cx.null())
    } else if yes() == term {
        Ok(cx.boolean(true))
    } else if no() == term {
        Ok(cx.boolean(false))
    } else if nan() == term {
        Ok(cx.number(f64::NAN))
    } else if infinity() == term {
        Ok(cx.number(f64::INFINITY))
    } else if minus_infinity() == term {
        Ok(cx.number(f64::NEG_INFINITY))
    } else {
        cx.string(&atom_text(term))
    }
}

/// The name of an atom. `enif_get_atom` of NIF 2.15 knows Latin-1 only.
fn atom_text(term: Term<'_>) -> String {
    term.atom_to_string().unwrap_or_else(|_| {
        // SMALL_ATOM_UTF8_EXT and ATOM_UTF8_EXT: a tag, a length of one or two
        // bytes, the text.
        let bytes = term.to_binary();
        let text = match bytes.as_slice() {
            [_, 119, _, text @ ..] | [_, 118, _, _, text @ ..] => text,
            _ => &[],
        };
        String::from_utf8_lossy(text).into_owned()
    })
}

fn integer<'a>(cx: Cx<'a>, term: Term<'_>) -> JsResult<Value<'a>> {
    const MAX_SAFE: i64 = (1 << 53) - 1;
    if let Ok(value) = term.decode::<i64>() {
        if value.unsigned_abs() <= MAX_SAFE.unsigned_abs() {
            return Ok(cx.integer(value));
        }
        let magnitude = value.unsigned_abs();
        return cx.bigint(value < 0, &[magnitude as u32, (magnitude >> 32) as u32]);
    }
    // SMALL_BIG_EXT and LARGE_BIG_EXT: a tag, a length of one or four bytes, the
    // sign, the digits in base 256, least significant first.
    let bytes = term.to_binary();
    let (sign, digits) = match bytes.as_slice() {
        [_, 110, _, sign, digits @ ..] | [_, 111, _, _, _, _, sign, digits @ ..] => (*sign, digits),
        _ => return Err(refuse(cx, "an unreadable integer")),
    };
    let words: Vec<u32> = digits
        .chunks(4)
        .map(|chunk| {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            u32::from_le_bytes(word)
        })
        .collect();
    cx.bigint(sign != 0, &words)
}

fn binary<'a>(cx: Cx<'a>, term: Term<'_>) -> JsResult<Value<'a>> {
    let Ok(content) = term.decode::<Binary<'_>>() else {
        return Err(refuse(cx, "a bitstring has no JavaScript value"));
    };
    match std::str::from_utf8(content.as_slice()) {
        Ok(text) => cx.string(text),
        Err(_) => cx.uint8_array(content.as_slice()),
    }
}

fn property_name(cx: Cx<'_>, term: Term<'_>) -> JsResult<String> {
    let name = match term.get_type() {
        TermType::Atom => Some(atom_text(term)),
        TermType::Binary => term.decode::<String>().ok(),
        TermType::Integer => match integer(cx, term) {
            Ok(number) => Some(number.to_text()?),
            Err(thrown) => return Err(thrown),
        },
        _ => None,
    };
    name.ok_or_else(|| {
        refuse(
            cx,
            "a map key must be an atom, a UTF-8 binary or an integer to become a property",
        )
    })
}

/// Milliseconds since 1970 of a Date, NaiveDateTime or DateTime.
fn epoch_ms<'t>(env: Env<'t>, term: Term<'t>) -> Option<f64> {
    let number = |key| field(env, term, key).and_then(|term| term.decode::<i64>().ok());
    // Calendar.ISO ends at the year 9999; JS dates at 275,760.
    let in_range = |year: &i64| (-400_000..=400_000).contains(year);
    let year = number(year()).filter(in_range)?;
    let month = number(month()).filter(|month| (1..=12).contains(month))?;
    let day = number(day()).filter(|day| (1..=31).contains(day))?;
    let days = days_from_civil(year, month, day);
    let number = |key| number(key).filter(|value| value.unsigned_abs() < 1 << 31);
    let seconds = number(hour()).unwrap_or(0) * 3_600
        + number(minute()).unwrap_or(0) * 60
        + number(second()).unwrap_or(0)
        - number(utc_offset()).unwrap_or(0)
        - number(std_offset()).unwrap_or(0);
    let micros = field(env, term, microsecond())
        .and_then(|term| term.decode::<(i64, i64)>().ok())
        .map_or(0, |(micros, _)| micros);
    Some((days * 86_400_000 + seconds * 1_000 + micros.div_euclid(1_000)) as f64)
}

/// An Error named as the module, with the message where the struct has one; of
/// a JSError, what it was.
fn exception<'a>(cx: Cx<'a>, term: Term<'_>, module: Term<'_>) -> JsResult<Value<'a>> {
    let text = |key| {
        field(term.get_env(), term, key).and_then(|text: Term<'_>| text.decode::<String>().ok())
    };
    let module_name = atom_text(module);
    let name = match module_name.strip_prefix("Elixir.") {
        Some("QuickBEAM.JSError") => text(name()).unwrap_or_else(|| "Error".to_owned()),
        Some(module_name) => module_name.to_owned(),
        None => module_name,
    };
    let error = named_error(cx, &name, &text(message()).unwrap_or_default());
    if let Some(stack) = text(stack()) {
        error.define_hidden("stack", cx.string(&stack)?)?;
    }
    Ok(error)
}

/// A new error: of the built-in class of that name, or an Error with that name.
fn named_error<'a>(cx: Cx<'a>, name: &str, message: &str) -> Value<'a> {
    let thrown = match name {
        "Error" => cx.throw_error(ErrorKind::Error, message),
        "TypeError" => cx.throw_error(ErrorKind::Type, message),
        "RangeError" => cx.throw_error(ErrorKind::Range, message),
        "SyntaxError" => cx.throw_error(ErrorKind::Syntax, message),
        "ReferenceError" => cx.throw_error(ErrorKind::Reference, message),
        "InternalError" => cx.throw_error(ErrorKind::Internal, message),
        name => cx.throw_named(name, message),
    };
    cx.catch(thrown)
}

/// Throw what [`named_error`] makes: a handler's failure.
pub fn throw(cx: Cx<'_>, name: &str, message: &str) -> Thrown {
    let error = named_error(cx, name, message);
    cx.throw(error)
}

fn refuse(cx: Cx<'_>, what: &str) -> Thrown {
    cx.throw_named("ConversionError", what)
}
