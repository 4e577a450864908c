//! Text that is nobody's to read: no `Display`, no `Serialize`, and `Debug` does not show it.

use std::fmt;
use std::io;

use camino::Utf8Path;
use rand::rngs::SysRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::file::{present, write_atomically};

/// How long a generated password is.
const LENGTH: usize = 32;

/// What a generated password is made of: nothing that a shell, a URL or SQL would have to escape.
const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// A password, key or token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret that is known.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A new password of 32 letters and digits (187 bits), of which there are capital and small
    /// ones as well as digits: databases insist on that.
    pub fn generate() -> Self {
        let random = rand_chacha::ChaCha20Rng::try_from_rng(&mut SysRng);
        let mut random = random.expect("every system has a source of randomness");
        loop {
            let letter = |_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]);
            let text: String = (0..LENGTH).map(letter).collect();
            let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
            if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
            {
                return Self(text);
            }
        }
    }

    /// The secret of a file, mode 0600, made if there is none.
    pub fn of_file(path: &Utf8Path) -> io::Result<Self> {
        if let Some(text) = present(fs_err::read_to_string(path))? {
            return Ok(Self(text));
        }
        let secret = Self::generate();
        write_atomically(path, secret.0.as_bytes())?;
        Ok(secret)
    }

    /// The text itself, for the one place that has to hand it over.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_in_a_private_file_and_not_shown() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8Path::from_path(folder.path())
            .expect("text")
            .join("password");
        let secret = Secret::of_file(&path).expect("made");
        assert_eq!(secret.reveal().len(), LENGTH);
        assert_eq!(Secret::of_file(&path).expect("read"), secret);
        assert_ne!(Secret::generate(), secret);
        assert!(!format!("{secret:?}").contains(secret.reveal()));
        let mode = path.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
