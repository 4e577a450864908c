//! Files that are written atomically and that only their owner can read.

use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;

use camino::Utf8Path;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Turns the error "not found" into `None`.
pub fn present<T>(access: io::Result<T>) -> io::Result<Option<T>> {
    match access {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file with mode 0600. The content is written to a temporary file in the same folder,
/// which then replaces the old file. A reader sees the old content or the new content, never a part
/// of it, also after a crash.
pub fn write_atomically(path: &Utf8Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = write(&temporary, content).and_then(|()| fs_err::rename(&temporary, path));
    if written.is_err() {
        // The disk may be full, so the incomplete file must not stay there.
        let _ = fs_err::remove_file(&temporary);
    }
    written
}

/// What a JSON file has. The reader decides what a damaged file means.
#[derive(Debug)]
pub enum Stored<T, E = io::Error> {
    /// There is no file.
    Absent,
    /// The content is not a valid `T`. An `io::Error` here has the kind `InvalidData` and names the
    /// file.
    Damaged(E),
    Read(T),
}

impl<T, E> Stored<T, E> {
    /// The value. A damaged file counts as no file.
    pub fn damaged_as_none(self) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Damaged(_) => None,
        }
    }

    /// The value. A damaged file is an error.
    pub fn damaged_as_error(self) -> Result<Option<T>, E> {
        match self {
            Self::Read(value) => Ok(Some(value)),
            Self::Absent => Ok(None),
            Self::Damaged(error) => Err(error),
        }
    }

    pub fn map_damage<F>(self, convert: impl FnOnce(E) -> F) -> Stored<T, F> {
        match self {
            Self::Read(value) => Stored::Read(value),
            Self::Absent => Stored::Absent,
            Self::Damaged(error) => Stored::Damaged(convert(error)),
        }
    }
}

/// Reads a JSON file that may be damaged.
pub fn read_stored<T: DeserializeOwned>(path: &Utf8Path) -> io::Result<Stored<T>> {
    let Some(bytes) = present(fs_err::read(path))? else {
        return Ok(Stored::Absent);
    };
    Ok(match serde_json::from_slice(&bytes) {
        Ok(value) => Stored::Read(value),
        Err(error) => {
            let message = format!("{path} has invalid content: {error}");
            Stored::Damaged(io::Error::new(io::ErrorKind::InvalidData, message))
        }
    })
}

/// Reads a JSON file. Returns `None` if the file does not exist, and an error of kind `InvalidData`
/// if its content is not a valid `T`.
pub fn read_json<T: DeserializeOwned>(path: &Utf8Path) -> io::Result<Option<T>> {
    read_stored(path)?.damaged_as_error()
}

/// Writes an indented JSON document with [`write_atomically`].
pub fn write_json(path: &Utf8Path, value: &impl Serialize) -> io::Result<()> {
    let mut content = serde_json::to_vec_pretty(value)?;
    content.push(b'\n');
    write_atomically(path, &content)
}

/// The complete lines of a file. Leaves out the last line if a crash cut it off.
pub fn whole_lines(bytes: &[u8]) -> &[u8] {
    let last = bytes.iter().rposition(|byte| *byte == b'\n');
    &bytes[..last.map_or(0, |last| last + 1)]
}

/// Whether a write failed because of missing space: the disk or a quota is full, the file is too
/// large, or the file system is read-only.
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

/// Creates a folder with mode 0700, and its parents. Logs and reports may quote inputs, so other
/// users must not read them.
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
    fn a_missing_file_is_none_and_invalid_content_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("record.json");
        let path = Utf8Path::from_path(&path).expect("a UTF-8 path");
        assert_eq!(read_json::<u32>(path).expect("no error"), None);
        write_atomically(path, b"7").expect("it can be written");
        assert_eq!(read_json::<u32>(path).expect("a number"), Some(7));
        write_atomically(path, b"half a rec").expect("it can be written");
        let error = read_json::<u32>(path).expect_err("invalid content");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(error.to_string().starts_with(path.as_str()), "{error}");
        let stored = || read_stored::<u32>(path).expect("it can be read");
        assert!(matches!(stored(), Stored::Damaged(_)));
        assert_eq!(stored().damaged_as_none(), None);
    }
}
