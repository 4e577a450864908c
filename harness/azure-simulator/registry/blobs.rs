//! The bytes of a registry, in memory or in a folder.

use std::collections::BTreeMap;
use std::io;

use base::file::write_atomically;
use camino::Utf8PathBuf;

/// The bytes of a registry by their digests.
#[derive(Debug, Clone)]
pub enum Blobs {
    /// In memory, as long as the process lives.
    Memory(BTreeMap<String, Vec<u8>>),
    /// In files of a folder, which has to exist.
    Folder(Utf8PathBuf),
}

impl Default for Blobs {
    fn default() -> Self {
        Self::Memory(BTreeMap::new())
    }
}

impl Blobs {
    /// Keeps bytes. The digest was computed from them, so it makes a good name of a file.
    pub(super) fn keep(&mut self, digest: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(all) => {
                all.insert(digest.to_owned(), bytes.to_vec());
                Ok(())
            }
            Self::Folder(folder) => write_atomically(&folder.join(digest.replace(':', "-")), bytes),
        }
    }

    /// How many bytes a digest that was kept has.
    pub(super) fn length(&self, digest: &str) -> io::Result<u64> {
        match self {
            Self::Memory(_) => Ok(self.bytes(digest)?.len() as u64),
            Self::Folder(folder) => {
                let path = folder.join(digest.replace(':', "-"));
                Ok(fs_err::metadata(path)?.len())
            }
        }
    }

    /// The bytes of a digest that was kept.
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
