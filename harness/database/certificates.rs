//! The TLS certificates of the MySQL container. They are made once for each state folder.

use std::io;

use backend::state::Directory;
use base::certificate;
use base::file::{present, write_atomically};
use base::secret::Secret;
use camino::Utf8PathBuf;

use super::Error;

/// A certificate for the server, from an authority that signed nothing else. The authority's key is
/// not kept.
#[derive(Debug, Clone)]
pub(super) struct Certificates {
    /// The authority's certificate (PEM), which clients trust.
    pub(super) authority: String,
    /// The server's certificate (PEM).
    pub(super) certificate: String,
    /// The server's key (PEM).
    pub(super) key: Secret,
}

impl Certificates {
    /// The certificates of a state folder, if they exist.
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

    /// The certificates of a state folder. If there are none, makes them for a server with this
    /// host name.
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

    /// Writes the certificate last, because its file marks a complete set; removes an old one
    /// first.
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

/// The files of the authority's certificate, the server's certificate and its key.
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
        let path = Utf8PathBuf::try_from(folder.path().to_owned()).expect("a UTF-8 path");
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

        fs_err::remove_file(authority_file(&state)).expect("it exists");
        let anew = Certificates::provide(&state, "host").expect("made again");
        assert_ne!(made.authority, anew.authority);
        assert_ne!(made.certificate, anew.certificate);
    }
}
