//! A log file that one command at a time writes.
//!
//! Logs that a Docker engine or a cluster keeps are copied into files, and several commands may
//! want that of the same file: one follows it for somebody who reads it, another wants its end for
//! an error. It is written by the one that claimed it first; the others leave it alone, and read
//! what that one writes.

use std::fs::TryLockError;
use std::io::{self, Seek as _, SeekFrom, Write as _};

use camino::Utf8Path;
use fs_err::File;

/// A log file that is this command's until it is dropped.
#[derive(Debug)]
pub struct LogFile(File);

impl LogFile {
    /// Claims a file, which is made where it is not there; `None` if another command writes it.
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

    /// Puts text in place of all that is in it. A log only grows, so that mostly the same bytes
    /// come to the same places, and whoever reads it meanwhile is not disturbed.
    pub fn replace(&mut self, text: &[u8]) -> io::Result<()> {
        self.go_to(0)?;
        self.write(text)?;
        self.cut()
    }

    /// Writes where it stands.
    pub fn write(&mut self, part: &[u8]) -> io::Result<()> {
        self.0.write_all(part)
    }

    /// Goes to a place, in bytes from the beginning.
    pub fn go_to(&mut self, place: u64) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(place)).map(drop)
    }

    /// Goes to the end, and says where that is.
    pub fn go_to_end(&mut self) -> io::Result<u64> {
        self.0.seek(SeekFrom::End(0))
    }

    /// Has it end where it stands.
    pub fn cut(&mut self) -> io::Result<()> {
        let length = self.0.stream_position()?;
        self.0.set_len(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_by_the_first_who_claims_it_until_that_one_is_done() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8Path::from_path(folder.path()).expect("text");
        let path = path.join("mysql.log");
        let claim = || LogFile::claim(&path).expect("it can be opened");
        let mut first = claim().expect("nobody has it");
        first.replace(b"one\ntwo\n").expect("written");
        assert!(claim().is_none());
        drop(first);
        let mut second = claim().expect("it is free");
        assert_eq!(second.go_to_end().expect("it has an end"), 8);
        second.write(b"three\n").expect("written");
        let read = || fs_err::read_to_string(&path).expect("readable");
        assert_eq!(read(), "one\ntwo\nthree\n");
        second.replace(b"four\n").expect("written");
        assert_eq!(read(), "four\n");
    }
}
