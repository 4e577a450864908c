//! Reads lines from a pipe, and keeps the last lines for an error.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;

/// The longest line, in bytes. A longer line is split, so that it cannot fill the memory.
const LONGEST_LINE: usize = 1 << 20;

/// The number of lines that an error shows.
const TAIL: usize = 20;

/// Reads a pipe line by line. A carriage return also ends a line, because progress bars use it.
pub(super) struct Lines {
    pipe: Receiver,
    buffer: Vec<u8>,
}

impl Lines {
    pub(super) fn new(pipe: io::PipeReader) -> io::Result<Self> {
        Ok(Self {
            pipe: Receiver::from_owned_fd(OwnedFd::from(pipe))?,
            buffer: Vec::new(),
        })
    }

    /// The next line without its line break, or `None` at the end of the pipe. Cancel-safe: no data
    /// is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(line) = self.take_line() {
                return Some(line);
            }
            // A read error is handled like the end of the pipe.
            if self.pipe.read_buf(&mut self.buffer).await.unwrap_or(0) == 0 {
                let rest = std::mem::take(&mut self.buffer);
                return (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned());
            }
        }
    }

    fn take_line(&mut self) -> Option<String> {
        let end = self
            .buffer
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'));
        let (length, rest) = match end {
            Some(end) => (end, end + 1),
            None if self.buffer.len() >= LONGEST_LINE => (LONGEST_LINE, LONGEST_LINE),
            None => return None,
        };
        let line = String::from_utf8_lossy(&self.buffer[..length]).into_owned();
        self.buffer.drain(..rest);
        Some(line)
    }
}

/// The last lines of a tool's output. Displays each on a new, indented line.
#[derive(Debug, Clone, Default)]
pub struct Tail(VecDeque<String>);

impl Tail {
    pub(super) fn push(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if self.0.len() == TAIL {
            self.0.pop_front();
        }
        self.0.push_back(line.trim_end().to_owned());
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|line| write!(out, "\n    {line}"))
    }
}
