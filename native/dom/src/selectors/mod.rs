//! Selectors over the tree, by the crates `selectors` and `cssparser`.

mod element;
mod names;
mod pseudo;

use std::cell::Cell;

use selectors::context::{
    MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, SelectorCaches,
};
use selectors::matching::matches_selector_list;
use selectors::parser::{ParseRelative, SelectorList};
use selectors::{Element as _, OpaqueElement};

use crate::tree::{DomError, NodeId, QuirksMode, Tree};
use element::ElementRef;
use names::Names;
pub(crate) use pseudo::is_disabled;

/// A list of selectors, parsed.
#[derive(Clone)]
pub struct Selectors(SelectorList<Names>);

/// How many elements one match may look at: a bound for hostile selectors, far
/// above what others need.
const STEPS_MAX: u32 = 20_000_000;

/// How deep below an element `:has()` looks: the matcher is recursive.
const DEPTH_MAX: u32 = 1_000;

/// What one match may still do.
pub(crate) struct Fuel {
    steps: Cell<u32>,
    too_deep: Cell<bool>,
}

impl Fuel {
    fn new() -> Fuel {
        Fuel {
            steps: Cell::new(STEPS_MAX),
            too_deep: Cell::new(false),
        }
    }

    /// Whether another step may be taken.
    fn step(&self) -> bool {
        let left = self.steps.get().saturating_sub(1);
        self.steps.set(left);
        left > 0
    }

    fn check(&self) -> Result<(), DomError> {
        if self.too_deep.get() {
            let message = format!(":has() looks at no more than {DEPTH_MAX} levels of elements");
            return Err(DomError::not_supported(message));
        }
        if self.steps.get() == 0 {
            let message = "the selector takes too many steps on this tree";
            return Err(DomError::not_supported(message));
        }
        Ok(())
    }
}

impl Selectors {
    /// Parse a list of selectors.
    pub fn parse(text: &str) -> Result<Selectors, DomError> {
        let mut parser = cssparser::Parser::new(text);
        let parsed = parser
            .parse_entirely(|input| SelectorList::parse(&names::Parser, input, ParseRelative::No));
        parsed.map(Selectors).map_err(|_| {
            let shown: String = text.chars().take(100).collect();
            DomError::syntax(format!("{shown:?} is not a valid selector"))
        })
    }

    /// Whether `element` matches, `:scope` being `scope`.
    pub fn matches(
        &self,
        tree: &Tree,
        element: NodeId,
        scope: Option<NodeId>,
    ) -> Result<bool, DomError> {
        let mut caches = SelectorCaches::default();
        self.search(tree, scope, &mut caches, |matcher| matcher(element))
    }

    /// The nearest of `element` and its ancestors that matches.
    pub fn closest(&self, tree: &Tree, element: NodeId) -> Result<Option<NodeId>, DomError> {
        let mut caches = SelectorCaches::default();
        self.search(tree, Some(element), &mut caches, |matcher| {
            for node in tree.ancestors(element) {
                if tree.is_element(node) && matcher(node)? {
                    return Ok(Some(node));
                }
            }
            Ok(None)
        })
    }

    /// Look for descendants of `root` that match, from the node after `from` on (or
    /// `root`): at most `count` nodes are looked at and all that match of those
    /// are put into `found`, one where `only_first`. Answers where to go on.
    pub fn find(
        &self,
        tree: &Tree,
        root: NodeId,
        from: NodeId,
        count: usize,
        only_first: bool,
        found: &mut Vec<NodeId>,
    ) -> Result<Option<NodeId>, DomError> {
        let mut caches = SelectorCaches::default();
        self.search(tree, Some(root), &mut caches, |matcher| {
            let mut at = from;
            for _ in 0..count {
                let Some(next) = tree.following(at, root) else {
                    return Ok(None);
                };
                if tree.is_element(next) && matcher(next)? {
                    found.push(next);
                    if only_first {
                        return Ok(None);
                    }
                }
                at = next;
            }
            Ok(Some(at))
        })
    }

    /// All descendants of `root` that match, in tree order.
    pub fn find_all(&self, tree: &Tree, root: NodeId) -> Result<Vec<NodeId>, DomError> {
        let mut found = Vec::new();
        self.find(tree, root, root, usize::MAX, false, &mut found)?;
        Ok(found)
    }

    /// The first descendant of `root` that matches.
    pub fn find_first(&self, tree: &Tree, root: NodeId) -> Result<Option<NodeId>, DomError> {
        let mut found = Vec::new();
        self.find(tree, root, root, usize::MAX, true, &mut found)?;
        Ok(found.pop())
    }

    fn search<R>(
        &self,
        tree: &Tree,
        scope: Option<NodeId>,
        caches: &mut SelectorCaches,
        run: impl FnOnce(&mut dyn FnMut(NodeId) -> Result<bool, DomError>) -> Result<R, DomError>,
    ) -> Result<R, DomError> {
        let quirks = match scope.map(|scope| tree.document_data(scope).quirks) {
            Some(QuirksMode::Quirks) => selectors::context::QuirksMode::Quirks,
            Some(QuirksMode::LimitedQuirks) => selectors::context::QuirksMode::LimitedQuirks,
            _ => selectors::context::QuirksMode::NoQuirks,
        };
        let mut context = MatchingContext::new(
            MatchingMode::Normal,
            None,
            caches,
            quirks,
            NeedsSelectorFlags::No,
            MatchingForInvalidation::No,
        );
        let fuel = Fuel::new();
        let scope: Option<OpaqueElement> = scope
            .filter(|scope| tree.is_element(*scope))
            .map(|scope| ElementRef::new(tree, scope, &fuel).opaque());
        context.scope_element = scope;
        run(&mut |node| {
            fuel.steps.set(STEPS_MAX);
            let element = ElementRef::new(tree, node, &fuel);
            let matched = matches_selector_list(&self.0, element, &mut context);
            fuel.check()?;
            Ok(matched)
        })
    }
}
