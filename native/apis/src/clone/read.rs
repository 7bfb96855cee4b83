//! StructuredSerializeInternal, with a stack of our own in the place of its
//! recursion: properties are read in the order that the steps read them.

use std::collections::HashMap;
use std::ffi::CStr;

use quickbeam_engine::value::Keys;
use quickbeam_engine::{Charge, Cx, JsResult, Kind, ObjectKind, Property, Value};

use super::record::{Entry, Failure, Node, Record, Slot};
use super::{data_clone_error, platform, shared};

/// What has been read.
pub(super) struct Read<'a> {
    pub(super) record: Record<Value<'a>>,
    pub(super) transfer: Vec<Transferable<'a>>,
    /// The record's memory, which counts against the heap while it is there.
    memory: Charge,
}

/// One of the transfer list.
pub(super) enum Transferable<'a> {
    Buffer(Value<'a>),
    Platform(Value<'a>),
}

impl Read<'_> {
    /// Bytes of the record, without those of its strings.
    pub(super) fn size(&self) -> usize {
        self.memory.bytes()
    }
}

impl Transferable<'_> {
    /// A getter may have detached a buffer since it was looked at. Gives the
    /// maximal length of a resizable one.
    pub(super) fn check(&self, cx: Cx<'_>) -> JsResult<Option<usize>> {
        let Transferable::Buffer(buffer) = self else {
            return Ok(None);
        };
        match buffer.buffer_slots() {
            Some(slots) if !slots.detached => Ok(slots.max_byte_length),
            _ => {
                let message = "An ArrayBuffer in transfer is detached";
                Err(data_clone_error(cx, message))
            }
        }
    }
}

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
    nodes: Vec<Node<Value<'a>>>,
    memory: Charge,
    /// Bytes that are not in `memory` yet.
    uncounted: usize,
    /// The steps' memory: which node an object has become.
    known: HashMap<usize, usize>,
    /// Objects that only a getter gave live as long as their identity is used.
    alive: Vec<Value<'a>>,
    stack: Vec<Frame<'a>>,
    /// Whether it may stay in this heap, and so share memory.
    stays: bool,
}

/// Memory is counted in steps of this many bytes.
const COUNT_AT: usize = 16 * 1024;

pub(super) fn read<'a>(
    cx: Cx<'a>,
    value: &Value<'a>,
    transfer: &[Value<'a>],
    stays: bool,
) -> JsResult<Read<'a>> {
    let mut reader = Reader {
        cx,
        nodes: Vec::new(),
        memory: cx.hold(0)?,
        uncounted: 0,
        known: HashMap::new(),
        alive: Vec::new(),
        stack: Vec::new(),
        stays,
    };
    let transfer = reader.transfer(transfer)?;
    let root = reader.value(value)?;
    while let Some(mut frame) = reader.stack.pop() {
        reader.step(&mut frame)?;
    }
    reader.flush()?;
    let Reader { nodes, memory, .. } = reader;
    Ok(Read {
        record: Record { nodes, root },
        transfer,
        memory,
    })
}

impl<'a> Reader<'a> {
    /// Step 2 of StructuredSerializeWithTransfer: each must be transferable, and
    /// there once.
    fn transfer(&mut self, transfer: &[Value<'a>]) -> JsResult<Vec<Transferable<'a>>> {
        let mut list = Vec::with_capacity(transfer.len());
        for (at, value) in transfer.iter().enumerate() {
            list.push(match value.buffer_slots() {
                Some(slots) if !slots.shared && !slots.immutable => {
                    Transferable::Buffer(value.clone())
                }
                None if platform::is_transferable(self.cx, value)? => {
                    Transferable::Platform(value.clone())
                }
                _ => {
                    let message = "A value in transfer cannot be transferred";
                    return Err(data_clone_error(self.cx, message));
                }
            });
            if self.find(value).is_some() {
                let message = "An object is in transfer twice";
                return Err(data_clone_error(self.cx, message));
            }
            self.remember(value, Node::Transferred(at))?;
        }
        Ok(list)
    }

    fn find(&self, value: &Value<'a>) -> Option<usize> {
        self.known.get(&value.identity()?).copied()
    }

    fn remember(&mut self, value: &Value<'a>, node: Node<Value<'a>>) -> JsResult<usize> {
        // The node, and where it stands in `known` and `alive`.
        self.count(size_of::<Node<Value<'a>>>() + 7 * size_of::<usize>())?;
        let at = self.nodes.len();
        self.nodes.push(node);
        self.known
            .extend(value.identity().map(|identity| (identity, at)));
        self.alive.push(value.clone());
        Ok(at)
    }

    /// The record has grown by so many bytes.
    fn count(&mut self, bytes: usize) -> JsResult<()> {
        self.uncounted += bytes;
        if self.uncounted >= COUNT_AT {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> JsResult<()> {
        let sum = self.memory.bytes() + std::mem::take(&mut self.uncounted);
        self.memory.set(self.cx, sum)
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
                    self.count(size_of::<Entry<Value<'a>>>())?;
                    match &mut self.nodes[frame.node] {
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
                    self.count(size_of::<Slot<Value<'a>>>())?;
                    match &mut self.nodes[frame.node] {
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
                    if let Node::Error(failure) = &mut self.nodes[frame.node] {
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
    fn value(&mut self, value: &Value<'a>) -> JsResult<Slot<Value<'a>>> {
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
        if let Some(node) = self.find(value) {
            return Ok(node);
        }
        match value.object_kind() {
            ObjectKind::Array => {
                // 18. An Array exotic object.
                let length = u32::try_from(value.length()?).unwrap_or(u32::MAX);
                let node = self.remember(value, Node::Array(length, Vec::new()))?;
                self.properties(value, node)
            }
            ObjectKind::Function => Err(self.refuse("A function")),
            ObjectKind::Proxy => Err(self.refuse("A Proxy")),
            ObjectKind::Promise => Err(self.refuse("A Promise")),
            ObjectKind::Error => self.error(value),
            ObjectKind::Date => {
                let time = value.object_data().to_number()?;
                self.remember(value, Node::Date(time))
            }
            ObjectKind::RegExp => {
                let (source, flags) = value.regexp_parts()?;
                self.remember(value, Node::RegExp(source, flags))
            }
            kind @ (ObjectKind::Map | ObjectKind::Set) => {
                // 15. and 16., of a copy of the entries.
                let items = value.collection_items()?;
                let count = u32::try_from(items.length()?).unwrap_or(u32::MAX);
                let node = match kind {
                    ObjectKind::Map => Node::Map(Vec::new()),
                    _ => Node::Set(Vec::new()),
                };
                let node = self.remember(value, node)?;
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
            // 19. and 20. A platform object.
            "Object" => match platform::serialize(self.cx, value)? {
                Some(parcel) => {
                    self.count(parcel.size())?;
                    self.remember(value, Node::Platform(parcel))
                }
                None if value.is_host_object() => Err(self.refuse("An object of the host's")),
                None => {
                    let node = self.remember(value, Node::Object(Vec::new()))?;
                    self.properties(value, node)
                }
            },
            // 7. to 10.
            "Boolean" | "Number" | "BigInt" | "String" => {
                self.remember(value, Node::Wrapper(value.object_data()))
            }
            "DOMException" => {
                let (name, message) = value.dom_exception_parts()?;
                let stack = value
                    .own_data("stack")?
                    .unwrap_or_else(|| self.cx.undefined());
                self.remember(value, Node::DomException(name, message, stack))
            }
            // 6. and 21. to 25.: other slots, exotic objects.
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
            return self.remember(value, Node::View(buffer, view));
        }
        match value.buffer_slots() {
            Some(slots) if slots.shared && self.stays => {
                let parcel = shared::serialize(self.cx, value);
                self.count(parcel.size())?;
                self.remember(value, Node::Platform(parcel))
            }
            Some(slots) if slots.shared => Err(shared::apart(self.cx)),
            Some(slots) if slots.detached => Err(self.refuse("A detached ArrayBuffer")),
            Some(slots) => {
                self.count(slots.byte_length)?;
                let bytes = value.bytes()?.unwrap_or_default();
                self.remember(value, Node::Buffer(bytes, slots.max_byte_length))
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
        let node = self.remember(value, Node::Error(failure))?;
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
pub(super) fn native_name(name: &str) -> &'static CStr {
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
