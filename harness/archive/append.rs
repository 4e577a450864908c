//! A file to which lines are appended.

use std::io::{self, BufWriter, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Serialize;

use super::Error;

/// A file to which lines are appended.
#[derive(Debug)]
pub(super) struct Append {
    folder: Utf8PathBuf,
    name: &'static str,
    file: BufWriter<fs::File>,
    /// The prepared line; kept to reuse its memory.
    line: Vec<u8>,
}

impl Append {
    /// Creates a file that only its owner can read.
    pub(super) fn create(folder: &Utf8Path, name: &'static str) -> Result<Self, Error> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options.open(folder.join(name));
        let file = file.map_err(|source| failed(folder, name, source))?;
        Ok(Self {
            folder: folder.to_owned(),
            name,
            file: BufWriter::new(file),
            line: Vec::new(),
        })
    }

    /// Locks the file for as long as it is open. There is no other writer, so this does not block.
    pub(super) fn lock(&self) -> Result<(), Error> {
        let locked = self.file.get_ref().file().lock();
        self.check(locked)
    }

    /// Serialises a value as the next line, without writing it. Returns its length in bytes.
    pub(super) fn prepare<T: Serialize>(&mut self, value: &T) -> Result<u64, Error> {
        self.line.clear();
        let made = serde_json::to_writer(&mut self.line, value);
        self.check(made.map_err(io::Error::from))?;
        self.line.push(b'\n');
        Ok(self.line.len() as u64)
    }

    /// Appends the line that was prepared last.
    pub(super) fn append(&mut self) -> Result<(), Error> {
        let appended = self.file.write_all(&self.line);
        self.check(appended)
    }

    /// Makes the appended lines visible to readers.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let flushed = self.file.flush();
        self.check(flushed)
    }

    /// Makes the appended lines survive a crash of the machine.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.check(self.file.get_ref().sync_all())
    }

    fn check(&self, work: io::Result<()>) -> Result<(), Error> {
        work.map_err(|source| failed(&self.folder, self.name, source))
    }
}

/// The error that a file of a folder could not be written.
pub(super) fn failed(folder: &Utf8Path, file: &'static str, source: io::Error) -> Error {
    Error::Write {
        folder: folder.to_owned(),
        file,
        source,
    }
}
