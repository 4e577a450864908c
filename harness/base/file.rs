//! Files that are whole or absent, and nobody else's to read.

use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;

use camino::Utf8Path;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What an access to a file or folder gave, if that is there.
pub fn present<T>(access: io::Result<T>) -> io::Result<Option<T>> {
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

/// What a JSON file holds; `None` where there is none. One that holds something else is an error.
pub fn read_json<T: DeserializeOwned>(path: &Utf8Path) -> io::Result<Option<T>> {
    let Some(bytes) = present(fs_err::read(path))? else {
        return Ok(None);
    };
    let held = serde_json::from_slice(&bytes);
    held.map(Some).map_err(|error| {
        let garbage = format!("{path} holds something else: {error}");
        io::Error::new(io::ErrorKind::InvalidData, garbage)
    })
}

/// Writes a JSON document for people and programs to read, as [`write_atomically`] does.
pub fn write_json(path: &Utf8Path, value: &impl Serialize) -> io::Result<()> {
    let mut content = serde_json::to_vec_pretty(value)?;
    content.push(b'\n');
    write_atomically(path, &content)
}

/// The whole lines of a file that is written line by line: without what a crash left of the last.
pub fn whole_lines(bytes: &[u8]) -> &[u8] {
    let last = bytes.iter().rposition(|byte| *byte == b'\n');
    &bytes[..last.map_or(0, |last| last + 1)]
}

/// Whether a write failed for want of room: the disk or a quota is full, or nothing can be written to
/// at all.
pub fn no_room(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(
        error.kind(),
        StorageFull | QuotaExceeded | FileTooLarge | ReadOnlyFilesystem
    )
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

/// Makes a folder that is nobody else's to look into, as logs and reports may quote inputs.
pub fn create_private(folder: &Utf8Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_holds_nothing_and_garbage_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("record.json");
        let path = Utf8Path::from_path(&path).expect("a path in UTF-8");
        assert_eq!(read_json::<u32>(path).expect("no error"), None);
        write_atomically(path, b"7").expect("it can be written");
        assert_eq!(read_json::<u32>(path).expect("a number"), Some(7));
        write_atomically(path, b"half a rec").expect("it can be written");
        let error = read_json::<u32>(path).expect_err("garbage");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(error.to_string().starts_with(path.as_str()), "{error}");
    }
}
