//! Objects of Web APIs, as Node writes them.

use quickbeam_engine::{JsResult, Value};

use super::{Inspector, Parts};
use crate::blob::Blob;
use crate::modules;
use crate::url;

impl<'a> Inspector<'a> {
    /// A Buffer: `<Buffer 61 62>`. False for any other view.
    pub(super) fn buffer(&mut self, value: &Value<'a>, parts: &mut Parts) -> JsResult<bool> {
        let Some(module) = modules::loaded(self.cx, "buffer/from.js") else {
            return Ok(false);
        };
        let buffers = module.get("FastBuffer")?.own_data("prototype")?;
        let buffers = buffers.and_then(|prototype| prototype.identity());
        // Those of a subclass too.
        let mut at = value.prototype()?;
        for _ in 0..4 {
            if at.identity().is_some() && at.identity() == buffers {
                let text = module.get("inspectBuffer")?;
                let text = text.call(&self.cx.undefined(), std::slice::from_ref(value))?;
                parts.base = text.to_text()?;
                parts.bare = true;
                return Ok(true);
            }
            if !at.is_object() {
                break;
            }
            at = at.prototype()?;
        }
        Ok(false)
    }

    /// What is inside of a host object that scripts see by accessors only.
    pub(super) fn inside(
        &mut self,
        value: &Value<'a>,
        level: usize,
        parts: &mut Parts,
    ) -> JsResult<()> {
        let cx = self.cx;
        let mut named = Vec::new();
        if let Some(blob) = value.host::<Blob>() {
            named.push(("size", cx.integer(blob.bytes.len() as i64)));
            named.push(("type", cx.string(&blob.kind)?));
            if let Some(file) = &blob.file {
                named.push(("name", cx.string(&file.name)?));
                named.push(("lastModified", cx.number(file.last_modified)));
            }
        } else if let Some(attributes) = url::attributes(value)? {
            named = attributes;
        } else if let Some(pairs) = url::pairs(value)? {
            for (name, value) in pairs {
                let (name, value) = (self.item(&name, level)?, self.item(&value, level)?);
                parts.entries.push(format!("{name} => {value}"));
            }
        }
        for (name, item) in named {
            let item = self.item(&item, level)?;
            parts.entries.push(format!("{name}: {item}"));
        }
        Ok(())
    }
}
