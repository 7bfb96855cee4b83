//! What the modules of priv/js/dom ask, and how natives call those.

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::convert::{self, ToJs, text};
use super::custom::internals;
use super::dom::Env;
use crate::forms;
use crate::tree::{NodeId, ShadowMode, Tree};

/// Call an export of a module of priv/js.
pub(super) fn call_module<'a>(
    env: Env<'a>,
    module: &str,
    name: &str,
    arguments: &[Value<'a>],
) -> JsResult<Value<'a>> {
    let function = env.dom.hooks.module(env.cx, module)?.get(name)?;
    function.call(&env.cx.undefined(), arguments)
}

/// What `read` says of the node in argument 0.
fn of_node<'a, T: ToJs<'a>>(
    call: &Call<'a>,
    read: impl FnOnce(&Tree, NodeId) -> T,
) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    let node = convert::node(call, 0)?;
    let value = read(&env.tree(), node);
    value.to_js(env)
}

/// The functions of `"native:dom"`; each throws a TypeError for what is no node.
pub static NATIVES: &[Member] = &[
    Member::method(c"isNode", 1, |call| {
        let env = Env::of(call.cx());
        env.node_of(&call.argument(0)).is_some().to_js(env)
    }),
    // The exports of a module that is needed now and then only.
    Member::method(c"load", 1, |call| {
        let env = Env::of(call.cx());
        env.dom.hooks.module(env.cx, &text(call, 0)?)
    }),
    Member::method(c"parentOf", 1, |call| of_node(call, Tree::parent)),
    // The node, its parent, and so on, up to the root; null where events take
    // another way, through shadow trees.
    Member::method(c"simplePath", 1, |call| {
        let env = Env::of(call.cx());
        let node = convert::node(call, 0)?;
        let path: Vec<NodeId> = env.tree().ancestors(node).collect();
        let shadowy = {
            let tree = env.tree();
            path.iter()
                .any(|node| tree.shadow_root(*node).is_some() || tree.shadow_host(*node).is_some())
        };
        match shadowy {
            true => Ok(env.cx.null()),
            false => super::node::array(env, &path),
        }
    }),
    // Those of the node and its ancestors, shadow hosts included, that have an
    // attribute.
    Member::method(c"withAttribute", 2, |call| {
        let env = Env::of(call.cx());
        let (node, name) = (convert::node(call, 0)?, text(call, 1)?);
        let mut found = Vec::new();
        {
            let tree = env.tree();
            let mut at = Some(node);
            while let Some(node) = at {
                if tree.attribute(node, &name).is_some() {
                    found.push(node);
                }
                at = tree.parent(node).or_else(|| tree.shadow_host(node));
            }
        }
        super::node::array(env, &found)
    }),
    // The host of a shadow root, else null.
    Member::method(c"hostOf", 1, |call| of_node(call, Tree::shadow_host)),
    Member::method(c"isClosed", 1, |call| {
        of_node(call, |tree, node| {
            tree.shadow_data(node).and_then(|data| data.mode) == Some(ShadowMode::Closed)
        })
    }),
    // The slot that a node is assigned to, else null.
    Member::method(c"slotOf", 1, |call| {
        of_node(call, |tree, node| tree.find_slot(node, false))
    }),
    Member::method(c"rootOf", 1, |call| of_node(call, Tree::root)),
    // Whether a node is in the tree of another, or in a shadow tree of it.
    Member::method(c"isShadowIncludingAncestor", 2, |call| {
        let node = convert::node(call, 1)?;
        of_node(call, |tree, above| {
            tree.is_shadow_including_ancestor(above, node)
        })
    }),
    // The local name of an HTML element, else "".
    Member::method(c"htmlName", 1, |call| {
        of_node(call, |tree, node| match tree.element(node) {
            Some(element) if element.is_html() => element.name.local.to_string(),
            _ => String::new(),
        })
    }),
    Member::method(c"attribute", 2, |call| {
        let name = text(call, 1)?;
        of_node(call, |tree, node| {
            tree.attribute(node, &name).map(str::to_owned)
        })
    }),
    Member::method(c"document", 0, |call| Env::of(call.cx()).window_document()),
    Member::method(c"isWindowDocument", 1, |call| {
        let main = Env::of(call.cx()).main_document();
        of_node(call, |_, node| main == Some(node))
    }),
    Member::method(c"isConnected", 1, |call| of_node(call, Tree::is_connected)),
    Member::method(c"inputType", 1, |call| of_node(call, forms::input_type)),
    Member::method(c"isDisabled", 1, |call| {
        of_node(call, crate::selectors::is_disabled)
    }),
    Member::method(c"formOwner", 1, |call| of_node(call, forms::form_owner)),
    Member::method(c"labeledControl", 1, |call| {
        of_node(call, super::html::labeled_control)
    }),
    Member::method(c"isChecked", 1, |call| of_node(call, forms::is_checked)),
    Member::method(c"setChecked", 2, |call| {
        let env = Env::of(call.cx());
        let (input, checked) = (input(call)?, call.argument(1).truthy());
        forms::set_checked(&mut env.tree_mut(), input, checked);
        ().to_js(env)
    }),
    // The checked one of the radio buttons of a node's group, else null.
    Member::method(c"checkedInGroup", 1, |call| {
        of_node(call, |tree, node| {
            forms::radio_group(tree, node)
                .into_iter()
                .find(|one| forms::is_checked(tree, *one))
        })
    }),
    // Whether an input is indeterminate, after making it what argument 1 says.
    Member::method(c"indeterminate", 2, |call| {
        let env = Env::of(call.cx());
        let input = input(call)?;
        let to = call.argument(1);
        let before = forms::update(&mut env.tree_mut(), input, |state| {
            let before = state.indeterminate;
            if !to.is_undefined() {
                state.indeterminate = to.truthy();
            }
            before
        });
        before.to_js(env)
    }),
    // Set the focused element of a document; answers the one before.
    Member::method(c"setFocused", 2, |call| {
        let env = Env::of(call.cx());
        let document = convert::node(call, 0)?;
        let focused = convert::nullable_node(call, 1)?;
        let before = {
            let mut tree = env.tree_mut();
            let before = tree.document_data(document).focused;
            tree.document_data_mut(document).focused = focused;
            before.filter(|before| tree.contains_id(*before))
        };
        before.to_js(env)
    }),
    Member::method(c"resetControl", 1, |call| {
        let env = Env::of(call.cx());
        let node = convert::node(call, 0)?;
        forms::reset(&mut env.tree_mut(), node);
        env.changing(|| internals::reset(env, node)?.to_js(env))
    }),
    // The controls of a form, in tree order.
    Member::method(c"formControls", 1, |call| {
        let env = Env::of(call.cx());
        let node = convert::node(call, 0)?;
        let controls = forms::elements(&env.tree(), node);
        super::node::array(env, &controls)
    }),
    // Those whose values a form sends, in tree order.
    Member::method(c"submittable", 1, |call| {
        let env = Env::of(call.cx());
        let node = convert::node(call, 0)?;
        let controls = forms::submittable(&env.tree(), node);
        super::node::array(env, &controls)
    }),
    Member::method(c"isFormAssociated", 1, |call| {
        of_node(call, Tree::is_form_associated)
    }),
    // What a form-associated element gives to its form.
    Member::method(c"submissionValue", 1, |call| {
        internals::submission_value(Env::of(call.cx()), convert::node(call, 0)?)
    }),
    // Have a custom state, or not.
    Member::method(c"setCustomState", 3, |call| {
        let env = Env::of(call.cx());
        let (node, state) = (convert::node(call, 0)?, text(call, 1)?);
        let on = call.argument(2).truthy();
        env.tree_mut().update_internals(node, |internals| {
            internals.states.retain(|one| **one != *state);
            if on {
                internals.states.push(state.into());
            }
        });
        env.settle()?;
        ().to_js(env)
    }),
    Member::method(c"controlValue", 1, |call| of_node(call, forms::value)),
    // The values of a select that are sent.
    Member::method(c"selectedValues", 1, |call| {
        let env = Env::of(call.cx());
        let node = convert::node(call, 0)?;
        let values = forms::selected_values(&env.tree(), node);
        let array = env.cx.array()?;
        for (index, value) in values.iter().enumerate() {
            array.define_index(index as u32, env.cx.string(value)?)?;
        }
        Ok(array)
    }),
    Member::method(c"isValid", 1, |call| {
        let env = Env::of(call.cx());
        super::html::is_valid(env, convert::node(call, 0)?)?.to_js(env)
    }),
    Member::method(c"documentUrl", 0, |call| {
        let env = Env::of(call.cx());
        let document = env.window_document_id()?;
        let url = env.tree().document_data(document).url.to_string();
        url.to_js(env)
    }),
    Member::method(c"setDocumentUrl", 1, |call| {
        let env = Env::of(call.cx());
        let url = text(call, 0)?;
        let document = env.window_document_id()?;
        env.tree_mut().set_url(document, &url);
        ().to_js(env)
    }),
    Member::method(c"resolveUrl", 2, |call| {
        let env = Env::of(call.cx());
        let (base, url) = (text(call, 0)?, text(call, 1)?);
        crate::url::resolve(&base, &url).to_js(env)
    }),
];

fn input(call: &Call<'_>) -> JsResult<NodeId> {
    let node = convert::node(call, 0)?;
    match Env::of(call.cx()).tree().is_element(node) {
        true => Ok(node),
        false => Err(convert::type_error(call.cx(), "not an element")),
    }
}
