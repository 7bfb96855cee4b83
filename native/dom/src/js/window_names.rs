//! Elements as properties of the window, by id or name: HTML, 7.2.2.3 ("named
//! access on the Window object").

use std::any::Any;

use quickbeam_engine::{Change, Computed, Exotic, JsResult, Name, Value};

use super::collection::{self, Query};
use super::dom::Env;
use super::interfaces::Interface;
use crate::tree::{NodeId, Tree};

/// The "named properties object", which stands between `Window.prototype` and
/// that of EventTarget: a global of the script is found before it.
struct WindowNames;

/// Let the global object inherit from `Window.prototype`, and that from the names.
pub(super) fn join<'a>(env: Env<'a>, window: &Value<'a>) -> JsResult<()> {
    let names = env.cx.exotic(&window.prototype()?, WindowNames, 0)?;
    window.set_prototype(&names)?;
    let global = env.cx.global();
    global.set_prototype(window)?;
    adopt_handlers(&global)?;
    // The engine's own name of the global object is another one.
    let tag = global.get("Symbol")?.get("toStringTag")?;
    global.define_constant_by(&tag, env.cx.string("Window")?)
}

/// Handlers that a script has set before they were attributes become what they mean.
fn adopt_handlers<'a>(global: &Value<'a>) -> JsResult<()> {
    for member in super::events::OF_WINDOW {
        let name = member.name();
        if global.has_own(name)? {
            let handler = global.get(name)?;
            global.delete(name)?;
            global.set(name, handler)?;
        }
    }
    Ok(())
}

/// Whether the element is one that the window has under this name.
pub(super) fn is_called(tree: &Tree, id: NodeId, name: &str) -> bool {
    let by_name = || {
        ["embed", "form", "img", "object"]
            .iter()
            .any(|one| tree.is_html_named(id, one))
            && tree.attribute(id, "name") == Some(name)
    };
    tree.is_html_element(id) && (tree.attribute(id, "id") == Some(name) || by_name())
}

impl Exotic for WindowNames {
    fn has_names(&self) -> bool {
        true
    }

    fn get<'a>(&self, this: &Value<'a>, name: Name<'_>) -> JsResult<Option<Computed<'a>>> {
        let index;
        let name = match name {
            Name::Text("") => return Ok(None),
            Name::Text(name) => name,
            Name::Index(number) => {
                index = number.to_string();
                &index
            }
        };
        let env = Env::of(this.cx());
        let Some(document) = env.main_document() else {
            return Ok(None);
        };
        let (first, more) = {
            let tree = env.tree();
            let mut found = tree
                .descendants(document)
                .filter(|id| is_called(&tree, *id, name));
            (found.next(), found.next().is_some())
        };
        let Some(first) = first else {
            return Ok(None);
        };
        let value = match more {
            false => env.wrap(first)?,
            true => {
                let query = Query::WindowNamed(name.to_owned());
                collection::live_by(env, document, Interface::HtmlCollection, query)?
            }
        };
        Ok(Some(Computed {
            value,
            writable: true,
            enumerable: false,
        }))
    }

    fn length(&self, _this: &Value<'_>) -> JsResult<u32> {
        Ok(0)
    }

    fn set<'a>(&self, _this: &Value<'a>, _name: Name<'_>, _to: &Value<'a>) -> JsResult<Change> {
        Ok(Change::Refused)
    }

    fn delete(&self, _this: &Value<'_>, _name: Name<'_>) -> JsResult<Change> {
        Ok(Change::Refused)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
