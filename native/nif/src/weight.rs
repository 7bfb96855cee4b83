//! How much a term is to copy and to convert, as far as it matters for where that
//! is done.

use rustler::{Binary, MapIterator, Term, TermType};

/// Values in a term, each key and element counted, and bytes of its binaries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    pub values: usize,
    pub bytes: usize,
}

impl Weight {
    /// The weight of `term`; counting ends once it has more than `max` values.
    pub fn up_to(max: usize, term: Term<'_>) -> Weight {
        let mut weight = Weight::default();
        weight.add(max, term);
        weight
    }

    /// Whether copying it is too much for a scheduler that others wait for.
    pub fn is_large(self) -> bool {
        self.values > VALUES_MAX
    }

    /// Whether making JS values of it is. (Copying a large binary costs nothing.)
    pub fn is_heavy(self) -> bool {
        self.is_large() || self.bytes > BYTES_MAX
    }

    fn add(&mut self, max: usize, term: Term<'_>) {
        // What is still to be looked at; most terms are flat.
        let mut rest = Vec::new();
        let mut next = Some(term);
        while let Some(term) = next {
            self.values += 1;
            match term.get_type() {
                TermType::Binary => {
                    self.bytes += term.decode::<Binary<'_>>().map_or(0, |binary| binary.len());
                }
                TermType::List => {
                    // An improper tail is refused where the list is decoded.
                    let mut list = term;
                    while let Ok((item, tail)) = list.list_get_cell() {
                        rest.push(item);
                        list = tail;
                        if self.values + rest.len() > max {
                            break;
                        }
                    }
                }
                TermType::Tuple => {
                    let items = rustler::types::tuple::get_tuple(term).unwrap_or_default();
                    rest.extend(items);
                }
                TermType::Map => {
                    for (key, value) in MapIterator::new(term).into_iter().flatten() {
                        rest.extend([key, value]);
                        if self.values + rest.len() > max {
                            break;
                        }
                    }
                }
                _ => {}
            }
            if self.values + rest.len() > max {
                self.values = max + 1;
                return;
            }
            next = rest.pop();
        }
    }
}

/// About 100 microseconds of copying and converting.
pub const VALUES_MAX: usize = 4_000;
const BYTES_MAX: usize = 64 * 1024;
