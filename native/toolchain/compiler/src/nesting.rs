//! How deep a source can possibly be nested: oxc parses and walks by recursion, and
//! an overflow of the stack cannot be caught.

/// Brackets open at once, by which a source is refused. Engines give up far earlier.
const MAX_BRACKETS: usize = 20_000;

/// An upper bound of the depth of the syntax tree: whatever begins one more level
/// needs a byte of its own that is counted here. Strings and comments are counted
/// too, so nothing in them can fool it.
///
/// # Errors
///
/// The number of brackets open at once, past [`MAX_BRACKETS`].
pub fn levels(text: &str) -> Result<usize, usize> {
    let mut levels = 0;
    let mut open = 0_usize;
    let mut deepest = 0;
    let mut word = false;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                levels += 1;
                open += 1;
                deepest = deepest.max(open);
            }
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'<' | b'>' | b'?' | b'!' | b'~' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|'
            | b'^' | b'=' | b':' | b'.' | b'`' | b'@' | b',' => levels += 1,
            // An operator that is a word, or a word like `typeof` before its operand.
            b' ' | b'\n' | b'\r' | b'\t' | 0x0B | 0x0C if word => levels += 1,
            // The first byte of whitespace that is not ASCII, among others.
            0x80.. => levels += 1,
            _ => {}
        }
        word = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
    }
    if deepest > MAX_BRACKETS {
        Err(deepest)
    } else {
        Ok(levels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_nest_is_counted() {
        for level in [
            "(", "[", "{", "!", "-", "typeof ", "a=>", "a?b:", "a.b", "a=", "new ", "await ",
            "<a>", "`${", "a+", "a in ", "x as ", "@a",
        ] {
            let levels = levels(&level.repeat(1000)).unwrap();
            assert!(levels >= 1000, "{level}: {levels}");
        }
    }

    #[test]
    fn too_many_open_brackets_are_refused() {
        assert!(levels(&"()".repeat(100_000)).is_ok());
        assert_eq!(levels(&"(".repeat(30_000)), Err(30_000));
    }
}
