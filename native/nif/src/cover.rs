//! What `QuickBEAM.Cover` knows of scripts, as a list of
//! `{name, {bytes, adler32}, statements, functions, branches}`:
//!
//! | | |
//! |---|---|
//! | range | `{line, column, end_line, end_column}`, columns from 0 |
//! | statement | `{range, count}` |
//! | function | `{name \| nil, declared, body, count}`, the first two ranges |
//! | branch | `{kind, range, [{range \| nil, count}]}` |

use rustler::{Atom, Binary, Env, NewBinary};

use quickbeam_engine::Cx;
use quickbeam_engine::cover::{self, BranchKind, CoverPoint, Covered, Range};

use crate::atoms;
use crate::etf::Etf;
use crate::operations::ok_head;

/// Of the whole process, as external term format.
#[rustler::nif(schedule = "DirtyCpu")]
fn cover_results(env: Env<'_>) -> Binary<'_> {
    let mut out = Etf::new();
    write(&mut out, &cover::results());
    let bytes = out.into_bytes();
    let mut binary = NewBinary::new(env, bytes.len());
    binary.copy_from_slice(&bytes);
    binary.into()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn cover_reset() -> Atom {
    cover::reset();
    atoms::ok()
}

/// `{:ok, list}` of one context; `{:ok, nil}` where it does not count.
pub fn of_context(cx: Cx<'_>) -> Vec<u8> {
    let mut out = ok_head();
    match cx.is_covered() {
        true => write(&mut out, &cx.covered()),
        false => out.nil(),
    }
    out.into_bytes()
}

fn write(out: &mut Etf, covered: &[Covered]) {
    list(out, covered, |out, covered| {
        let unit = &covered.unit;
        let counted: Vec<(&CoverPoint, u64)> = unit
            .points
            .iter()
            .zip(covered.counts.iter().copied())
            .collect();
        let (mut statements, mut functions) = (Vec::new(), Vec::new());
        let mut arms: Vec<Vec<(Option<Range>, u64)>> = vec![Vec::new(); counted.len()];
        for (point, count) in &counted {
            match point {
                CoverPoint::Statement(range) => statements.push((range, *count)),
                CoverPoint::Function {
                    name,
                    declared,
                    body,
                } => functions.push((name, declared, body, *count)),
                CoverPoint::Arm { branch, range } => arms[*branch].push((*range, *count)),
                CoverPoint::Branch(..) | CoverPoint::None => {}
            }
        }
        let branches: Vec<_> = counted
            .iter()
            .zip(&arms)
            .filter_map(|((point, _), arms)| match point {
                CoverPoint::Branch(kind, range) => Some((kind, range, arms)),
                _ => None,
            })
            .collect();
        out.tuple(5);
        out.binary(unit.name.as_bytes());
        out.tuple(2);
        out.integer(unit.bytes as i64);
        out.integer(unit.adler32.into());
        list(out, &statements, |out, (at, count)| {
            out.tuple(2);
            range(out, at);
            number(out, *count);
        });
        list(out, &functions, |out, (name, declared, body, count)| {
            out.tuple(4);
            match name {
                Some(name) => out.binary(name.as_bytes()),
                None => out.nil(),
            }
            range(out, declared);
            range(out, body);
            number(out, *count);
        });
        list(out, &branches, |out, (kind, at, arms)| {
            out.tuple(3);
            out.atom(match kind {
                BranchKind::If => "if",
                BranchKind::Conditional => "conditional",
                BranchKind::Logical => "logical",
                BranchKind::Switch => "switch",
                BranchKind::Default => "default",
            });
            range(out, at);
            list(out, arms, |out, (at, count)| {
                out.tuple(2);
                match at {
                    Some(at) => range(out, at),
                    None => out.nil(),
                }
                number(out, *count);
            });
        });
    });
}

fn list<T>(out: &mut Etf, items: &[T], mut item: impl FnMut(&mut Etf, &T)) {
    out.list(items.len() as u32);
    for one in items {
        item(out, one);
    }
    out.end_list();
}

fn range(out: &mut Etf, Range { start, end }: &Range) {
    out.tuple(4);
    for number in [start.line, start.column, end.line, end.column] {
        out.integer(number.into());
    }
}

fn number(out: &mut Etf, count: u64) {
    out.integer(i64::try_from(count).unwrap_or(i64::MAX));
}
