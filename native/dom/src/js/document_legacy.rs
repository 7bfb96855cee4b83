//! What documents have for pages of long ago: HTML, 16.3.4.

use quickbeam_engine::Member;

use super::convert::text_or_null;

/// A colour of the page: an attribute of its `body`.
macro_rules! color {
    ($name:literal, $attribute:literal) => {
        attr!(
            $name,
            document,
            |e, n| {
                let tree = e.tree();
                let body = tree.html_child(n, &["body"]);
                body.map_or(String::new(), |body| {
                    tree.attribute_or_empty(body, $attribute).to_owned()
                })
            },
            |e, n, to| {
                let to = text_or_null(&to)?;
                let mut tree = e.tree_mut();
                if let Some(body) = tree.html_child(n, &["body"]) {
                    tree.set_attribute(body, $attribute, &to);
                }
            }
        )
    };
}

pub(super) static MEMBERS: &[Member] = &[
    color!(c"fgColor", "text"),
    color!(c"linkColor", "link"),
    color!(c"vlinkColor", "vlink"),
    color!(c"alinkColor", "alink"),
    color!(c"bgColor", "bgcolor"),
    op!(c"clear", 0, document, |_e, _n, _call| {}),
    op!(c"captureEvents", 0, document, |_e, _n, _call| {}),
    op!(c"releaseEvents", 0, document, |_e, _n, _call| {}),
];
