//! Files that are whole or absent, and nobody else's to read.

use camino::Utf8Path;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use std::io::{self, Write as _};

/// What an access to a file or folder gave, if that is there.
pub(crate) fn present<T>(access: io::Result<T>) -> io::Result<Option<T>> {
    match access {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file by way of a temporary one beside it, mode 0600: a reader, and the next command
/// after a crash, sees the old content or the new, never a part.
pub fn write_atomically(path: &Utf8Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = write(&temporary, content).and_then(|()| fs_err::rename(&temporary, path));
    if written.is_err() {
        // A full disk is no place for half a file.
        let _ = fs_err::remove_file(&temporary);
    }
    written
}

fn write(path: &Utf8Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs_err::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    file.sync_data()
}
