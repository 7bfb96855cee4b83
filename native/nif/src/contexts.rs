//! The NIFs of contexts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustler::{Atom, Encoder, Env, LocalPid, Monitor, NifResult, Resource, ResourceArc, Term};

use quickbeam_apis::Parts;
use quickbeam_core::{Context, ContextOptions};
use quickbeam_engine::{Cx, Report};
use quickbeam_modules::Root;

use crate::atoms;
use crate::bridge::{Host, Modules, TELEMETRY};
use crate::deliver::{Answer, Message};
use crate::errors;
use crate::figures;
use crate::network;
use crate::operations::Request;
use crate::pack;
use crate::parcel::{self, Body, INLINE_SLICE, ReplyTo};
use crate::pools::PoolResource;
use crate::templates::TemplateResource;

/// A context, held by Elixir. The end of its GenServer and its own collection
/// end it.
pub struct ContextResource {
    context: Arc<Context>,
    pid: LocalPid,
}

#[rustler::resource_impl]
impl Resource for ContextResource {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
        self.context.end(None);
    }
}

impl Drop for ContextResource {
    fn drop(&mut self) {
        self.context.end(None);
    }
}

/// Make a context for the calling process. `{ref, :ok}` or
/// `{ref, {:error, error}}` tells it when the context can be used.
#[rustler::nif]
fn context_start<'a>(
    env: Env<'a>,
    pool: ResourceArc<PoolResource>,
    options: Term<'a>,
    reference: Term<'a>,
) -> NifResult<Term<'a>> {
    let number = |key: Atom| options.map_get(key)?.decode::<u64>();
    let context_options = ContextOptions {
        memory_limit: usize::try_from(number(atoms::memory_limit())?)
            .map_err(|_| rustler::Error::BadArg)?,
        max_reductions: number(atoms::max_reductions())?,
        timeout: limit(options.map_get(atoms::timeout())?)?,
        cover: pool.cover,
    };
    let pid = env.pid();
    let groups: Vec<Atom> = options.map_get(atoms::apis())?.decode()?;
    let groups = groups
        .iter()
        .map(|group| group.to_term(env).atom_to_string())
        .collect::<NifResult<Vec<String>>>()?;
    let parts = Parts::of_groups(groups.iter().map(String::as_str));
    let root = match options.map_get(atoms::root())?.decode::<Option<String>>()? {
        None => None,
        Some(path) => match Root::open(Path::new(&path)) {
            Ok(root) => Some(root),
            Err(error) => return Ok((atoms::error(), error.to_string()).encode(env)),
        },
    };
    let modules = Modules {
        root,
        compiled: pool.compiled.clone(),
        template: options
            .map_get(atoms::template())?
            .decode::<Option<ResourceArc<TemplateResource>>>()?
            .map(|template| template.0.clone()),
    };
    let network = network::decode(options.map_get(atoms::network())?, &pool.network)?;
    let routes_http = options.map_get(atoms::fetch())?.decode()?;
    let host = Host::new(
        pid,
        pool.budget,
        parts,
        modules,
        (network, routes_http),
        ReplyTo::new(pid, reference),
    );
    let known = host.context();
    let Ok(context) = pool.pool.spawn(context_options, Arc::new(host)) else {
        return Ok((atoms::error(), atoms::pool_stopped()).encode(env));
    };
    let _ = known.set(Arc::downgrade(&context));
    let resource = ResourceArc::new(ContextResource { context, pid });
    if resource.monitor(Some(env), &pid).is_none() {
        resource.context.end(None);
    }
    Ok((atoms::ok(), resource).encode(env))
}

/// End a context; `{ref, :ok}` to the caller once its memory is given back.
#[rustler::nif]
fn context_stop(env: Env<'_>, resource: ResourceArc<ContextResource>, reference: Term<'_>) -> Atom {
    let reply = ReplyTo::new(env.pid(), reference);
    resource
        .context
        .end(Some(Box::new(move || reply.reply_ok())));
    atoms::ok()
}

/// Ask a context for an operation: `{:done, result}` where it was idle and is
/// through already, else one `{ref, result}` follows. `:large` where the operation
/// must be packed first.
#[rustler::nif]
fn operate<'a>(
    env: Env<'a>,
    resource: ResourceArc<ContextResource>,
    reference: Term<'a>,
    operation: Term<'a>,
    timeout: Term<'a>,
    callers: Term<'a>,
) -> NifResult<Term<'a>> {
    // The time that copying takes is the caller's, too.
    parcel::inline(env, || {
        ask(env, &resource, reference, operation, timeout, callers)
    })
}

fn ask<'a>(
    env: Env<'a>,
    resource: &ContextResource,
    reference: Term<'a>,
    operation: Term<'a>,
    timeout: Term<'a>,
    callers: Term<'a>,
) -> NifResult<Term<'a>> {
    let context = &resource.context;
    let limit = if atoms::default() == timeout {
        context.options().timeout
    } else {
        limit(timeout)?
    };
    if atoms::reset() == operation {
        let reply = ReplyTo::new(env.pid(), reference);
        let done = Box::new(move |outcome: Result<(), Report>| {
            reply.reply(match outcome {
                Ok(()) => Body::Nil,
                Err(report) => Body::Etf(errors::result(&report)),
            });
        });
        return Ok(queued(context.reset(done).is_ok()).encode(env));
    }
    let Some(terms) = pack::copy(operation) else {
        return Ok(atoms::large().encode(env));
    };
    let (reply, caller) = ReplyTo::with_caller(env.pid(), reference);
    // Whoever works for this very context has its process among its callers.
    let is_own = |caller: &Term<'_>| {
        caller
            .decode()
            .is_ok_and(|pid: LocalPid| pid == resource.pid)
    };
    let nested = callers
        .decode::<Vec<Term<'_>>>()
        .is_ok_and(|callers| callers.iter().any(is_own));
    let taken = Request::new(terms, reply, nested)?.put(context, limit);
    Ok(match caller.answer() {
        Some(body) => (atoms::done(), body.result(env)).encode(env),
        None => queued(taken).encode(env),
    })
}

/// Send a message to the script's `Beam.onMessage`; `:large` as for `operate`.
#[rustler::nif]
fn send_message(resource: ResourceArc<ContextResource>, message: Term<'_>) -> Atom {
    match pack::copy(message) {
        Some((message, _)) => taken(resource.context.send(Box::new(Message(message))).is_ok()),
        None => atoms::large(),
    }
}

/// Hand the script an event of a service, `quickbeam_apis::deliver`; `:large` as for
/// `operate`.
#[rustler::nif]
fn send_event(resource: ResourceArc<ContextResource>, service: String, event: Term<'_>) -> Atom {
    let Some((event, _)) = pack::copy(event) else {
        return atoms::large();
    };
    let task = Box::new(move |cx: Cx<'_>| {
        let event = event.open(|event| crate::decode::decode(cx, event))?;
        quickbeam_apis::deliver(cx, &service, event)
    });
    taken(resource.context.post(task).is_ok())
}

/// Answer a handler call of the script; `:large` as for `operate`.
#[rustler::nif]
fn reply(env: Env<'_>, resource: ResourceArc<ContextResource>, id: u64, result: Term<'_>) -> Atom {
    let context = &resource.context;
    parcel::inline(env, || match pack::copy(result) {
        Some((answer, weight)) => {
            let answer = Box::new(Answer(answer));
            taken(match weight.is_heavy() {
                true => context.answer(id, answer).is_ok(),
                false => context.answer_here(id, answer, INLINE_SLICE).is_ok(),
            })
        }
        None => atoms::large(),
    })
}

/// What a context is doing and has done, at once; `:noproc` once it has ended.
#[rustler::nif]
fn context_info(env: Env<'_>, resource: ResourceArc<ContextResource>) -> Term<'_> {
    match resource.context.info() {
        Some(info) => figures::info(env, &info),
        None => atoms::noproc().encode(env),
    }
}

/// Whether the processes of contexts are told of limits and collections.
#[rustler::nif]
fn telemetry(wanted: bool) -> Atom {
    TELEMETRY.store(wanted, Ordering::Relaxed);
    atoms::ok()
}

fn queued(taken: bool) -> Atom {
    if taken {
        atoms::queued()
    } else {
        atoms::noproc()
    }
}

fn taken(taken: bool) -> Atom {
    if taken { atoms::ok() } else { atoms::noproc() }
}

/// A time limit in milliseconds, or `:infinity`.
fn limit(term: Term<'_>) -> NifResult<Option<Duration>> {
    if atoms::infinity() == term {
        return Ok(None);
    }
    Ok(Some(Duration::from_millis(term.decode()?)))
}
