//! Content digests.

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The only algorithm that Azure's registries support.
const ALGORITHM: &str = "sha256:";

/// The SHA-256 of some content, as registries write it: `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    pub fn of(content: &[u8]) -> Self {
        Self::finished(Sha256::new_with_prefix(content))
    }

    /// The 64 hexadecimal digits.
    pub fn hex(&self) -> &str {
        &self.0
    }

    fn finished(hash: Sha256) -> Self {
        use std::fmt::Write as _;
        let mut digits = String::with_capacity(64);
        for byte in hash.finalize() {
            write!(digits, "{byte:02x}").expect("writing to a string never fails");
        }
        Self(digits)
    }
}

/// A text is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {}", Self::WHY)]
pub struct MalformedDigest {
    pub text: String,
}

impl MalformedDigest {
    pub(super) const WHY: &str = "is not a digest: expected sha256: and 64 hexadecimal digits";
}

impl FromStr for Digest {
    type Err = MalformedDigest;

    fn from_str(text: &str) -> Result<Self, MalformedDigest> {
        let digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        let digits = text.strip_prefix(ALGORITHM);
        match digits.filter(|it| it.len() == 64 && it.bytes().all(digit)) {
            Some(digits) => Ok(Self(digits.to_owned())),
            None => Err(MalformedDigest {
                text: text.to_owned(),
            }),
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = MalformedDigest;

    fn try_from(text: String) -> Result<Self, MalformedDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{ALGORITHM}{}", self.0)
    }
}

/// A writer that computes the digest and the length of what is written to it.
#[derive(Debug, Default)]
pub(super) struct Digester {
    hash: Sha256,
    length: u64,
}

impl Digester {
    /// The digest of everything written, and its length in bytes.
    pub(super) fn finish(self) -> (Digest, u64) {
        (Digest::finished(self.hash), self.length)
    }
}

impl io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_is_written_and_nothing_else_is() {
        let digest = Digest::of(b"hello");
        let text = digest.to_string();
        assert_eq!(
            text,
            "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        );
        assert_eq!(text.parse::<Digest>().expect("a digest"), digest);
        for wrong in [
            text.to_uppercase(),
            text.replace("sha256", "sha512"),
            text[..70].to_owned(),
            format!("{text}/../x"),
        ] {
            wrong.parse::<Digest>().expect_err("not a digest");
        }
    }
}
