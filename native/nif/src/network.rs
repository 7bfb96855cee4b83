//! The rules of the network as lib/quickbeam/options/network.ex gives them.

use std::sync::Arc;
use std::time::Duration;

use rustler::{Atom, Decoder, Error, NifResult, Term};

use quickbeam_net::policy::{Rule, Rules};
use quickbeam_net::{Limits, Network, Policy, Tls};

use crate::atoms;

/// `:all`, which is what the pool has, or a map of all rules and limits.
pub fn decode(term: Term<'_>, of_pool: &Arc<Network>) -> NifResult<Arc<Network>> {
    if atoms::all() == term {
        return Ok(of_pool.clone());
    }
    let policy = if atoms::none() == term.map_get(atoms::policy())? {
        Policy::None
    } else {
        let allow = term.map_get(atoms::allow())?;
        Policy::Rules(Rules {
            allow: if atoms::nil() == allow {
                None
            } else {
                Some(rules(allow)?)
            },
            deny: rules(term.map_get(atoms::deny())?)?,
            private: get(term, atoms::private())?,
        })
    };
    let milliseconds = |key| get(term, key).map(Duration::from_millis);
    let limits = Limits {
        connections: get(term, atoms::max_connections())?,
        header_size: get(term, atoms::max_header_size())?,
        body_size: get(term, atoms::max_body_size())?,
        message_size: get(term, atoms::max_message_size())?,
        connect_timeout: milliseconds(atoms::connect_timeout())?,
        headers_timeout: milliseconds(atoms::headers_timeout())?,
        idle_timeout: milliseconds(atoms::idle_timeout())?,
    };
    let cacerts = term.map_get(atoms::cacerts())?;
    let tls = if atoms::nil() == cacerts {
        Tls::default()
    } else {
        Tls::with_roots(cacerts.decode::<rustler::Binary<'_>>()?.as_slice())
    };
    Ok(Arc::new(Network {
        policy,
        limits,
        tls,
        shared: of_pool.shared.clone(),
    }))
}

fn get<'a, T: Decoder<'a>>(map: Term<'a>, key: Atom) -> NifResult<T> {
    map.map_get(key)?.decode()
}

fn rules(list: Term<'_>) -> NifResult<Vec<Rule>> {
    let texts: Vec<String> = list.decode()?;
    let rules = texts.iter().map(|text| Rule::parse(text));
    rules.collect::<Option<_>>().ok_or(Error::BadArg)
}
