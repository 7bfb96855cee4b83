//! The NIFs of pools.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustler::{
    Encoder, Env, LocalPid, MapIterator, Monitor, NifResult, Resource, ResourceArc, Term,
};

use quickbeam_core::{Pool, PoolOptions};
use quickbeam_engine::region::page_store_stats;
use quickbeam_modules::Compiled;
use quickbeam_net::{Network, Shared};

use crate::atoms;
use crate::encode::Budget;
use crate::figures::micros;
use crate::parcel::ReplyTo;

/// A pool, held by Elixir. Its owner's end and its own collection stop it.
pub struct PoolResource {
    pub pool: Pool,
    pub budget: Budget,
    /// The bytecode of modules that its contexts load.
    pub compiled: Arc<Compiled>,
    /// Whether its contexts count what runs.
    pub cover: bool,
    /// What contexts have that set no rules of their own.
    pub network: Arc<Network>,
}

#[rustler::resource_impl]
impl Resource for PoolResource {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
        self.pool.stop(None);
    }
}

/// The fields of `MapSet.new()` but `map`, key and value in external term
/// format: they differ between versions of Elixir.
static MAPSET: OnceLock<Vec<(Vec<u8>, Vec<u8>)>> = OnceLock::new();

pub fn mapset_template() -> &'static [(Vec<u8>, Vec<u8>)] {
    MAPSET.get().map_or(&[], Vec::as_slice)
}

/// Terms that only Elixir can give.
#[rustler::nif]
fn init(terms: Term<'_>) -> NifResult<rustler::Atom> {
    let mapset = terms.map_get(atoms::mapset_template())?;
    let fields = MapIterator::new(mapset).ok_or(rustler::Error::BadArg)?;
    let fields = fields
        .filter(|(key, _)| crate::decode::map_field() != *key)
        .map(|(key, value)| (etf(key), etf(value)))
        .collect();
    let _ = MAPSET.set(fields);
    // Before anybody waits for it. Where there is no thread to be had, the first
    // context does it.
    let _ = std::thread::Builder::new()
        .name("quickbeam-compile".to_owned())
        .spawn(quickbeam_apis::code);
    Ok(atoms::ok())
}

fn etf(term: Term<'_>) -> Vec<u8> {
    term.to_binary().as_slice().to_vec()
}

/// Start a pool that belongs to the calling process.
#[rustler::nif]
fn pool_start<'a>(env: Env<'a>, options: Term<'a>) -> NifResult<Term<'a>> {
    let number = |key: rustler::Atom| options.map_get(key)?.decode::<usize>();
    let pool = Pool::start(PoolOptions {
        size: number(atoms::size())?,
        memory_limit: number(atoms::memory_limit())?,
        max_stack_size: number(atoms::max_stack_size())?,
        slice: Duration::from_micros(number(atoms::slice())? as u64),
    });
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => return Ok((atoms::error(), error.to_string()).encode(env)),
    };
    let budget = Budget {
        depth: number(atoms::max_convert_depth())?,
        nodes: number(atoms::max_convert_nodes())?,
    };
    let network = Arc::new(Network {
        shared: Shared::new(number(atoms::max_connections())?),
        ..Network::open()
    });
    let resource = ResourceArc::new(PoolResource {
        pool,
        budget,
        compiled: Arc::default(),
        cover: options.map_get(atoms::cover())?.decode()?,
        network,
    });
    if resource.monitor(Some(env), &env.pid()).is_none() {
        resource.pool.stop(None);
    }
    Ok((atoms::ok(), resource).encode(env))
}

/// Stop a pool; `{ref, :ok}` to the caller once all memory is given back.
#[rustler::nif]
fn pool_stop(
    env: Env<'_>,
    resource: ResourceArc<PoolResource>,
    reference: Term<'_>,
) -> rustler::Atom {
    let reply = ReplyTo::new(env.pid(), reference);
    resource.pool.stop(Some(Box::new(move || reply.reply_ok())));
    atoms::ok()
}

#[rustler::nif]
fn pool_stats(env: Env<'_>, resource: ResourceArc<PoolResource>) -> Term<'_> {
    let stats = resource.pool.stats();
    let workers: Vec<Term<'_>> = stats
        .workers
        .iter()
        .map(|worker| {
            rustler::term_map!(env, {
                atoms::queue_length() => worker.queue_length,
                atoms::operations() => worker.operations,
                atoms::busy_time() => micros(worker.busy),
                atoms::gc_count() => worker.collections,
                atoms::gc_time() => micros(worker.collecting),
            })
        })
        .collect();
    let states = rustler::term_map!(env, {
        atoms::idle() => stats.states.idle,
        atoms::running() => stats.states.running,
        atoms::runnable() => stats.states.runnable,
        atoms::waiting() => stats.states.waiting,
    });
    rustler::term_map!(env, {
        atoms::contexts() => stats.contexts,
        atoms::memory() => stats.memory,
        atoms::chunks() => stats.chunks,
        atoms::states() => states,
        atoms::workers() => workers,
        atoms::page_store() => page_store(env),
    })
}

/// Figures of the whole process.
#[rustler::nif]
fn stats(env: Env<'_>) -> Term<'_> {
    let network = quickbeam_net::stats();
    let network = rustler::term_map!(env, {
        atoms::sessions() => network.sessions,
        atoms::connections() => network.connections,
        atoms::active() => network.active,
    });
    rustler::term_map!(env, {
        atoms::page_store() => page_store(env),
        atoms::network() => network,
    })
}

fn page_store(env: Env<'_>) -> Term<'_> {
    let stats = page_store_stats();
    rustler::term_map!(env, {
        atoms::handed_out() => stats.handed_out,
        atoms::cached() => stats.cached,
        atoms::reserved() => stats.reserved,
    })
}
