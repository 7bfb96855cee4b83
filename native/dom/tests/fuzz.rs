//! Random operations against what must hold of every tree.
//!
//! A million steps from one seed; `QUICKBEAM_FUZZ_SEED` and
//! `QUICKBEAM_FUZZ_STEPS` choose others. Under AddressSanitizer: `make asan`.

use std::cell::RefCell;

use quickbeam_dom::parse::{self, HtmlOptions, Unpaced};
use quickbeam_dom::selectors::Selectors;
use quickbeam_dom::serialize;
use quickbeam_dom::tree::{
    Boundary, IteratorId, IteratorState, NodeData, NodeId, RangeId, RangeState, ShadowData,
    ShadowMode, Tree,
};

/// xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit.max(1)
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const NAMES: &[&str] = &[
    "div", "p", "template", "select", "option", "table", "svg", "b", "x-y",
];
const TEXTS: &[&str] = &["", "a", "text", "ünï😀", "<&>\"\u{A0}"];
const MARKUP: &[&str] = &[
    "<p>a<b>c</p>d</b>",
    "<table><td>x<table>y",
    "<template><i>z</template>",
    "<svg><foreignObject><p></svg>",
    "&amp;&lt;<!-- c --><select><option>1<option selected>2",
    "<a id=i class='c d'><a>",
];
const SELECTORS: &[&str] = &[
    "div > p",
    ".c",
    "#i",
    ":has(b) + *",
    "*:nth-child(2n of p)",
    ":not(:is(p, b))",
];

struct Fuzz {
    tree: RefCell<Tree>,
    random: Random,
    /// Nodes that a script could hold: roots among them are kept.
    held: Vec<NodeId>,
    documents: Vec<NodeId>,
    ranges: Vec<RangeId>,
    iterators: Vec<IteratorId>,
}

impl Fuzz {
    fn node(&mut self) -> NodeId {
        let held = &self.held;
        held[self.random.below(held.len())]
    }

    fn name(&mut self) -> &'static str {
        self.random.pick(NAMES)
    }

    fn text(&mut self) -> &'static str {
        self.random.pick(TEXTS)
    }

    fn boundary(&mut self) -> Boundary {
        let node = self.node();
        let length = self.tree.borrow().length(node) as usize;
        let offset = self.random.below(length + 1) as u32;
        Boundary { node, offset }
    }

    fn step(&mut self) {
        let (node, other) = (self.node(), self.node());
        let action = self.random.below(30);
        let (name, text) = (self.name(), self.text());
        let document = self.random.pick(&self.documents);
        match action {
            0..=3 => {
                let mut tree = self.tree.borrow_mut();
                let made = tree.new_element(document, Tree::html_name(name));
                self.held.push(made);
            }
            4..=5 => {
                let made = self.tree.borrow_mut().new_text(document, text);
                self.held.push(made);
            }
            6 => {
                let mut tree = self.tree.borrow_mut();
                let made = match self.random.below(4) {
                    0 => tree.new_comment(document, text),
                    1 => tree.new_fragment(document),
                    2 => tree.new_doctype(document, "html", "", ""),
                    _ => tree.new_instruction(document, "x", text),
                };
                self.held.push(made);
            }
            7..=11 => {
                let mut tree = self.tree.borrow_mut();
                let before = tree.children(node).nth(self.random.below(4));
                let _ = tree.pre_insert(node, other, before);
            }
            12 => {
                let mut tree = self.tree.borrow_mut();
                let child = tree.children(node).nth(self.random.below(3));
                if let Some(child) = child {
                    let _ = tree.replace(node, other, child);
                    self.held.push(child);
                }
            }
            13..=14 => self.tree.borrow_mut().remove(node),
            15 => {
                let removed = self.tree.borrow_mut().set_text_content(node, text);
                self.held.extend(removed);
            }
            16 => {
                let mut tree = self.tree.borrow_mut();
                if matches!(tree.data(node), NodeData::Text(_)) {
                    let offset = self.random.below(tree.length(node) as usize + 2) as u32;
                    if let Ok(made) = tree.split_text(node, offset) {
                        self.held.push(made);
                    }
                }
            }
            17 => {
                let removed = self.tree.borrow_mut().normalize(node);
                self.held.extend(removed);
            }
            18 => {
                let mut tree = self.tree.borrow_mut();
                if tree.descendants(node).take(300).count() < 300 {
                    let deep = self.random.below(2) == 0;
                    let made = tree.clone_node(node, document, deep);
                    if tree.is_document(made) {
                        self.documents.push(made);
                    }
                    self.held.push(made);
                }
            }
            19 => {
                let mut tree = self.tree.borrow_mut();
                if tree.is_element(node) {
                    let local = self.random.pick(&["id", "class", "slot", "name"]);
                    if self.random.below(4) == 0 {
                        tree.remove_attribute(node, local);
                    } else {
                        tree.set_attribute(node, local, text);
                    }
                }
            }
            20 => {
                let mut tree = self.tree.borrow_mut();
                if let Some(attribute) = tree.attributes(node).len().checked_sub(1) {
                    let made = tree.attribute_node(node, attribute);
                    if tree.is_element(other) {
                        let _ = tree.set_attribute_node(other, made);
                        let _ = tree.remove_attribute_node(node, made);
                    }
                }
            }
            21 => {
                let mut tree = self.tree.borrow_mut();
                let movable = !tree.is_document(node) && tree.shadow_host(node).is_none();
                let is_content = tree.is_fragment(node) && tree.keeper(node).is_some();
                let owned = tree.owner(node).is_some();
                if movable && !is_content && !owned {
                    tree.adopt(node, document);
                }
            }
            22 => {
                let is_element = self.tree.borrow().is_element(node);
                if is_element {
                    let markup = self.random.pick(MARKUP);
                    let options = HtmlOptions::default();
                    let Ok(made) = parse::fragment(&self.tree, node, markup, options, &Unpaced);
                    let mut tree = self.tree.borrow_mut();
                    self.held.extend(tree.children(made).collect::<Vec<_>>());
                    self.held.extend(tree.replace_all(node, Some(made)));
                    tree.free(made);
                }
            }
            23 => {
                let (a, b) = (self.boundary(), self.boundary());
                let mut tree = self.tree.borrow_mut();
                if tree.root(a.node) == tree.root(b.node) {
                    let (start, end) = match tree.compare_boundaries(a, b).is_le() {
                        true => (a, b),
                        false => (b, a),
                    };
                    if self.ranges.len() < 8 {
                        self.ranges.push(tree.add_range(RangeState { start, end }));
                    } else {
                        let range = self.random.pick(&self.ranges);
                        tree.set_range(range, RangeState { start, end });
                    }
                }
            }
            24 => {
                let mut tree = self.tree.borrow_mut();
                if self.iterators.len() < 4 {
                    self.iterators.push(tree.add_iterator(IteratorState {
                        root: node,
                        reference: node,
                        before_reference: true,
                    }));
                } else if self.random.below(4) == 0 {
                    tree.drop_iterator(self.iterators.swap_remove(0));
                } else {
                    let iterator = self.random.pick(&self.iterators);
                    let state = tree.iterator(iterator);
                    if let Some(reference) = tree.following(state.reference, state.root) {
                        tree.set_iterator(iterator, IteratorState { reference, ..state });
                    }
                }
            }
            25 => {
                let data = ShadowData {
                    mode: Some(ShadowMode::Open),
                    clonable: self.random.below(2) == 0,
                    ..ShadowData::template(node)
                };
                let mut tree = self.tree.borrow_mut();
                if tree.is_element(node)
                    && let Ok(shadow) = tree.attach_shadow(data)
                {
                    self.held.push(shadow);
                }
            }
            26 => {
                let tree = self.tree.borrow();
                let selectors = Selectors::parse(self.random.pick(SELECTORS)).expect("valid");
                let found = selectors.find_all(&tree, node).expect("within its bounds");
                for id in found.into_iter().take(3) {
                    assert!(
                        selectors
                            .matches(&tree, id, None)
                            .expect("within its bounds")
                    );
                }
            }
            27 => {
                let tree = self.tree.borrow();
                let html = serialize::outer_html(&tree, node);
                assert!(html.len() < 1 << 24);
                let position = tree.compare_position(node, other);
                assert_eq!(node == other, position == 0);
            }
            _ => self.let_go(),
        }
    }

    /// Forget some nodes; free the trees that nobody holds a node of.
    fn let_go(&mut self) {
        if self.held.len() < 200 {
            return;
        }
        let keep = self.documents[0];
        let tree = self.tree.get_mut();
        while self.held.len() > 60 {
            let at = self.random.below(self.held.len());
            let node = self.held.swap_remove(at);
            if !tree.contains_id(node) || self.documents.contains(&node) && node == keep {
                continue;
            }
            // The root of all that hangs together.
            let mut root = tree.root(node);
            while let Some(keeper) = tree.keeper(root) {
                root = tree.root(keeper);
            }
            if root == keep || tree.is_document(root) {
                continue;
            }
            let in_use = |id: NodeId| tree.is_inclusive_ancestor(root, id);
            for range in &self.ranges {
                let state = tree.range(*range);
                if in_use(state.start.node) {
                    let start = Boundary {
                        node: keep,
                        offset: 0,
                    };
                    tree.set_range(*range, RangeState { start, end: start });
                    break;
                }
            }
            let ranged = self.ranges.iter().any(|range| {
                let mut root_of = tree.root(tree.range(*range).start.node);
                while let Some(keeper) = tree.keeper(root_of) {
                    root_of = tree.root(keeper);
                }
                root_of == root
            });
            let iterated = self.iterators.iter().any(|iterator| {
                let mut root_of = tree.root(tree.iterator(*iterator).root);
                while let Some(keeper) = tree.keeper(root_of) {
                    root_of = tree.root(keeper);
                }
                root_of == root
            });
            if ranged || iterated {
                continue;
            }
            tree.free(root);
            assert!(!tree.contains_id(root));
            self.held.retain(|id| tree.contains_id(*id));
        }
        self.held.push(keep);
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn a_million_random_steps() {
    let steps = number("QUICKBEAM_FUZZ_STEPS", 1_000_000);
    let seed = number("QUICKBEAM_FUZZ_SEED", 0x5EED_0DD5);
    let mut tree = Tree::new();
    let document = tree.new_document(true);
    parse::empty_document(&mut tree, document);
    tree.watch(true);
    let body = tree.html_child(document, &["body"]).expect("a body");
    let mut fuzz = Fuzz {
        tree: RefCell::new(tree),
        random: Random(seed),
        held: vec![document, body],
        documents: vec![document],
        ranges: Vec::new(),
        iterators: Vec::new(),
    };
    for step in 0..steps {
        fuzz.step();
        let tree = fuzz.tree.get_mut();
        tree.take_effects();
        tree.take_moved();
        tree.take_moved_nodes();
        if step % 500 == 0 || step < 2_000 {
            tree.check_invariants();
        }
        // Now and then begin anew, lest the documents grow without end.
        if step % 20_000 == 19_999 {
            let removed = tree.replace_all(document, None);
            parse::empty_document(tree, document);
            fuzz.held.extend(removed);
            fuzz.documents.truncate(8);
        }
    }
    fuzz.tree.get_mut().check_invariants();
    println!(
        "{} nodes, {} bytes",
        fuzz.tree.get_mut().len(),
        fuzz.tree.get_mut().bytes()
    );
}
