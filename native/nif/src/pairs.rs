//! The pairs of a map in the making: no key twice, and, where the map is itself a
//! key, in one order, so that equal terms are equal bytes.

use std::collections::HashSet;

use crate::etf::Etf;

/// Where the pairs of a map lie in the output.
pub struct Pairs {
    pub count_at: usize,
    pub starts: Vec<(usize, usize)>,
    /// Whether two keys may be equal, or their order may matter.
    pub tidy: bool,
}

impl Pairs {
    /// The key begun last ends at `end`.
    pub fn end_key(&mut self, end: usize) {
        if let Some((_, key_end)) = self.starts.last_mut() {
            *key_end = end;
        }
    }

    /// Write the count; where asked, drop all but the last of equal keys and
    /// sort by key, in place.
    pub fn close(self, out: &mut Etf, tidy: bool) {
        let Pairs {
            count_at, starts, ..
        } = self;
        if !tidy || starts.is_empty() {
            return out.set_count(count_at, starts.len() as u32);
        }
        let base = starts[0].0;
        let bytes = out.split_off(base);
        let ends = starts
            .iter()
            .skip(1)
            .map(|(start, _)| *start)
            .chain([base + bytes.len()]);
        let mut pairs: Vec<(&[u8], &[u8])> = starts
            .iter()
            .zip(ends)
            .map(|((start, key_end), end)| {
                (
                    &bytes[start - base..key_end - base],
                    &bytes[key_end - base..end - base],
                )
            })
            .collect();
        // The last of equal keys wins, as it would in a JS object.
        let mut seen = HashSet::with_capacity(pairs.len());
        pairs.reverse();
        pairs.retain(|(key, _)| seen.insert(*key));
        pairs.sort_unstable();
        out.set_count(count_at, pairs.len() as u32);
        for (key, value) in pairs {
            out.raw(key);
            out.raw(value);
        }
    }
}
