//! HTML into the tree, by html5ever (HTML, 13.2).

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute as ParsedAttribute, LocalName, Namespace, QualName, local_name, ns};

use crate::tree::{Attribute, NodeData, NodeId, ShadowData, ShadowMode, Tree};

/// What the parser asks between two pieces of input; an error ends the parse.
pub trait Pace {
    type Error;
    fn pace(&self) -> Result<(), Self::Error>;
}

/// Goes on whatever comes.
pub struct Unpaced;

impl Pace for Unpaced {
    type Error = std::convert::Infallible;

    fn pace(&self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// How to parse.
#[derive(Debug, Clone, Copy, Default)]
pub struct HtmlOptions {
    /// Whether `noscript` holds text (a document with a window) or elements.
    pub scripting: bool,
    /// Whether `<template shadowrootmode>` makes shadow roots.
    pub declarative_shadow_roots: bool,
}

/// How much the tokenizer is given at a time.
const PIECE: usize = 16 * 1024;

/// Parse a document into `document`, which has no children yet.
pub fn document<P: Pace>(
    tree: &RefCell<Tree>,
    document: NodeId,
    html: &str,
    options: HtmlOptions,
    pace: &P,
) -> Result<(), P::Error> {
    let sink = Sink::new(tree, document, document, options);
    let builder = TreeBuilder::new(sink, builder_options(options, QuirksMode::NoQuirks));
    feed(builder, TokenizerOpts::default(), html, pace)
}

/// "HTML fragment parsing algorithm": a new fragment, in the document of
/// `context`, an element. On an error nothing is left of it.
pub fn fragment<P: Pace>(
    tree: &RefCell<Tree>,
    context: NodeId,
    html: &str,
    options: HtmlOptions,
    pace: &P,
) -> Result<NodeId, P::Error> {
    let (document, scratch, quirks, name, form);
    {
        let mut tree = tree.borrow_mut();
        document = tree.document(context);
        quirks = tree.document_data(document).quirks;
        scratch = tree.new_document(true);
        name = tree
            .name(context)
            .cloned()
            .unwrap_or_else(|| Tree::html_name("body"));
        form = tree
            .ancestors(context)
            .find(|node| tree.is_html_named(*node, "form"))
            .map(|form| Handle::element(form, Tree::html_name("form")));
    }
    let sink = Sink::new(tree, document, scratch, options);
    let context = Handle::element(context, name);
    let builder =
        TreeBuilder::new_for_fragment(sink, context, form, builder_options(options, quirks));
    let tokenizer = TokenizerOpts {
        initial_state: Some(builder.tokenizer_state_for_context_elem(options.scripting)),
        ..TokenizerOpts::default()
    };
    let parsed = feed(builder, tokenizer, html, pace);
    let mut tree = tree.borrow_mut();
    let result = parsed.map(|()| {
        let fragment = tree.new_fragment(document);
        if let Some(root) = tree.document_element(scratch) {
            while let Some(child) = tree.first_child(root) {
                tree.unlink(child);
                tree.link(fragment, child, None);
            }
        }
        fragment
    });
    tree.free(scratch);
    result
}

fn builder_options(options: HtmlOptions, quirks_mode: QuirksMode) -> TreeBuilderOpts {
    TreeBuilderOpts {
        scripting_enabled: options.scripting,
        quirks_mode,
        ..TreeBuilderOpts::default()
    }
}

fn feed<P: Pace>(
    builder: TreeBuilder<Handle, Sink<'_>>,
    options: TokenizerOpts,
    html: &str,
    pace: &P,
) -> Result<(), P::Error> {
    let tokenizer = Tokenizer::new(builder, options);
    let input = BufferQueue::default();
    let mut rest = html;
    let mut outcome = Ok(());
    while !rest.is_empty() && outcome.is_ok() {
        let mut end = rest.len().min(PIECE);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, after) = rest.split_at(end);
        input.push_back(StrTendril::from_slice(piece));
        // It stops at scripts, which are not run here.
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
        rest = after;
        outcome = pace.pace();
    }
    tokenizer.end();
    let sink = &tokenizer.sink.sink;
    sink.flush();
    if sink.has_selected_content.get() {
        sink.clone_options();
    }
    outcome
}

/// A node as html5ever holds it, with its name at hand.
#[derive(Clone)]
struct Handle {
    id: NodeId,
    name: Option<Rc<QualName>>,
}

impl Handle {
    fn element(id: NodeId, name: QualName) -> Handle {
        Handle {
            id,
            name: Some(Rc::new(name)),
        }
    }

    fn other(id: NodeId) -> Handle {
        Handle { id, name: None }
    }
}

struct Sink<'t> {
    tree: &'t RefCell<Tree>,
    /// The node document of what is made.
    owner: NodeId,
    /// Where the document is built: `owner`, or a scratch one of a fragment.
    root: NodeId,
    options: HtmlOptions,
    /// The text node that is growing, and what is still to be added to it.
    growing: RefCell<Option<(NodeId, String)>>,
    quirks: Cell<bool>,
    /// The options, where there is a `selectedcontent` that may show one.
    select_options: RefCell<Vec<NodeId>>,
    has_selected_content: Cell<bool>,
}

impl<'t> Sink<'t> {
    fn new(tree: &'t RefCell<Tree>, owner: NodeId, root: NodeId, options: HtmlOptions) -> Sink<'t> {
        Sink {
            tree,
            owner,
            root,
            options,
            growing: RefCell::default(),
            quirks: Cell::new(owner == root),
            select_options: RefCell::default(),
            has_selected_content: Cell::new(false),
        }
    }

    /// Put the growing text where it belongs.
    fn flush(&self) {
        if let Some((node, more)) = self.growing.take() {
            self.tree.borrow_mut().extend_text(node, &more);
        }
    }

    /// "Maybe clone an option into selectedcontent" (HTML, 4.10.10), of every
    /// option: html5ever tells of those only that have an end tag.
    fn clone_options(&self) {
        let mut tree = self.tree.borrow_mut();
        for option in self.select_options.take() {
            let select = tree
                .ancestors(option)
                .find(|node| tree.is_html_named(*node, "select"));
            let Some(select) = select else { continue };
            if tree.attribute(select, "multiple").is_some() {
                continue;
            }
            let named = |name: &str| {
                tree.descendants(select)
                    .find(|node| tree.is_html_named(*node, name))
            };
            let Some(target) = named("selectedcontent") else {
                continue;
            };
            let is_first = named("option") == Some(option);
            if tree.attribute(option, "selected").is_none() && !is_first {
                continue;
            }
            while let Some(child) = tree.first_child(target) {
                tree.unlink(child);
                tree.free(child);
            }
            let children: Vec<NodeId> = tree.children(option).collect();
            for child in children {
                let copy = tree.clone_node(child, self.owner, true);
                tree.link(target, copy, None);
            }
        }
    }

    /// Insert before a child or last, text merged with text before it.
    fn put(&self, parent: NodeId, child: NodeOrText<Handle>, before: Option<NodeId>) {
        let mut tree = self.tree.borrow_mut();
        match child {
            NodeOrText::AppendNode(node) => {
                tree.unlink(node.id);
                tree.link(parent, node.id, before);
            }
            NodeOrText::AppendText(text) => {
                let previous = match before {
                    Some(before) => tree.previous(before),
                    None => tree.last_child(parent),
                };
                let previous =
                    previous.filter(|node| matches!(tree.data(*node), NodeData::Text(_)));
                let Some(node) = previous else {
                    let node = tree.new_text(self.owner, &text);
                    tree.link(parent, node, before);
                    return;
                };
                let mut growing = self.growing.borrow_mut();
                match growing.as_mut() {
                    Some((growing, more)) if *growing == node => more.push_str(&text),
                    _ => {
                        if let Some((node, more)) = growing.take() {
                            tree.extend_text(node, &more);
                        }
                        *growing = Some((node, String::from(&*text)));
                    }
                }
            }
        }
    }
}

fn attributes(parsed: Vec<ParsedAttribute>) -> Vec<Attribute> {
    parsed
        .into_iter()
        .map(|one| Attribute::new(one.name, &*one.value))
        .collect()
}

impl TreeSink for Sink<'_> {
    type Handle = Handle;
    type Output = ();
    type ElemName<'a>
        = &'a QualName
    where
        Self: 'a;

    fn finish(self) {}

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle::other(self.root)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a QualName {
        target.name.as_deref().expect("only elements are asked")
    }

    fn create_element(
        &self,
        name: QualName,
        parsed: Vec<ParsedAttribute>,
        flags: ElementFlags,
    ) -> Handle {
        let mut tree = self.tree.borrow_mut();
        let id = tree.new_element_with(self.owner, name.clone(), attributes(parsed));
        if flags.mathml_annotation_xml_integration_point {
            tree.extra_mut(id).integration_point = true;
        }
        if name.ns == ns!(html) {
            let is = tree.attribute(id, "is").map(Box::from);
            if is.is_some() {
                tree.update_extra(id, |extra| extra.is = is);
            }
            match &*name.local {
                "option" => self.select_options.borrow_mut().push(id),
                "selectedcontent" => self.has_selected_content.set(true),
                _ => {}
            }
        }
        Handle::element(id, name)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        Handle::other(self.tree.borrow_mut().new_comment(self.owner, &text))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        let mut tree = self.tree.borrow_mut();
        Handle::other(tree.new_instruction(self.owner, &target, &data))
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.put(parent.id, child, None);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        let parent = self.tree.borrow().parent(sibling.id);
        if let Some(parent) = parent {
            self.put(parent, child, Some(sibling.id));
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        previous: &Handle,
        child: NodeOrText<Handle>,
    ) {
        let has_parent = self.tree.borrow().parent(element.id).is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        let mut tree = self.tree.borrow_mut();
        let doctype = tree.new_doctype(self.owner, &name, &public_id, &system_id);
        tree.link(self.root, doctype, None);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        let content = self.tree.borrow().template_content(target.id);
        Handle::other(content.expect("only templates are asked"))
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.id == y.id
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        if self.quirks.get() {
            self.tree.borrow_mut().document_data_mut(self.root).quirks = mode;
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, parsed: Vec<ParsedAttribute>) {
        let mut tree = self.tree.borrow_mut();
        tree.add_missing_attributes(target.id, attributes(parsed));
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.tree.borrow_mut().unlink(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let mut tree = self.tree.borrow_mut();
        while let Some(child) = tree.first_child(node.id) {
            tree.unlink(child);
            tree.link(new_parent.id, child, None);
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        let tree = self.tree.borrow();
        tree.extra(handle.id)
            .is_some_and(|extra| extra.integration_point)
    }

    fn allow_declarative_shadow_roots(&self, _parent: &Handle) -> bool {
        self.options.declarative_shadow_roots
    }

    fn attach_declarative_shadow(
        &self,
        location: &Handle,
        template: &Handle,
        attributes: &[ParsedAttribute],
    ) -> bool {
        let find = |name: &str| attributes.iter().find(|one| *one.name.local == *name);
        let mode = find("shadowrootmode").map(|one| one.value.to_ascii_lowercase());
        let mode = match mode.as_deref() {
            Some("open") => ShadowMode::Open,
            Some("closed") => ShadowMode::Closed,
            _ => return false,
        };
        let mut tree = self.tree.borrow_mut();
        let data = ShadowData {
            host: location.id,
            mode: Some(mode),
            manual_slots: false,
            delegates_focus: find("shadowrootdelegatesfocus").is_some(),
            clonable: find("shadowrootclonable").is_some(),
            serializable: find("shadowrootserializable").is_some(),
            declarative: true,
        };
        if tree.shadow_root(location.id).is_some() {
            return false;
        }
        let Ok(shadow) = tree.attach_shadow(data) else {
            return false;
        };
        // What would be the template's contents is the shadow root's.
        let content = tree.template_content(template.id);
        tree.extra_mut(template.id).content = Some(shadow);
        if let Some(content) = content {
            tree.free(content);
        }
        true
    }
}

/// The children of `html` that every document of a window has.
pub fn empty_document(tree: &mut Tree, document: NodeId) {
    let html = |local: LocalName| QualName::new(None, Namespace::from(&*ns!(html)), local);
    let root = tree.new_element(document, html(local_name!("html")));
    tree.link(document, root, None);
    for name in [local_name!("head"), local_name!("body")] {
        let child = tree.new_element(document, html(name));
        tree.link(root, child, None);
    }
}
