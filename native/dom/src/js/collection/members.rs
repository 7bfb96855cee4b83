//! The members of each kind of list.

use quickbeam_engine::Member;

use super::*;
use crate::js::convert::{self, text, unsigned_long};
use crate::js::html;

pub(in crate::js) static NODE_LIST: &[Member] = &[
    list_length(),
    list_item(),
    Member::lazy_attribute(c"entries", |cx| array_method(cx, "entries")),
    Member::lazy_attribute(c"forEach", |cx| array_method(cx, "forEach")),
    Member::lazy_attribute(c"keys", |cx| array_method(cx, "keys")),
    Member::lazy_attribute(c"values", |cx| array_method(cx, "values")),
    Member::lazy(c"[Symbol.iterator]", |cx| array_method(cx, "values")),
];

pub(in crate::js) static HTML_COLLECTION: &[Member] = &[
    list_length(),
    list_item(),
    Member::operation(c"namedItem", 1, |call| {
        convert::require(call, c"namedItem", 1)?;
        let name = text(call, 0)?;
        let this = call.this();
        with(&this, |env, list| list.named(env, &this, &name)?.to_js(env))
    }),
    Member::lazy(c"[Symbol.iterator]", |cx| array_method(cx, "values")),
];

const fn list_length() -> Member {
    Member::attribute(c"length", |call| {
        let this = call.this();
        with(&this, |env, list| list.count(env, &this)?.to_js(env))
    })
}

const fn list_item() -> Member {
    Member::operation(c"item", 1, |call| {
        convert::require(call, c"item", 1)?;
        let index = unsigned_long(&call.argument(0))?;
        let this = call.this();
        with(&this, |env, list| list.at(env, &this, index)?.to_js(env))
    })
}

pub(in crate::js) static RADIO_LIST: &[Member] = &[Member::accessor(
    c"value",
    |call| {
        let this = call.this();
        with(&this, |env, list| {
            let items = list.items(env, &this)?;
            let tree = env.tree();
            let checked = items
                .iter()
                .find(|id| is_radio(&tree, **id) && forms::is_checked(&tree, **id));
            let value = checked.map_or(String::new(), |id| forms::value(&tree, *id));
            drop(tree);
            value.to_js(env)
        })
    },
    |call| {
        let value = text(call, 0)?;
        let this = call.this();
        with(&this, |env, list| {
            let items = list.items(env, &this)?;
            let mut tree = env.tree_mut();
            let wanted = items
                .iter()
                .find(|id| is_radio(&tree, **id) && forms::value(&tree, **id) == value);
            if let Some(id) = wanted {
                forms::set_checked(&mut tree, *id, true);
            }
            drop(tree);
            ().to_js(env)
        })
    },
)];

fn is_radio(tree: &Tree, id: NodeId) -> bool {
    tree.is_html_named(id, "input") && forms::input_type(tree, id) == "radio"
}

pub(in crate::js) static CONTROLS: &[Member] = &[Member::operation(c"namedItem", 1, |call| {
    convert::require(call, c"namedItem", 1)?;
    let name = text(call, 0)?;
    let this = call.this();
    with(&this, |env, list| {
        match list.controls_named(env, &this, &name)? {
            Some(found) => Ok(found),
            None => Ok(env.cx.null()),
        }
    })
})];

pub(in crate::js) static OPTIONS: &[Member] = &[
    Member::accessor(
        c"length",
        |call| {
            let this = call.this();
            with(&this, |env, list| list.count(env, &this)?.to_js(env))
        },
        |call| {
            let length = unsigned_long(&call.argument(0))?;
            let this = call.this();
            with(&this, |env, list| {
                env.changing(|| html::set_option_count(env, list.root, length)?.to_js(env))
            })
        },
    ),
    Member::operation(c"add", 1, |call| {
        let this = call.this();
        with(&this, |env, list| {
            env.changing(|| html::add_option(env, list.root, call)?.to_js(env))
        })
    }),
    Member::operation(c"remove", 1, |call| {
        let index = convert::long(&call.argument(0))?;
        let this = call.this();
        with(&this, |env, list| {
            env.changing(|| {
                html::remove_option(env, list.root, index);
                ().to_js(env)
            })
        })
    }),
    Member::accessor(
        c"selectedIndex",
        |call| {
            let this = call.this();
            with(&this, |env, list| {
                let index = html::selected_index(&env.tree(), list.root);
                index.to_js(env)
            })
        },
        |call| {
            let index = convert::long(&call.argument(0))?;
            let this = call.this();
            with(&this, |env, list| {
                html::set_selected_index(env, list.root, index);
                ().to_js(env)
            })
        },
    ),
];
