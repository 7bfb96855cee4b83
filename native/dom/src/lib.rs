//! The DOM: a live document in every context that asks.
//!
//! | module | holds |
//! |---|---|
//! | [`tree`] | nodes in an arena, by stable ids: mutations, ranges, shadow trees |
//! | [`parse`], [`serialize`] | HTML in and out |
//! | `xml` | XML in and out |
//! | [`selectors`] | selectors, by the crates `selectors` and `cssparser` |
//! | `forms`, `form_dates`, `validity` | the state of form controls |
//! | `declarations`, `css_properties` | `style` attributes |
//! | `url` | references to URLs |
//! | `js` | the classes that scripts see |
//! | `outside` | [`Document`], for those who run no script |
//!
//! The tree is plain Rust. A node's JS object and the node find each other by
//! the node's id; which of them keeps which alive, [`quickbeam_engine::family`]
//! says.
#![forbid(unsafe_code)]

mod css_properties;
mod declarations;
mod form_dates;
mod forms;
mod js;
mod outside;
pub mod parse;
pub mod selectors;
pub mod serialize;
pub mod tree;
mod url;
mod validity;
mod xml;

pub use js::{Hooks, NATIVES};
pub use outside::{Document, base_url};

use quickbeam_engine::{Heap, JsResult};

/// Give a heap the globals of the DOM. Nothing is made before a script touches
/// one of them.
pub fn install(heap: &mut Heap, hooks: impl Hooks + 'static) -> JsResult<()> {
    let dom = js::dom::Dom::new(hooks);
    let keeper = dom.shared.clone();
    heap.extend(dom);
    heap.with(|cx| {
        cx.set_keeper(keeper);
        js::globals(cx)
    })
}
