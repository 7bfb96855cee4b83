//! What a context tells about itself.

use quickbeam_engine::{Cx, JsResult};

use crate::etf::Etf;

/// `{:ok, map}` of bytes and counts, each a live figure of this context.
pub fn memory_usage(cx: Cx<'_>) -> Vec<u8> {
    let usage = cx.memory_usage();
    let live = i64::try_from(cx.live_bytes()).unwrap_or(i64::MAX);
    let figures = [
        ("malloc_size", usage.malloc_size),
        ("malloc_count", usage.malloc_count),
        ("memory_used_size", usage.memory_used_size),
        ("atom_count", usage.atom_count),
        ("str_count", usage.str_count),
        ("obj_count", usage.obj_count),
        ("prop_count", usage.prop_count),
        ("shape_count", usage.shape_count),
        ("js_func_count", usage.js_func_count),
        ("c_func_count", usage.c_func_count),
        ("array_count", usage.array_count),
        ("context_malloc_size", live),
    ];
    ok_map(&figures)
}

/// `{:ok, %{memory: bytes, global_count: n, reductions: n}}`.
pub fn info(cx: Cx<'_>) -> JsResult<Vec<u8>> {
    let globals = cx.global().own_keys(false)?.len();
    let integer = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    Ok(ok_map(&[
        ("memory", integer(cx.live_bytes())),
        ("global_count", integer(globals)),
    ]))
}

fn ok_map(figures: &[(&str, i64)]) -> Vec<u8> {
    let mut out = Etf::new();
    out.tuple(2);
    out.atom("ok");
    out.map(figures.len() as u32);
    for (name, value) in figures {
        out.atom(name);
        out.integer(*value);
    }
    out.into_bytes()
}
