//! The data of a command, on standard output.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What became of the data.
#[derive(Debug, Default)]
pub(super) enum Fate {
    /// All of it was written so far.
    #[default]
    Written,
    /// The reader has closed the pipe, which is no error.
    Enough,
    /// A write failed. Nothing is written after that, since data with a gap would look complete.
    Lost(io::Error),
}

/// The fate, for the writer and for the printer.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedFate(Arc<Mutex<Fate>>);

impl SharedFate {
    pub(super) fn lock(&self) -> MutexGuard<'_, Fate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_written(&self) -> bool {
        matches!(*self.lock(), Fate::Written)
    }
}

/// Standard output.
pub(super) struct Data {
    stream: Box<dyn Write + Send>,
    fate: SharedFate,
}

impl Data {
    pub(super) fn new(stream: Box<dyn Write + Send>, fate: SharedFate) -> Self {
        Self { stream, fate }
    }

    /// Writes a line, unless an earlier one could not be written.
    pub(super) fn line(&mut self, mut text: String) {
        if !self.fate.is_written() {
            return;
        }
        text.push('\n');
        let written = self.stream.write_all(text.as_bytes());
        match written.and_then(|()| self.stream.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                *self.fate.lock() = Fate::Enough;
            }
            Err(error) => *self.fate.lock() = Fate::Lost(error),
        }
    }
}
