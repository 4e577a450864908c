//! Secret text. It has no `Display` and no `Serialize`, and `Debug` does not show it.

use std::fmt;
use std::io;

use camino::Utf8Path;
use rand::rngs::SysRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::file::{present, write_atomically};

/// The number of characters of a generated password.
const LENGTH: usize = 32;

/// The characters of a generated password. A shell, a URL and SQL need no escapes for them. Letters
/// and digits that look alike are left out.
const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// A password, key or token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A new random password of 32 letters and digits (187 bits). It has at least one uppercase
    /// letter, one lowercase letter and one digit, because databases require that.
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

    /// Reads the secret from a file. If the file does not exist, generates a secret and writes the
    /// file with mode 0600.
    pub fn of_file(path: &Utf8Path) -> io::Result<Self> {
        if let Some(text) = present(fs_err::read_to_string(path))? {
            return Ok(Self(text));
        }
        let secret = Self::generate();
        write_atomically(path, secret.0.as_bytes())?;
        Ok(secret)
    }

    /// A text of somebody who knows the secret, without it.
    pub fn removed_from(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        text.replace(&self.0, "[secret]")
    }

    /// The text itself. Use it only where the secret is handed over.
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
            .expect("a UTF-8 path")
            .join("password");
        let secret = Secret::of_file(&path).expect("a new secret");
        assert_eq!(secret.reveal().len(), LENGTH);
        assert_eq!(Secret::of_file(&path).expect("the stored secret"), secret);
        assert_ne!(Secret::generate(), secret);
        let refusal = format!("no permission for {0} ({0})", secret.reveal());
        let shown = secret.removed_from(&refusal);
        assert_eq!(shown, "no permission for [secret] ([secret])");
        assert_eq!(Secret::new("").removed_from("no"), "no");
        assert!(!format!("{secret:?}").contains(secret.reveal()));
        let mode = path
            .metadata()
            .expect("the file exists")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
