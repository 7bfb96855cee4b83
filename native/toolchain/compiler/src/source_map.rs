//! From generated positions to original ones.

use std::fmt;

use oxc_sourcemap::{SourceMap, Token};

/// A source map that is looked up often.
pub struct Positions {
    map: SourceMap<'static>,
    /// Tokens by generated line, each line in the order of its columns.
    lines: Vec<Vec<Token>>,
}

/// Where something is in a source. Lines and columns count from 1, columns in UTF-16
/// code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original<'a> {
    pub source: &'a str,
    pub line: u32,
    pub column: u32,
}

impl Positions {
    /// Of a source map as JSON (ECMA-426).
    ///
    /// # Errors
    ///
    /// What is wrong with the map.
    pub fn new(json: &str) -> Result<Self, String> {
        let map = SourceMap::from_json_string(json).map_err(|error| error.to_string())?;
        let map = map.into_owned();
        let lines = map
            .generate_lookup_table()
            .into_iter()
            .map(<[Token]>::to_vec)
            .collect();
        Ok(Self { map, lines })
    }

    /// The sources, as the map calls them.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.map.get_sources()
    }

    /// The original of a generated position: that of the last token at or before it in
    /// its line. Without a column, that of the first token of the line.
    pub fn original(&self, line: u32, column: Option<u32>) -> Option<Original<'_>> {
        let tokens = self.lines.get(line.checked_sub(1)? as usize)?;
        let column = column.map_or(0, |column| column.saturating_sub(1));
        let after = tokens.partition_point(|token| token.get_dst_col() <= column);
        let token = tokens.get(after.saturating_sub(1))?;
        Some(Original {
            source: self.map.get_source(token.get_source_id()?)?,
            line: token.get_src_line() + 1,
            column: token.get_src_col() + 1,
        })
    }
}

impl fmt::Debug for Positions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Positions")
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}
