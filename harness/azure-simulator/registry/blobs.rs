//! The bytes of a registry, in memory or in a folder.

use std::collections::BTreeMap;
use std::io;

use base::file::write_atomically;
use camino::Utf8PathBuf;

/// The bytes of a registry by their digests.
#[derive(Debug, Clone)]
pub enum Blobs {
    /// In memory, until the process ends.
    Memory(BTreeMap<String, Vec<u8>>),
    /// In files of an existing folder.
    Folder(Utf8PathBuf),
}

impl Default for Blobs {
    fn default() -> Self {
        Self::Memory(BTreeMap::new())
    }
}

impl Blobs {
    /// Stores bytes. The digest was computed from them, so it is safe as a file name.
    pub(super) fn store(&mut self, digest: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(all) => {
                all.insert(digest.to_owned(), bytes.to_vec());
                Ok(())
            }
            Self::Folder(folder) => write_atomically(&folder.join(digest.replace(':', "-")), bytes),
        }
    }

    /// The number of stored bytes.
    pub(super) fn length(&self, digest: &str) -> io::Result<u64> {
        match self {
            Self::Memory(_) => Ok(self.bytes(digest)?.len() as u64),
            Self::Folder(folder) => {
                let path = folder.join(digest.replace(':', "-"));
                Ok(fs_err::metadata(path)?.len())
            }
        }
    }

    /// The stored bytes.
    pub(super) fn bytes(&self, digest: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(all) => all
                .get(digest)
                .cloned()
                .ok_or_else(|| io::ErrorKind::NotFound.into()),
            Self::Folder(folder) => fs_err::read(folder.join(digest.replace(':', "-"))),
        }
    }
}
