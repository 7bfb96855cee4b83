//! StructuredSerializeInternal, with a stack of our own in the place of its
//! recursion: properties are read in the order that the steps read them.

use std::collections::HashMap;
use std::ffi::CStr;

use quickbeam_engine::value::Keys;
use quickbeam_engine::{Cx, JsResult, Kind, ObjectKind, Property, Value};

use super::{Failure, Node, Record, Slot, data_clone_error};

/// An object whose insides are being read.
struct Frame<'a> {
    node: usize,
    inside: Inside<'a>,
}

enum Inside<'a> {
    Properties {
        object: Value<'a>,
        keys: Keys<'a>,
        at: usize,
    },
    /// A copy of a Map's or Set's entries.
    Items {
        items: Value<'a>,
        at: u32,
        count: u32,
    },
    Cause(Option<Value<'a>>),
}

struct Reader<'a> {
    cx: Cx<'a>,
    record: Record<'a>,
    /// The steps' memory: which node an object has become.
    memory: HashMap<usize, usize>,
    /// Objects that only a getter gave live as long as their identity is used.
    alive: Vec<Value<'a>>,
    stack: Vec<Frame<'a>>,
}

pub(super) fn read<'a>(
    cx: Cx<'a>,
    value: &Value<'a>,
    transfer: &[Value<'a>],
) -> JsResult<(Record<'a>, Slot<'a>)> {
    let mut reader = Reader {
        cx,
        record: Record::default(),
        memory: HashMap::new(),
        alive: Vec::new(),
        stack: Vec::new(),
    };
    for (at, buffer) in transfer.iter().enumerate() {
        reader.remember(buffer, Node::Transferred(at));
    }
    let root = reader.value(value)?;
    while let Some(mut frame) = reader.stack.pop() {
        reader.step(&mut frame)?;
    }
    Ok((reader.record, root))
}

impl<'a> Reader<'a> {
    fn remember(&mut self, value: &Value<'a>, node: Node<'a>) -> usize {
        let at = self.record.nodes.len();
        self.record.nodes.push(node);
        self.memory
            .extend(value.identity().map(|identity| (identity, at)));
        self.alive.push(value.clone());
        at
    }

    /// Read one thing inside of `frame`'s object; the frame goes back on the
    /// stack, under what it has found, while there is more.
    fn step(&mut self, frame: &mut Frame<'a>) -> JsResult<()> {
        match &mut frame.inside {
            Inside::Properties { object, keys, at } => {
                while *at < keys.len() {
                    let key = keys.get(*at);
                    *at += 1;
                    // 26.4.1 A getter may have deleted it since.
                    if object.own_property(&key)?.is_none() {
                        continue;
                    }
                    let item = object.get_key(&key)?;
                    let name = key.to_value(self.cx)?;
                    let below = self.stack.len();
                    let slot = self.value(&item)?;
                    let entry = (name, slot);
                    match &mut self.record.nodes[frame.node] {
                        Node::Array(_, entries) | Node::Object(entries) => entries.push(entry),
                        _ => {}
                    }
                    if self.stack.len() > below {
                        return self.resume_under(below, frame);
                    }
                }
                Ok(())
            }
            Inside::Items { items, at, count } => {
                while *at < *count {
                    let item = items.get_index(*at)?;
                    *at += 1;
                    let below = self.stack.len();
                    let slot = self.value(&item)?;
                    match &mut self.record.nodes[frame.node] {
                        Node::Map(slots) | Node::Set(slots) => slots.push(slot),
                        _ => {}
                    }
                    if self.stack.len() > below {
                        return self.resume_under(below, frame);
                    }
                }
                Ok(())
            }
            Inside::Cause(cause) => {
                if let Some(cause) = cause.take() {
                    let slot = self.value(&cause)?;
                    if let Node::Error(failure) = &mut self.record.nodes[frame.node] {
                        failure.cause = Some(slot);
                    }
                }
                Ok(())
            }
        }
    }

    /// Put `frame` back, under the frame that its last value has pushed.
    fn resume_under(&mut self, below: usize, frame: &mut Frame<'a>) -> JsResult<()> {
        let inside = std::mem::replace(&mut frame.inside, Inside::Cause(None));
        self.stack.insert(
            below,
            Frame {
                node: frame.node,
                inside,
            },
        );
        Ok(())
    }

    /// One value: a slot at once, its insides later.
    fn value(&mut self, value: &Value<'a>) -> JsResult<Slot<'a>> {
        self.cx.poll()?;
        match value.kind() {
            // 5. A Symbol.
            Kind::Symbol => Err(data_clone_error(self.cx, "A Symbol cannot be cloned")),
            // 4. The other primitives.
            Kind::Object => self.object(value).map(Slot::Node),
            _ => Ok(Slot::Primitive(value.clone())),
        }
    }

    fn object(&mut self, value: &Value<'a>) -> JsResult<usize> {
        // 2. Known already.
        if let Some(node) = value
            .identity()
            .and_then(|identity| self.memory.get(&identity))
        {
            return Ok(*node);
        }
        match value.object_kind() {
            ObjectKind::Array => {
                // 18. An Array exotic object.
                let length = u32::try_from(value.length()?).unwrap_or(u32::MAX);
                let node = self.remember(value, Node::Array(length, Vec::new()));
                self.properties(value, node)
            }
            ObjectKind::Function => Err(self.refuse("A function")),
            ObjectKind::Proxy => Err(self.refuse("A Proxy")),
            ObjectKind::Promise => Err(self.refuse("A Promise")),
            ObjectKind::Error => self.error(value),
            ObjectKind::Date => {
                let time = value.object_data().to_number()?;
                Ok(self.remember(value, Node::Date(time)))
            }
            ObjectKind::RegExp => {
                let (source, flags) = value.regexp_parts()?;
                Ok(self.remember(value, Node::RegExp(source, flags)))
            }
            kind @ (ObjectKind::Map | ObjectKind::Set) => {
                // 15. and 16., of a copy of the entries.
                let items = value.collection_items()?;
                let count = u32::try_from(items.length()?).unwrap_or(u32::MAX);
                let node = match kind {
                    ObjectKind::Map => Node::Map(Vec::new()),
                    _ => Node::Set(Vec::new()),
                };
                let node = self.remember(value, node);
                self.stack.push(Frame {
                    node,
                    inside: Inside::Items {
                        items,
                        at: 0,
                        count,
                    },
                });
                Ok(node)
            }
            ObjectKind::Bytes => self.bytes(value),
            _ => self.other(value),
        }
    }

    fn refuse(&self, what: &str) -> quickbeam_engine::Thrown {
        data_clone_error(self.cx, &format!("{what} cannot be cloned"))
    }

    fn other(&mut self, value: &Value<'a>) -> JsResult<usize> {
        match &*value.class_name()? {
            "Object" if value.is_host_object() => Err(self.refuse("An object of the host's")),
            "Object" => {
                let node = self.remember(value, Node::Object(Vec::new()));
                self.properties(value, node)
            }
            // 7. to 10.
            "Boolean" | "Number" | "BigInt" | "String" => {
                Ok(self.remember(value, Node::Wrapper(value.object_data())))
            }
            "DOMException" => {
                let (name, message) = value.dom_exception_parts()?;
                let stack = value
                    .own_data("stack")?
                    .unwrap_or_else(|| self.cx.undefined());
                Ok(self.remember(value, Node::DomException(name, message, stack)))
            }
            // 6., 19. and 21. to 25.: other slots, platform objects, exotic ones.
            class => {
                let class: String = class.chars().take(100).collect();
                Err(self.refuse(&format!("An object of class {class}")))
            }
        }
    }

    /// 26. Own enumerable string keys.
    fn properties(&mut self, value: &Value<'a>, node: usize) -> JsResult<usize> {
        let keys = value.own_keys(true)?;
        if !keys.is_empty() {
            let inside = Inside::Properties {
                object: value.clone(),
                keys,
                at: 0,
            };
            self.stack.push(Frame { node, inside });
        }
        Ok(node)
    }

    /// 13. and 14.
    fn bytes(&mut self, value: &Value<'a>) -> JsResult<usize> {
        if let Some((buffer, view)) = value.view_slots() {
            if view.out_of_bounds {
                return Err(self.refuse("A view that is out of bounds"));
            }
            let buffer = self.object(&buffer)?;
            return Ok(self.remember(value, Node::View(buffer, view)));
        }
        match value.buffer_slots() {
            Some(slots) if slots.shared => Err(self.refuse("A SharedArrayBuffer")),
            Some(slots) if slots.detached => Err(self.refuse("A detached ArrayBuffer")),
            Some(slots) => {
                // The copy is the heap's until it is written.
                let length = value.byte_length().unwrap_or(0);
                self.cx.charge(length)?;
                let bytes = value.bytes().unwrap_or_default();
                let node = Node::Buffer(bytes, slots.max_byte_length);
                self.cx.release(length);
                Ok(self.remember(value, node))
            }
            None => Err(self.refuse("A buffer of an unknown kind")),
        }
    }

    /// 17. An Error; what is interesting beside are its stack and its cause.
    fn error(&mut self, value: &Value<'a>) -> JsResult<usize> {
        let name = match value.get("name")? {
            name if name.is_undefined() => c"Error",
            name => name.with_text(|name| native_name(&name))?,
        };
        let message = match value.own_property_named("message")? {
            Some(Property::Data { value, .. }) => Some(value.to_string_value()?),
            _ => None,
        };
        let stack = match value.own_property_named("stack")? {
            Some(Property::Data { value, .. }) => Some(value),
            Some(Property::Accessor { .. }) => None,
            None => Some(value.get("stack")?),
        };
        let stack = stack.filter(|stack| stack.kind() == Kind::String);
        let cause = value.own_data("cause")?;
        let failure = Failure {
            name,
            message,
            stack,
            cause: None,
        };
        let node = self.remember(value, Node::Error(failure));
        if cause.is_some() {
            self.stack.push(Frame {
                node,
                inside: Inside::Cause(cause),
            });
        }
        Ok(node)
    }
}

/// 17.2 Any other name is that of an Error.
fn native_name(name: &str) -> &'static CStr {
    match name {
        "EvalError" => c"EvalError",
        "RangeError" => c"RangeError",
        "ReferenceError" => c"ReferenceError",
        "SyntaxError" => c"SyntaxError",
        "TypeError" => c"TypeError",
        "URIError" => c"URIError",
        _ => c"Error",
    }
}
