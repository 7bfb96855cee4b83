//! What the DOM of one heap keeps, and what natives work with.

use std::cell::{Cell, OnceCell, Ref, RefCell, RefMut};
use std::rc::Rc;

use quickbeam_engine::{Cx, JsResult, Keeper, Root, Thrown, Value};

use super::custom::Custom;
use super::interfaces::{self, Interface};
use super::observer::Observers;
use super::slots::Signals;
use crate::parse::Pace;
use crate::tree::{DomError, Effect, IteratorId, NodeId, RangeId, Tree};

/// The embedder's side of the DOM.
pub trait Hooks {
    /// The exports of a module of priv/js.
    fn module<'a>(&self, cx: Cx<'a>, path: &str) -> JsResult<Value<'a>>;
    /// Report an exception that no script catches.
    fn uncaught<'a>(&self, cx: Cx<'a>, error: &Value<'a>) -> JsResult<()>;
}

/// The DOM of one heap.
pub(crate) struct Dom {
    pub(crate) shared: Rc<Shared>,
    pub(crate) hooks: Box<dyn Hooks>,
    /// Constructor and prototype of each interface that was touched.
    classes: RefCell<Vec<Option<(Root, Root)>>>,
    /// The document of the window, and its object, once it is touched.
    document: OnceCell<(NodeId, Root)>,
    pub(crate) observers: Observers,
    pub(crate) custom: Custom,
    pub(crate) slots: Signals,
}

/// What finalizers, too, can reach.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) tree: RefCell<Tree>,
    /// Objects that were freed while the tree was in use.
    dead: RefCell<Vec<u64>>,
    /// Bytes of the tree that are charged to the heap.
    charged: Cell<usize>,
}

/// Keys of members that are no nodes have this bit.
const NOT_A_NODE: u64 = 1 << 63;
/// Of those, iterators have this one.
const ITERATOR: u64 = 1 << 62;

pub(crate) fn range_key(range: RangeId) -> u64 {
    NOT_A_NODE | u64::from(range.0)
}

pub(crate) fn iterator_key(iterator: IteratorId) -> u64 {
    NOT_A_NODE | ITERATOR | u64::from(iterator.0)
}

/// The range that a key names.
pub(crate) fn range_of_key(key: u64) -> Option<RangeId> {
    (key & (NOT_A_NODE | ITERATOR) == NOT_A_NODE).then_some(RangeId(key as u32))
}

/// The iterator that a key names.
pub(crate) fn iterator_of_key(key: u64) -> Option<IteratorId> {
    (key & (NOT_A_NODE | ITERATOR) == NOT_A_NODE | ITERATOR).then_some(IteratorId(key as u32))
}

/// What a node's object holds.
pub(crate) mod held {
    /// The object of the node document, if that is not the window's.
    pub const DOCUMENT: u32 = 0;
    pub const CHILD_NODES: u32 = 1;
    pub const CHILDREN: u32 = 2;
    pub const ATTRIBUTES: u32 = 3;
    pub const CLASS_LIST: u32 = 4;
    pub const STYLE: u32 = 5;
    pub const DATASET: u32 = 6;
    pub const OBSERVERS: u32 = 7;
    pub const IMPLEMENTATION: u32 = 8;
    pub const OPTIONS: u32 = 9;
    pub const ELEMENTS: u32 = 10;
    pub const OTHER_TOKENS: u32 = 11;
    pub const START: u32 = 12;
    pub const END: u32 = 13;
    pub const FILTER: u32 = 14;
    pub const INTERNALS: u32 = 15;
    pub const SIZES: u32 = 16;
    pub const OWNER: u32 = 17;
    pub const VALIDITY: u32 = 19;
    pub const ELEMENT_INTERNALS: u32 = 20;
    /// Live collections by kind and name: an object.
    pub const COLLECTIONS: u32 = 18;
}

impl Shared {
    /// Give back what members held that are gone; answers the bytes of it.
    fn bury(&self, tree: &mut Tree, key: u64) {
        if let Some(range) = range_of_key(key) {
            tree.drop_range(range);
        } else if let Some(iterator) = iterator_of_key(key) {
            tree.drop_iterator(iterator);
        } else {
            let id = NodeId::from_bits(key);
            if tree.contains_id(id) && tree.keeper(id).is_none() {
                tree.free(id);
            }
        }
    }

    /// How many bytes the heap may have back.
    fn surplus(&self, tree: &Tree) -> usize {
        let surplus = self.charged.get().saturating_sub(tree.bytes());
        self.charged.set(self.charged.get() - surplus);
        surplus
    }
}

impl Keeper for Shared {
    fn gone(&self, key: u64) -> usize {
        let Ok(mut tree) = self.tree.try_borrow_mut() else {
            self.dead.borrow_mut().push(key);
            return 0;
        };
        self.bury(&mut tree, key);
        self.surplus(&tree)
    }
}

impl Dom {
    pub(crate) fn new(hooks: impl Hooks + 'static) -> Dom {
        Dom {
            shared: Rc::default(),
            hooks: Box::new(hooks),
            classes: RefCell::default(),
            document: OnceCell::new(),
            observers: Observers::default(),
            custom: Custom::default(),
            slots: Signals::default(),
        }
    }
}

/// A heap and its DOM.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) cx: Cx<'a>,
    pub(crate) dom: &'a Dom,
}

impl<'a> Env<'a> {
    /// # Panics
    /// When no DOM was installed, and so no class of it can be.
    pub(crate) fn of(cx: Cx<'a>) -> Env<'a> {
        let dom = cx.extension::<Dom>().expect("the DOM is installed");
        Env { cx, dom }
    }

    /// The tree, to look at. It is not held where JS could run.
    pub(crate) fn tree(self) -> Ref<'a, Tree> {
        self.dom.shared.tree.borrow()
    }

    /// The tree, to change.
    pub(crate) fn tree_mut(self) -> RefMut<'a, Tree> {
        self.dom.shared.tree.borrow_mut()
    }

    pub(crate) fn throw(self, error: &DomError) -> Thrown {
        self.cx.throw_dom_exception(error.name, &error.message)
    }

    /// Report an exception that no script is to catch. A kill goes on.
    pub(crate) fn report(self, thrown: Thrown) -> JsResult<()> {
        let error = self.cx.catch(thrown);
        self.cx.poll()?;
        self.dom.hooks.uncaught(self.cx, &error)
    }

    /// The node that a value stands for.
    pub(crate) fn node_of(self, value: &Value<'a>) -> Option<NodeId> {
        let key = value.member_key()?;
        if key & NOT_A_NODE != 0 {
            return None;
        }
        let id = NodeId::from_bits(key);
        self.tree().contains_id(id).then_some(id)
    }

    /// The object of a node: always the same while anybody has one of its tree.
    pub(crate) fn wrap(self, id: NodeId) -> JsResult<Value<'a>> {
        if let Some(object) = self.cx.find_member(id.bits()) {
            return Ok(object);
        }
        // All that it hangs from needs an object first.
        let mut chain = vec![id];
        let mut above = None;
        {
            let tree = self.tree();
            let mut at = tree.keeper(id);
            while let Some(node) = at {
                above = self.cx.find_member(node.bits());
                if above.is_some() {
                    break;
                }
                chain.push(node);
                at = tree.keeper(node);
            }
        }
        let mut object = above;
        while let Some(node) = chain.pop() {
            let made = match self.make(node) {
                Ok(made) => made,
                Err(thrown) => {
                    self.discard(node);
                    return Err(thrown);
                }
            };
            if let Some(parent) = &object {
                made.join(parent);
            }
            object = Some(made);
        }
        Ok(object.expect("the chain has a node"))
    }

    /// The object of a node that was just made, its bytes charged.
    pub(crate) fn made(self, id: NodeId) -> JsResult<Value<'a>> {
        let object = self.wrap(id)?;
        self.charge()?;
        Ok(object)
    }

    /// Free a node that no script has, and that belongs to nothing.
    pub(crate) fn discard(self, id: NodeId) {
        let mut tree = self.tree_mut();
        if tree.contains_id(id) && tree.keeper(id).is_none() && !self.is_wrapped(id) {
            tree.free(id);
        }
    }

    fn make(self, id: NodeId) -> JsResult<Value<'a>> {
        let (interface, document) = {
            let tree = self.tree();
            (interfaces::of_node(&tree, id), tree.document(id))
        };
        let prototype = self.prototype(interface)?;
        let object = self.cx.member(&prototype, id.bits())?;
        self.hold_document(&object, id, document)?;
        Ok(object)
    }

    /// A node keeps its document.
    fn hold_document(self, object: &Value<'a>, id: NodeId, document: NodeId) -> JsResult<()> {
        if document == id {
            return Ok(());
        }
        if self.main_document() == Some(document) {
            if object.held(held::DOCUMENT).is_some() {
                object.hold(held::DOCUMENT, self.cx.undefined());
            }
            return Ok(());
        }
        object.hold(held::DOCUMENT, self.wrap(document)?);
        Ok(())
    }

    /// Whether a script has an object of the node.
    pub(crate) fn is_wrapped(self, id: NodeId) -> bool {
        self.cx.has_member(id.bits())
    }

    /// The node has another parent, or none: let its object know, or free the
    /// node where nobody can reach it any more.
    fn moved(self, id: NodeId) -> JsResult<()> {
        let (there, keeper) = {
            let tree = self.tree();
            let there = tree.contains_id(id);
            (there, if there { tree.keeper(id) } else { None })
        };
        if !there {
            return Ok(());
        }
        match (self.cx.find_member(id.bits()), keeper) {
            (Some(object), Some(keeper)) => {
                let above = self.wrap(keeper)?;
                object.join(&above);
            }
            (Some(object), None) => object.leave(),
            (None, Some(_)) => {}
            (None, None) => self.tree_mut().free(id),
        }
        Ok(())
    }

    // ---- classes -----------------------------------------------------------

    pub(crate) fn constructor(self, interface: Interface) -> JsResult<Value<'a>> {
        self.class(interface).map(|(constructor, _)| constructor)
    }

    pub(crate) fn prototype(self, interface: Interface) -> JsResult<Value<'a>> {
        self.class(interface).map(|(_, prototype)| prototype)
    }

    fn class(self, interface: Interface) -> JsResult<(Value<'a>, Value<'a>)> {
        let index = interface as usize;
        let known = |classes: &Vec<Option<(Root, Root)>>| {
            let (constructor, prototype) = classes.get(index)?.as_ref()?;
            Some((constructor.get(self.cx), prototype.get(self.cx)))
        };
        if let Some(found) = known(&self.dom.classes.borrow()) {
            return Ok(found);
        }
        let constructor = interfaces::build(self, interface)?;
        let prototype = constructor.get("prototype")?;
        let mut classes = self.dom.classes.borrow_mut();
        // Building a child builds its parent, never itself.
        if classes.len() <= index {
            classes.resize_with(index + 1, || None);
        }
        classes[index] = Some((Root::new(constructor.clone()), Root::new(prototype.clone())));
        Ok((constructor, prototype))
    }

    // ---- the window's document ---------------------------------------------

    /// The window's document, where it has been touched.
    pub(crate) fn main_document(self) -> Option<NodeId> {
        self.dom.document.get().map(|(id, _)| *id)
    }

    /// The window's document, made on first touch.
    pub(crate) fn window_document(self) -> JsResult<Value<'a>> {
        if let Some((_, object)) = self.dom.document.get() {
            return Ok(object.get(self.cx));
        }
        let id = {
            let mut tree = self.tree_mut();
            let id = tree.new_document(true);
            crate::parse::empty_document(&mut tree, id);
            tree.document_data_mut(id).has_window = true;
            id
        };
        let object = self.wrap(id)?;
        let _ = self.dom.document.set((id, Root::new(object.clone())));
        // Its elements are found by their ids from here on.
        self.prototype(Interface::Window)?;
        self.settle()?;
        Ok(object)
    }

    /// The id of [`Env::window_document`].
    pub(crate) fn window_document_id(self) -> JsResult<NodeId> {
        self.window_document()?;
        Ok(self.main_document().expect("it is made"))
    }

    // ---- changes -----------------------------------------------------------

    /// Run what changes the tree: afterwards, observers and custom elements hear of
    /// it, and its bytes are charged.
    pub(crate) fn changing(
        self,
        change: impl FnOnce() -> JsResult<Value<'a>>,
    ) -> JsResult<Value<'a>> {
        let mark = self.dom.custom.begin();
        let result = change();
        let told = self.settle();
        // Reactions come whatever happened; an exception waits for them.
        let reacted = match result {
            Ok(value) => super::custom::react(self, mark).map(|()| value),
            Err(thrown) if self.dom.custom.has_reactions(mark) => {
                let thrown = self.cx.catch(thrown);
                super::custom::react(self, mark)?;
                Err(self.cx.throw(thrown))
            }
            Err(thrown) => {
                self.dom.custom.end(mark);
                return Err(thrown);
            }
        };
        told?;
        reacted
    }

    /// Tell what has happened, and charge what the tree takes.
    pub(crate) fn settle(self) -> JsResult<()> {
        let shared = &self.dom.shared;
        let effects = self.tree_mut().take_effects();
        for effect in effects {
            self.tell(&effect)?;
        }
        let moved = self.tree_mut().take_moved_nodes();
        for id in moved {
            self.moved(id)?;
        }
        let (ranges, iterators) = self.tree_mut().take_moved();
        if !ranges.is_empty() || !iterators.is_empty() {
            super::range::moved(self, &ranges)?;
            super::traversal::moved(self, &iterators)?;
        }
        if !shared.dead.borrow().is_empty() {
            let mut dead = shared.dead.take();
            // Ranges first: they name nodes.
            dead.sort_unstable_by(|a, b| b.cmp(a));
            let mut tree = self.tree_mut();
            for key in dead {
                shared.bury(&mut tree, key);
            }
        }
        self.charge()
    }

    /// Charge what the tree has grown by, or give back what it has shrunk by.
    fn charge(self) -> JsResult<()> {
        let shared = &self.dom.shared;
        let (bytes, charged) = (self.tree().bytes(), shared.charged.get());
        if bytes > charged {
            // First, lest a collection in the middle counts it twice.
            shared.charged.set(bytes);
            if let Err(thrown) = self.cx.charge(bytes - charged) {
                let now = shared.charged.get();
                shared.charged.set(now.saturating_sub(bytes - charged));
                return Err(thrown);
            }
        } else if charged > bytes {
            shared.charged.set(bytes);
            self.cx.release(charged - bytes);
        }
        Ok(())
    }

    fn tell(self, effect: &Effect) -> JsResult<()> {
        if let Effect::Adopted { node, to, .. } = effect
            && let Some(object) = self.cx.find_member(node.bits())
        {
            self.hold_document(&object, *node, *to)?;
        }
        super::custom::hear(self, effect)?;
        super::slots::hear(self, effect)?;
        super::observer::hear(self, effect)
    }

    /// Whether anybody wants effects other than adoptions.
    pub(crate) fn update_watch(self) {
        let watched = self.dom.observers.any() || self.dom.custom.any();
        self.tree_mut().watch(watched);
    }

    pub(crate) fn set_flag(self, id: NodeId, attribute: &str, on: bool) {
        let mut tree = self.tree_mut();
        if !on {
            tree.remove_attribute(id, attribute);
        } else if tree.attribute(id, attribute).is_none() {
            tree.set_attribute(id, attribute, "");
        }
    }

    /// A URL attribute, absolute where it can be.
    pub(crate) fn resolved_url(self, id: NodeId, attribute: &str) -> String {
        let tree = self.tree();
        match tree.attribute(id, attribute) {
            Some(url) => super::window::resolve(&tree, id, url),
            None => String::new(),
        }
    }
}

/// Between two pieces of markup: the budget is asked, the tree's growth charged.
pub(crate) struct Paced<'a>(pub Env<'a>);

impl Pace for Paced<'_> {
    type Error = Thrown;

    fn pace(&self) -> JsResult<()> {
        self.0.charge()?;
        self.0.cx.poll()
    }
}

/// Run a native after the running script and what it has queued before.
pub(crate) fn microtask<F: quickbeam_engine::function::Native>(
    env: Env<'_>,
    native: F,
) -> JsResult<()> {
    let (promise, resolve, _) = env.cx.promise()?;
    resolve.call(&env.cx.undefined(), &[])?;
    let function = env.cx.function("", 0, native)?;
    promise.then(&function, &function)
}
