//! Compact numbers and strings in byte buffers, for formats of our own.
//!
//! Unsigned numbers are LEB128: seven bits a byte, least first, the high bit says that more follow. Signed ones are
//! zigzagged first. Byte strings have their length in front. Reading never panics and never allocates more than the
//! bytes that are there.

/// What is wrong with bytes that were read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Corrupt(pub &'static str);

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Corrupt {}

/// Appends an unsigned number.
pub fn put_uint(out: &mut Vec<u8>, mut x: u64) {
    while x >= 0x80 {
        out.push(x as u8 | 0x80);
        x >>= 7;
    }
    out.push(x as u8);
}

/// Appends a signed number.
pub fn put_int(out: &mut Vec<u8>, x: i64) {
    put_uint(out, ((x << 1) ^ (x >> 63)).cast_unsigned());
}

/// Appends a byte string.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what the `put_` functions wrote.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// Whether everything has been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Corrupt> {
        let (&first, rest) = self.rest.split_first().ok_or(Corrupt("unexpected end"))?;
        self.rest = rest;
        Ok(first)
    }

    /// An unsigned number.
    pub fn uint(&mut self) -> Result<u64, Corrupt> {
        let mut x = 0;
        for shift in (0..64).step_by(7) {
            let b = self.byte()?;
            x |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Ok(x);
            }
        }
        Err(Corrupt("number too long"))
    }

    /// A signed number.
    pub fn int(&mut self) -> Result<i64, Corrupt> {
        let x = self.uint()?;
        Ok((x >> 1).cast_signed() ^ -(x & 1).cast_signed())
    }

    /// A number that indexes something.
    pub fn index(&mut self) -> Result<usize, Corrupt> {
        usize::try_from(self.uint()?).map_err(|_| Corrupt("index too large"))
    }

    /// The length of a list of which each element takes at least a byte.
    pub fn len(&mut self) -> Result<usize, Corrupt> {
        let n = self.index()?;
        if n > self.rest.len() {
            return Err(Corrupt("list longer than its bytes"));
        }
        Ok(n)
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], Corrupt> {
        let (taken, rest) = self
            .rest
            .split_at_checked(n)
            .ok_or(Corrupt("unexpected end"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'a [u8], Corrupt> {
        let n = self.len()?;
        self.take(n)
    }

    /// A string.
    pub fn str(&mut self) -> Result<&'a str, Corrupt> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Corrupt("text is not UTF-8"))
    }
}

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut bit = 0;
        while bit < 8 {
            c = if c & 1 == 1 {
                0xedb8_8320 ^ (c >> 1)
            } else {
                c >> 1
            };
            bit += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
}

const CRC_TABLE: [u32; 256] = crc_table();

/// The CRC-32 of IEEE 802.3.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &b| {
        CRC_TABLE[((crc ^ u32::from(b)) & 0xff) as usize] ^ (crc >> 8)
    })
}

#[cfg(test)]
mod tests {
    use super::{Reader, crc32, put_bytes, put_int, put_uint};

    #[test]
    fn what_is_written_is_read() {
        let mut out = Vec::new();
        for x in [0, 127, 128, u64::MAX] {
            put_uint(&mut out, x);
        }
        for x in [0, -1, i64::MIN, i64::MAX] {
            put_int(&mut out, x);
        }
        put_bytes(&mut out, b"go");
        let mut r = Reader::new(&out);
        for x in [0, 127, 128, u64::MAX] {
            assert_eq!(r.uint(), Ok(x));
        }
        for x in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(r.int(), Ok(x));
        }
        assert_eq!(r.str(), Ok("go"));
        assert!(r.is_empty());
    }

    #[test]
    fn broken_bytes_are_errors() {
        assert!(Reader::new(&[0x80; 20]).uint().is_err());
        assert!(Reader::new(&[200, 1, 0]).bytes().is_err());
        assert!(Reader::new(&[1, 0xff]).str().is_err());
    }

    #[test]
    fn the_checksum_is_the_well_known_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
