//! What a context tells about itself.

use std::time::Duration;

use rustler::{Encoder, Env, Term};

use quickbeam_core::{Activity, Info, Wait};
use quickbeam_engine::Cx;

use crate::atoms;
use crate::etf::Etf;
use crate::parcel;

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

/// A map of what a context is doing and has done; times in microseconds.
pub fn info<'a>(env: Env<'a>, info: &Info) -> Term<'a> {
    let run_time = rustler::term_map!(env, {
        atoms::inline() => micros(info.inline),
        atoms::workers() => micros(info.workers),
    });
    rustler::term_map!(env, {
        atoms::state() => activity(env, &info.activity),
        atoms::reductions() => info.reductions,
        atoms::slices() => info.slices,
        atoms::run_time() => run_time,
        atoms::gc_count() => info.collections.count,
        atoms::gc_time() => micros(info.collections.time),
        atoms::memory() => info.memory,
        atoms::global_count() => info.globals,
        atoms::pending() => info.pending,
    })
}

fn activity<'a>(env: Env<'a>, activity: &Activity) -> Term<'a> {
    let what = match activity {
        Activity::Idle => return atoms::idle().encode(env),
        Activity::Running => return atoms::running().encode(env),
        Activity::Runnable => return atoms::runnable().encode(env),
        Activity::Waiting(Wait::Handler(name)) => parcel::binary(env, name.as_bytes()),
        Activity::Waiting(Wait::Sleep) => atoms::sleep().encode(env),
        Activity::Waiting(Wait::Atomics) => atoms::atomics().encode(env),
        Activity::Waiting(Wait::Host) => atoms::host().encode(env),
    };
    (atoms::waiting(), what).encode(env)
}

pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
