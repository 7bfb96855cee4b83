//! The classes that scripts see, over the tree.
//!
//! | module | holds |
//! |---|---|
//! | [`dom`] | what one heap's DOM keeps, and [`dom::Env`], what natives work with |
//! | `define` | the macros that member tables are written with |
//! | `interfaces` | every interface: its parent, members and constructor |
//! | `convert` | arguments in, results out |
//! | `node`, `element`, … | the members of the interface of that name |

#[macro_use]
mod define;

mod attr;
mod brands;
mod character_data;
mod collection;
mod convert;
mod css;
mod custom;
mod document;
mod document_legacy;
pub(crate) mod dom;
mod element;
mod events;
mod html;
mod implementation;
mod inner_text;
mod interfaces;
mod markup;
mod natives;
mod node;
mod observer;
mod parser;
mod query;
mod range;
mod range_contents;
mod reactions;
mod selection;
mod shadow;
mod slots;
mod token_list;
mod traversal;
mod window;
mod window_names;

pub use dom::Hooks;
pub use natives::NATIVES;
pub(crate) use query::query;
pub(crate) use window::base_url;
pub use window::globals;
