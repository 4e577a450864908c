//! The certificates of the container, made once for a state folder.

use std::io;

use backend::state::Directory;
use base::certificate;
use base::file::{present, write_atomically};
use base::secret::Secret;
use camino::Utf8PathBuf;

use super::Error;

/// A certificate for the server, by an authority that signed nothing else and whose key is gone.
#[derive(Debug, Clone)]
pub(super) struct Certificates {
    /// The authority's certificate (PEM): what clients trust.
    pub(super) authority: String,
    /// The server's certificate (PEM).
    pub(super) certificate: String,
    /// Its key (PEM).
    pub(super) key: Secret,
}

impl Certificates {
    /// Those of a state folder, if they were made.
    pub(super) fn read(state: &Directory) -> io::Result<Option<Self>> {
        let [authority, certificate, key] = paths(state).map(read);
        Ok(match (authority?, certificate?, key?) {
            (Some(authority), Some(certificate), Some(key)) => Some(Self {
                authority,
                certificate,
                key: Secret::new(key),
            }),
            _ => None,
        })
    }

    /// Those of a state folder, made for a server of that name if there are none.
    pub(super) fn provide(state: &Directory, host: &str) -> Result<Self, Error> {
        let failed = Error::file("read", state.secrets());
        if let Some(found) = Self::read(state).map_err(failed)? {
            return Ok(found);
        }
        let made = Self::make(host).map_err(Error::Certificates)?;
        made.write(state)
            .map_err(Error::file("write", state.secrets()))?;
        Ok(made)
    }

    fn make(host: &str) -> Result<Self, rcgen::Error> {
        let issued = certificate::issue(host, &[host])?;
        Ok(Self {
            authority: issued.authority.pem(),
            certificate: issued.certificate.pem(),
            key: Secret::new(issued.key.serialize_pem()),
        })
    }

    /// The certificate last, as it is what a whole set is known by; an old one goes first.
    fn write(&self, state: &Directory) -> io::Result<()> {
        let [authority, certificate, key] = paths(state);
        present(fs_err::remove_file(&certificate))?;
        write_atomically(&authority, self.authority.as_bytes())?;
        write_atomically(&key, self.key.reveal().as_bytes())?;
        write_atomically(&certificate, self.certificate.as_bytes())
    }
}

/// The file with the authority's certificate.
pub(super) fn authority_file(state: &Directory) -> Utf8PathBuf {
    let [authority, ..] = paths(state);
    authority
}

/// Authority, certificate, key.
fn paths(state: &Directory) -> [Utf8PathBuf; 3] {
    ["mysql-ca.pem", "mysql-cert.pem", "mysql-key.pem"].map(|file| state.secrets().join(file))
}

fn read(path: Utf8PathBuf) -> io::Result<Option<String>> {
    present(fs_err::read_to_string(path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn certificates_are_made_once_and_as_a_whole_set() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::try_from(folder.path().to_owned()).expect("text");
        let state = Directory::new(path);
        fs_err::create_dir(state.secrets()).expect("writable");
        let made = Certificates::provide(&state, "host").expect("made");
        let again = Certificates::provide(&state, "host").expect("read");
        assert_eq!(made.certificate, again.certificate);
        for path in paths(&state) {
            let file = path.metadata().expect("written");
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{path}");
        }
        assert!(!format!("{made:?}").contains("PRIVATE KEY"));

        fs_err::remove_file(authority_file(&state)).expect("it is there");
        let anew = Certificates::provide(&state, "host").expect("made anew");
        assert_ne!(made.authority, anew.authority);
        assert_ne!(made.certificate, anew.certificate);
    }
}
