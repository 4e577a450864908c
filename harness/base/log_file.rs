//! A log file that one command at a time writes.
//!
//! The harness copies logs of a Docker engine or a cluster into files. Several commands may need
//! the same file: one follows it for the user, another reads its end for an error message. The
//! first command that claims the file writes it. The other commands only read it.

use std::fs::TryLockError;
use std::io::{self, Seek as _, SeekFrom, Write as _};

use camino::Utf8Path;
use fs_err::File;

/// A log file that this process has locked. Dropping it releases the lock.
#[derive(Debug)]
pub struct LogFile(File);

impl LogFile {
    /// Locks a file, and creates it if it does not exist. Returns `None` if another command writes
    /// it.
    pub fn claim(path: &Utf8Path) -> io::Result<Option<Self>> {
        let options = &mut fs_err::OpenOptions::new();
        let file = options.write(true).create(true).truncate(false);
        let file = file.open(path)?;
        match file.file().try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Replaces the whole content. A log only grows, so most bytes stay the same and concurrent
    /// readers are not disturbed.
    pub fn replace(&mut self, text: &[u8]) -> io::Result<()> {
        self.go_to(0)?;
        self.write(text)?;
        self.cut()
    }

    /// Writes at the current position.
    pub fn write(&mut self, part: &[u8]) -> io::Result<()> {
        self.0.write_all(part)
    }

    /// Moves to a position, in bytes from the start.
    pub fn go_to(&mut self, position: u64) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(position)).map(drop)
    }

    /// Moves to the end and returns its position in bytes.
    pub fn go_to_end(&mut self) -> io::Result<u64> {
        self.0.seek(SeekFrom::End(0))
    }

    /// Truncates the file at the current position.
    pub fn cut(&mut self) -> io::Result<()> {
        let length = self.0.stream_position()?;
        self.0.set_len(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_command_that_claims_a_file_writes_it_until_it_is_dropped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        let path = path.join("mysql.log");
        let claim = || LogFile::claim(&path).expect("the file opens");
        let mut first = claim().expect("it is free");
        first.replace(b"one\ntwo\n").expect("written");
        assert!(claim().is_none());
        drop(first);
        let mut second = claim().expect("it is free");
        assert_eq!(second.go_to_end().expect("a position"), 8);
        second.write(b"three\n").expect("written");
        let read = || fs_err::read_to_string(&path).expect("readable");
        assert_eq!(read(), "one\ntwo\nthree\n");
        second.replace(b"four\n").expect("written");
        assert_eq!(read(), "four\n");
    }
}
