//! One file that grows line by line.

use std::io::{self, BufWriter, Write as _};

use camino::Utf8Path;
use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::Serialize;

/// One file that grows line by line.
#[derive(Debug)]
pub(super) struct Append {
    file: BufWriter<fs::File>,
    /// The line that is being made; kept for its memory.
    line: Vec<u8>,
}

impl Append {
    /// A new file that is nobody else's to read.
    pub(super) fn create(path: &Utf8Path) -> io::Result<Self> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        Ok(Self {
            file: BufWriter::new(options.open(path)?),
            line: Vec::new(),
        })
    }

    /// Takes the lock on the file for as long as it is open. Nobody else writes it, so that nobody is
    /// waited for.
    pub(super) fn lock(&self) -> io::Result<()> {
        self.file.get_ref().file().lock()
    }

    /// Makes the line of a value, and says how long it is. It is not written yet.
    pub(super) fn prepare<T: Serialize>(&mut self, value: &T) -> io::Result<u64> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)?;
        self.line.push(b'\n');
        Ok(self.line.len() as u64)
    }

    /// Appends the line that was prepared last.
    pub(super) fn append(&mut self) -> io::Result<()> {
        self.file.write_all(&self.line)
    }

    /// Has everybody see what was appended.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// Has what was appended outlive the machine.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        self.file.get_ref().sync_all()
    }
}
