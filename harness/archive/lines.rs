//! Reads a file with one record per line.

use std::io::{self, BufRead as _, BufReader};
use std::marker::PhantomData;

use base::file::present;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::de::DeserializeOwned;

use super::Error;

/// The records of a file with one record per line.
///
/// The iterator returns `None` after the last complete line. If the file has grown since, calling
/// `next` again returns the new records, so that a reader can follow a run. An incomplete last line,
/// which a crash can leave, is not a record.
#[derive(Debug)]
pub struct Lines<T> {
    path: Utf8PathBuf,
    /// `None` if the run was cut off before it created the file.
    file: Option<BufReader<fs::File>>,
    /// The part of the next line that was read so far.
    line: Vec<u8>,
    /// Number of lines read.
    count: u64,
    records: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Lines<T> {
    pub(super) fn open(path: &Utf8Path) -> Result<Self, Error> {
        let file = present(fs::File::open(path)).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            file: file.map(BufReader::new),
            line: Vec::new(),
            count: 0,
            records: PhantomData,
        })
    }

    /// The number of records read.
    pub fn count_so_far(&self) -> u64 {
        self.count
    }

    fn read(&mut self) -> io::Result<bool> {
        if let Some(file) = &mut self.file {
            file.read_until(b'\n', &mut self.line)?;
        }
        Ok(self.line.ends_with(b"\n"))
    }
}

impl<T: DeserializeOwned> Iterator for Lines<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read() {
            Ok(true) => {}
            Ok(false) => return None,
            Err(source) => {
                let path = self.path.clone();
                return Some(Err(Error::Read { path, source }));
            }
        }
        self.count += 1;
        let record = serde_json::from_slice(&self.line);
        self.line.clear();
        Some(record.map_err(|source| Error::Damaged {
            path: self.path.clone(),
            line: self.count,
            source,
        }))
    }
}
