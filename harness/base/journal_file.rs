//! A file of JSON lines, each of which is on disk before the writer goes on.
//!
//! After a crash the last line may be torn. Its write never returned, so nothing followed from it,
//! and the next writer drops it.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err::File;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cut_point;
use super::file::{present, whole_lines};

/// The file, open for appending.
#[derive(Debug)]
pub struct JournalFile {
    path: Utf8PathBuf,
    file: Mutex<File>,
}

impl JournalFile {
    /// Opens the file, or creates it with mode 0600 in an existing folder. Drops a torn last line.
    pub fn open(path: &Utf8Path) -> io::Result<Self> {
        let file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        drop_torn_line(&file)?;
        // The name of the file must survive a crash, too.
        if let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
        })
    }

    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Appends a line and syncs it to disk.
    pub fn append(&self, record: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        cut_point::reached();
        let mut file = self.file();
        let whole = file.metadata()?.len();
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        if written.is_err() {
            // If the disk is full, the part of the line that was written is not a record.
            let _ = file.set_len(whole);
        }
        written?;
        cut_point::reached();
        Ok(())
    }

    /// Removes all lines. This needs no space on a full disk.
    pub fn clear(&self) -> io::Result<()> {
        let file = self.file();
        file.set_len(0)?;
        file.sync_data()
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The content of a journal file.
#[derive(Debug)]
pub struct Lines<T> {
    pub records: Vec<T>,
    /// The first line that is neither a record nor the torn rest of one: something else wrote it.
    pub broken: Option<BrokenLine>,
}

#[derive(Debug, thiserror::Error)]
#[error("line {number} is not an entry: {error}")]
pub struct BrokenLine {
    /// From 1.
    pub number: usize,
    pub error: serde_json::Error,
}

/// Reads a journal file that may be absent. Changes nothing.
pub fn read<T: DeserializeOwned>(path: &Utf8Path) -> io::Result<Lines<T>> {
    let bytes = present(fs_err::read(path))?.unwrap_or_default();
    Ok(parse(&bytes))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Lines<T> {
    let (whole, torn) = bytes.split_at(whole_lines(bytes).len());
    let mut lines = Lines {
        records: Vec::new(),
        broken: None,
    };
    let mut number = 1;
    for line in whole.split_inclusive(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(record) => lines.records.push(record),
            Err(error) if lines.broken.is_none() => {
                lines.broken = Some(BrokenLine { number, error });
            }
            Err(_) => {}
        }
        number += 1;
    }
    // After a power cut, a file may end in zeros that no process wrote.
    if lines.broken.is_none()
        && torn.iter().any(|byte| *byte != 0)
        && let Err(error) = serde_json::from_slice::<T>(torn)
        && !error.is_eof()
    {
        lines.broken = Some(BrokenLine { number, error });
    }
    lines
}

/// Drops a line that a crash has torn, so that the next one starts on a new line. This needs no
/// space on a full disk.
fn drop_torn_line(mut file: &File) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let whole = whole_lines(&bytes).len();
    if whole < bytes.len() {
        file.set_len(u64::try_from(whole).expect("a file's length fits 64 bits"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn written(path: &Utf8Path, bytes: &[u8]) -> Lines<Vec<u32>> {
        fs_err::write(path, bytes).expect("writes");
        read(path).expect("reads")
    }

    #[test]
    fn a_file_that_is_cut_anywhere_keeps_every_whole_line_and_takes_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.ndjson");
        let path = Utf8Path::from_path(&path).expect("a UTF-8 path");
        let journal = JournalFile::open(path).expect("opens");
        let (first, second) = (vec![1, 2], vec![3]);
        journal.append(&first).expect("appends");
        journal.append(&second).expect("appends");
        let mode = fs_err::metadata(path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let bytes = fs_err::read(path).expect("reads");
        let end_of_first = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a line")
            + 1;
        for cut in 0..=bytes.len() {
            let lines = written(path, &bytes[..cut]);
            assert!(lines.broken.is_none(), "{cut}: {:?}", lines.broken);
            let whole = usize::from(cut >= end_of_first) + usize::from(cut == bytes.len());
            let mut expected = [first.clone(), second.clone()][..whole].to_vec();
            assert_eq!(lines.records, expected, "{cut}");
            let journal = JournalFile::open(path).expect("opens again");
            journal.append(&vec![9]).expect("appends");
            expected.push(vec![9]);
            assert_eq!(read::<Vec<u32>>(path).expect("reads").records, expected);
        }
        let zeros = written(path, &[&bytes[..], &[0; 40]].concat());
        assert!(zeros.broken.is_none(), "{:?}", zeros.broken);
    }

    #[test]
    fn a_line_that_something_else_wrote_is_told_by_its_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.ndjson");
        let path = Utf8Path::from_path(&path).expect("a UTF-8 path");
        assert!(read::<Vec<u32>>(path).expect("reads").records.is_empty());
        for garbage in [
            &b"garbage\n"[..],
            b"\xff\xfe",
            b"\"text\"\n",
            b"{\"at\": 1}\n",
        ] {
            let lines = written(path, &[&b"[1]\n[2]\n"[..], garbage, b"[3]\n"].concat());
            let broken = lines.broken.expect("it is no list of numbers");
            assert_eq!(broken.number, 3, "{broken}");
            assert_eq!(lines.records[..2], [[1], [2]]);
        }
    }
}
