//! Reads a secret from the place that a profile names.

use std::io;

use base::secret::Secret;
use base::tool::Environment;
use model::topology::SecretSource;

/// Why a secret could not be read. No variant has the secret.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error(transparent)]
    File(#[from] io::Error),
    #[error("{path} contains the character NUL")]
    Nul { path: String },
    #[error("the variable `{name}` is not set, is empty or is not text")]
    Variable { name: String },
}

/// Reads a secret. Paths are relative to the working directory.
pub fn read(source: &SecretSource, environment: &Environment) -> Result<Secret, Unreadable> {
    match source {
        SecretSource::SecretFile(path) => {
            let text = fs_err::read_to_string(path)?;
            if text.contains('\0') {
                return Err(Unreadable::Nul { path: path.clone() });
            }
            Ok(Secret::new(without_line_break(&text)))
        }
        SecretSource::SecretVariable(name) => match environment.text(name) {
            Some(text) => Ok(Secret::new(text)),
            None => Err(Unreadable::Variable { name: name.clone() }),
        },
    }
}

/// Editors end a file with a line break, which no secret has.
fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
