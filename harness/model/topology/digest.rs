//! The identity of a value: SHA-256 over its canonical JSON.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, displayed as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of a value's JSON, in which maps are sorted by key.
    pub fn of<T: Serialize>(value: &T) -> Self {
        let value = serde_json::to_value(value).expect("a plain data type serialises to JSON");
        Self::of_bytes(value.to_string().as_bytes())
    }

    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::finished(Sha256::new_with_prefix(bytes))
    }

    /// Reads a stream to its end and returns the digest of its content.
    pub fn of_stream(mut stream: impl io::Read) -> io::Result<Self> {
        let mut digester = Digester::default();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(digester.finish()),
                length => digester.hash.update(&buffer[..length]),
            }
        }
    }

    fn finished(hash: Sha256) -> Self {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in hash.finalize() {
            write!(text, "{byte:02x}").expect("writing to a string never fails");
        }
        Self(text)
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Computes the digest of everything that is written to it.
#[derive(Debug, Clone, Default)]
pub struct Digester {
    hash: Sha256,
}

impl Digester {
    pub fn finish(self) -> Digest {
        Digest::finished(self.hash)
    }
}

impl io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
