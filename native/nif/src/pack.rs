//! Terms of any size on their way into a context. A small one is copied where it
//! comes; a large one by a dirty scheduler, which [`pack`] is for.

use std::sync::{Mutex, PoisonError};

use rustler::{Resource, ResourceArc, Term};

use crate::parcel::Parcel;
use crate::weight::{VALUES_MAX, Weight};

/// A copy of a large term, to be handed to one NIF in its place.
pub struct Packed(Mutex<Option<(Parcel, Weight)>>);

#[rustler::resource_impl]
impl Resource for Packed {}

/// Copy a term that a NIF has called large.
#[rustler::nif(schedule = "DirtyCpu")]
fn pack(term: Term<'_>) -> ResourceArc<Packed> {
    let weight = Weight::up_to(VALUES_MAX, term);
    ResourceArc::new(Packed(Mutex::new(Some((Parcel::new(term), weight)))))
}

/// A copy of `term`, or what it stands for. `None`: it is large, and must be
/// packed first.
pub fn copy(term: Term<'_>) -> Option<(Parcel, Weight)> {
    if term.is_ref()
        && let Ok(packed) = term.decode::<ResourceArc<Packed>>()
    {
        let mut packed = packed.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(packed) = packed.take() {
            return Some(packed);
        }
    }
    let weight = Weight::up_to(VALUES_MAX, term);
    (!weight.is_large()).then(|| (Parcel::new(term), weight))
}
