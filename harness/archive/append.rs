//! One file that grows line by line.

use std::io::{self, BufWriter, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Serialize;

use super::Error;

/// One file that grows line by line.
#[derive(Debug)]
pub(super) struct Append {
    folder: Utf8PathBuf,
    name: &'static str,
    file: BufWriter<fs::File>,
    /// The line that is being made; kept for its memory.
    line: Vec<u8>,
}

impl Append {
    /// A new file in a folder that is nobody else's to read.
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

    /// Takes the lock on the file for as long as it is open. Nobody else writes it, so that nobody is
    /// waited for.
    pub(super) fn lock(&self) -> Result<(), Error> {
        let locked = self.file.get_ref().file().lock();
        self.done(locked)
    }

    /// Makes the line of a value, and says how long it is. It is not written yet.
    pub(super) fn prepare<T: Serialize>(&mut self, value: &T) -> Result<u64, Error> {
        self.line.clear();
        let made = serde_json::to_writer(&mut self.line, value);
        self.done(made.map_err(io::Error::from))?;
        self.line.push(b'\n');
        Ok(self.line.len() as u64)
    }

    /// Appends the line that was prepared last.
    pub(super) fn append(&mut self) -> Result<(), Error> {
        let appended = self.file.write_all(&self.line);
        self.done(appended)
    }

    /// Has everybody see what was appended.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let flushed = self.file.flush();
        self.done(flushed)
    }

    /// Has what was appended outlive the machine.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.done(self.file.get_ref().sync_all())
    }

    fn done(&self, work: io::Result<()>) -> Result<(), Error> {
        work.map_err(|source| failed(&self.folder, self.name, source))
    }
}

/// That a file of a folder could not be written.
pub(super) fn failed(folder: &Utf8Path, file: &'static str, source: io::Error) -> Error {
    Error::Write {
        folder: folder.to_owned(),
        file,
        source,
    }
}
