//! How the parts of an inspected object are laid out on lines: Node's
//! `reduceToSingleString` and `groupArrayElements`.

/// How wide lines may get, and how many levels of objects share one.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    /// Characters: Node's `breakLength`.
    pub width: usize,
    /// Levels that are put on one line where they fit; 0 puts each entry on its own.
    pub compact: usize,
}

pub(crate) const DEFAULT: Layout = Layout {
    width: 80,
    compact: 3,
};

/// What is around the entries of an object.
pub(crate) struct Frame<'t> {
    /// What stands before the opening brace, or instead of braces.
    pub base: &'t str,
    pub open: &'t str,
    pub close: &'t str,
    pub indentation: usize,
    /// How many levels of objects are inside.
    pub levels: usize,
    pub layout: Layout,
}

/// Characters that are seen: colors are not.
pub(crate) fn width(text: &str) -> usize {
    let mut count = 0;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' {
            chars.by_ref().find(|char| *char == 'm');
        } else {
            count += 1;
        }
    }
    count
}

/// Entries between braces, on one line where they fit.
pub(crate) fn lay_out(frame: &Frame<'_>, entries: &[String], grouped: bool) -> String {
    let Frame {
        base,
        open,
        close,
        indentation,
        levels,
        layout,
    } = *frame;
    let base = if base.is_empty() {
        String::new()
    } else {
        format!("{base} ")
    };
    if !grouped && levels < layout.compact {
        let start = entries.len() + indentation + open.len() + base.len() + 10;
        let total = start + entries.len() + entries.iter().map(|entry| width(entry)).sum::<usize>();
        let one_line = !base.contains('\n') && !entries.iter().any(|entry| entry.contains('\n'));
        if total <= layout.width && one_line {
            return format!("{base}{open} {} {close}", entries.join(", "));
        }
    }
    let indent = " ".repeat(indentation);
    let between = format!(",\n{indent}  ");
    format!(
        "{base}{open}\n{indent}  {}\n{indent}{close}",
        entries.join(&between)
    )
}

/// Put the elements of a long array into columns. `more` entries at the end are
/// remarks, not elements; `numbers` are aligned to the right.
pub(crate) fn group(
    entries: Vec<String>,
    more: usize,
    numbers: bool,
    indentation: usize,
    layout: Layout,
) -> Vec<String> {
    const SEPARATOR: usize = 2;
    let count = entries.len() - more;
    let widths: Vec<usize> = entries[..count].iter().map(|entry| width(entry)).collect();
    let total: usize = widths.iter().map(|width| width + SEPARATOR).sum();
    let longest = widths.iter().copied().max().unwrap_or(0);
    let cell = longest + SEPARATOR;
    let worth_it = total as f64 / cell as f64 > 5.0 || longest <= 6;
    if cell * 3 + indentation >= layout.width || !worth_it {
        return entries;
    }
    // Characters are about 2.5 times as high as they are wide.
    let bias = (cell as f64 - total as f64 / entries.len() as f64).sqrt();
    let biased = (cell as f64 - 3.0 - bias).max(1.0);
    let square = ((2.5 * biased * count as f64).sqrt() / biased).round() as usize;
    let columns = square
        .min((layout.width - indentation) / cell)
        .min(layout.compact.saturating_mul(4))
        .min(15);
    if columns <= 1 {
        return entries;
    }
    let column_widths: Vec<usize> = (0..columns)
        .map(|column| {
            widths
                .iter()
                .skip(column)
                .step_by(columns)
                .copied()
                .max()
                .unwrap_or(0)
                + SEPARATOR
        })
        .collect();
    let mut rows = Vec::with_capacity(count / columns + 2);
    for start in (0..count).step_by(columns) {
        let end = (start + columns).min(count);
        let mut row = String::new();
        for at in start..end {
            let last = at == end - 1;
            let text = if last {
                entries[at].clone()
            } else {
                format!("{}, ", entries[at])
            };
            let room = column_widths[at - start] - if last { SEPARATOR } else { 0 };
            let blanks = " ".repeat(room.saturating_sub(width(&text)));
            match (numbers, last) {
                (true, _) => row.extend([&*blanks, &*text]),
                (false, false) => row.extend([&*text, &*blanks]),
                (false, true) => row.push_str(&text),
            }
        }
        rows.push(row);
    }
    rows.extend(entries.into_iter().skip(count));
    rows
}

/// A string in quotes: single ones unless the text has them and others would
/// do.
pub(crate) fn quote(text: &str) -> String {
    let mark = if !text.contains('\'') {
        '\''
    } else if !text.contains('"') {
        '"'
    } else if !text.contains('`') && !text.contains("${") {
        '`'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\\' => out.push_str("\\\\"),
            char if char == mark => out.extend(['\\', char]),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
                out.push_str(&format!("\\x{:02X}", u32::from(char)));
            }
            char => out.push(char),
        }
    }
    out.push(mark);
    out
}

/// An ISO date of a time value within the range of Date.
pub(crate) fn iso_date(epoch_ms: f64) -> String {
    let ms = epoch_ms as i64;
    let (days, ms) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = quickbeam_engine::dates::civil_from_days(days);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ if year < 0 => format!("-{:06}", -year),
        _ => format!("+{year:06}"),
    };
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}
