//! A writer of the external term format (ERTS User's Guide, "External Term
//! Format", version 131).

/// Bytes of one term in the making.
#[derive(Default)]
pub struct Etf {
    bytes: Vec<u8>,
}

const VERSION: u8 = 131;
const NEW_FLOAT: u8 = 70;
const SMALL_INTEGER: u8 = 97;
const INTEGER: u8 = 98;
const SMALL_TUPLE: u8 = 104;
const NIL: u8 = 106;
const LIST: u8 = 108;
const BINARY: u8 = 109;
const SMALL_BIG: u8 = 110;
const LARGE_BIG: u8 = 111;
const MAP: u8 = 116;
const ATOM_UTF8: u8 = 118;
const SMALL_ATOM_UTF8: u8 = 119;

impl Etf {
    /// A term with its version byte.
    pub fn new() -> Etf {
        Etf {
            bytes: vec![VERSION],
        }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn atom(&mut self, name: &str) {
        match u8::try_from(name.len()) {
            Ok(length) => self.bytes.extend([SMALL_ATOM_UTF8, length]),
            Err(_) => {
                self.bytes.push(ATOM_UTF8);
                // An atom has at most 255 characters, 1,020 bytes.
                self.bytes.extend((name.len() as u16).to_be_bytes());
            }
        }
        self.bytes.extend(name.as_bytes());
    }

    pub fn nil(&mut self) {
        self.atom("nil");
    }

    pub fn binary(&mut self, bytes: &[u8]) {
        self.bytes.push(BINARY);
        self.bytes.extend(length(bytes.len()));
        self.bytes.extend(bytes);
    }

    /// A binary of `size` bytes that `append` appends.
    pub fn binary_with<E>(
        &mut self,
        size: usize,
        append: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.bytes.push(BINARY);
        self.bytes.extend(length(size));
        let end = self.bytes.len() + size;
        append(&mut self.bytes)?;
        debug_assert_eq!(self.bytes.len(), end);
        Ok(())
    }

    pub fn integer(&mut self, value: i64) {
        if let Ok(small) = u8::try_from(value) {
            self.bytes.extend([SMALL_INTEGER, small]);
        } else if let Ok(value) = i32::try_from(value) {
            self.bytes.push(INTEGER);
            self.bytes.extend(value.to_be_bytes());
        } else {
            let magnitude = value.unsigned_abs();
            self.big(value < 0, &[magnitude as u32, (magnitude >> 32) as u32]);
        }
    }

    /// An integer of any size: magnitude in 32-bit words, least significant
    /// first. The shortest form, since the same number must give the same bytes.
    pub fn big(&mut self, negative: bool, words: &[u32]) {
        let mut digits: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.len() <= 4 {
            let mut low = [0; 4];
            low[..digits.len()].copy_from_slice(&digits);
            let magnitude = i64::from(u32::from_le_bytes(low));
            let value = if negative { -magnitude } else { magnitude };
            if i32::try_from(value).is_ok() {
                return self.integer(value);
            }
        }
        match u8::try_from(digits.len()) {
            Ok(count) => self.bytes.extend([SMALL_BIG, count]),
            Err(_) => {
                self.bytes.push(LARGE_BIG);
                self.bytes.extend(length(digits.len()));
            }
        }
        self.bytes.push(negative.into());
        self.bytes.extend(digits);
    }

    pub fn float(&mut self, value: f64) {
        self.bytes.push(NEW_FLOAT);
        self.bytes.extend(value.to_be_bytes());
    }

    /// A number of JS: an integer where it is a safe one, an atom where it is not finite.
    pub fn number(&mut self, value: f64) {
        const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
        if value.is_nan() {
            self.atom("NaN");
        } else if value.is_infinite() {
            self.atom(if value > 0.0 { "Infinity" } else { "-Infinity" });
        } else if value.trunc() == value && value.abs() <= MAX_SAFE {
            // Exact: an integer within ±(2^53 − 1).
            self.integer(value as i64);
        } else {
            self.float(value);
        }
    }

    /// A tuple; its `arity` elements follow.
    pub fn tuple(&mut self, arity: u8) {
        self.bytes.extend([SMALL_TUPLE, arity]);
    }

    /// A list; its `count` elements and [`Etf::end_list`] follow. Of an empty
    /// list only the end is written.
    pub fn list(&mut self, count: u32) {
        if count > 0 {
            self.bytes.push(LIST);
            self.bytes.extend(count.to_be_bytes());
        }
    }

    pub fn end_list(&mut self) {
        self.bytes.push(NIL);
    }

    /// A list of yet unknown size, one at least; give the result to [`Etf::set_count`].
    pub fn open_list(&mut self) -> usize {
        self.list(1);
        self.bytes.len() - 4
    }

    /// A map whose `count` pairs follow.
    pub fn map(&mut self, count: u32) {
        self.bytes.push(MAP);
        self.bytes.extend(count.to_be_bytes());
    }

    /// A map of yet unknown size; give the result to [`Etf::set_count`].
    pub fn open_map(&mut self) -> usize {
        self.map(0);
        self.bytes.len() - 4
    }

    /// Set the count of the map or list that [`Etf::open_map`] or [`Etf::open_list`]
    /// began at `at`.
    pub fn set_count(&mut self, at: usize, count: u32) {
        self.bytes[at..at + 4].copy_from_slice(&count.to_be_bytes());
    }

    /// A whole term made elsewhere, with its version byte.
    pub fn term(&mut self, term: &[u8]) {
        self.bytes.extend(&term[1..]);
    }

    /// What was written from `start` on, taken out again.
    pub fn split_off(&mut self, start: usize) -> Vec<u8> {
        self.bytes.split_off(start)
    }

    /// Bytes that [`Etf::split_off`] gave.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }
}

fn length(bytes: usize) -> [u8; 4] {
    // The engine's strings and buffers end below 2^31 bytes.
    u32::try_from(bytes)
        .expect("a binary below 4 GiB")
        .to_be_bytes()
}
