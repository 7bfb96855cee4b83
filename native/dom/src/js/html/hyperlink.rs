//! `HTMLHyperlinkElementUtils`, the mixin of `a` and `area`: HTML, 4.6.3.

use quickbeam_engine::Member;
use quickbeam_url::{Part, Url};

use super::super::dom::Env;
use crate::tree::NodeId;

macro_rules! part {
    ($name:literal, $part:expr) => {
        attr!($name, element, |e, n| part(e, n, $part), |e, n, to| {
            let to = to.to_text()?;
            set_part(e, n, $part, &to);
        })
    };
}

pub(in crate::js) static HYPERLINK: &[Member] = &[
    reflect_url!(c"href", "href"),
    op!(c"toString", 0, element, |e, n, _call| e
        .resolved_url(n, "href")),
    get!(c"origin", element, |e, n| url(e, n)
        .map_or(String::new(), |url| url.origin())),
    part!(c"protocol", Part::Protocol),
    part!(c"username", Part::Username),
    part!(c"password", Part::Password),
    part!(c"host", Part::Host),
    part!(c"hostname", Part::Hostname),
    part!(c"port", Part::Port),
    part!(c"pathname", Part::Pathname),
    part!(c"search", Part::Search),
    part!(c"hash", Part::Hash),
];

/// The url of the element; `None` where it has none, or its `href` is none.
fn url(env: Env<'_>, id: NodeId) -> Option<Url> {
    let href = env.resolved_url(id, "href");
    Url::parse(&href, None)
}

fn part(env: Env<'_>, id: NodeId, part: Part) -> String {
    match url(env, id) {
        Some(url) => url.part(part).to_owned(),
        None if part == Part::Protocol => ":".to_owned(),
        None => String::new(),
    }
}

/// "Update href".
fn set_part(env: Env<'_>, id: NodeId, part: Part, value: &str) {
    if let Some(mut url) = url(env, id) {
        url.set_part(part, value);
        env.tree_mut().set_attribute(id, "href", url.href());
    }
}
