//! Reads the folder of a run, be it over, under way or dead.

use std::fs::TryLockError;

use backend::event::Event;
use base::file::{present, read_json};
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use load::Iteration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use temporal::Reading;

use super::layout::{EVENTS, EXECUTIONS, ITERATIONS, PLAN, REPORT, RUN};
use super::{Error, Lines, VERSION};

/// The folder of a run.
#[derive(Debug, Clone)]
pub struct Archive {
    folder: Utf8PathBuf,
    version: u32,
}

/// Both sides of a workflow that exists or may exist.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Workflow {
    /// What its client saw.
    pub iteration: Iteration,
    /// What came of reading it back.
    pub reading: Reading,
}

/// The part of [`RUN`] that is this room's.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Archive {
    /// The folder of a run, if it is one and of a version that can be read.
    pub fn open(folder: &Utf8Path) -> Result<Self, Error> {
        let run: Option<Version> = optional(folder, RUN)?;
        let version = match run {
            Some(Version { version }) => version,
            None if folder.join(PLAN).exists() => 1,
            None => {
                return Err(Error::NoRun {
                    folder: folder.to_owned(),
                    file: PLAN,
                });
            }
        };
        let folder = folder.to_owned();
        if !(1..=VERSION).contains(&version) {
            let found = version;
            return Err(Error::Version { folder, found });
        }
        Ok(Self { folder, version })
    }

    /// Whether it is of a version of which only the report can be read. Version 1 has no events, and
    /// in version 2 the records of arrivals have another form.
    pub fn has_only_its_report(&self) -> bool {
        self.version < VERSION
    }

    /// Everything that was decided before the run began.
    pub fn plan<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.document(PLAN)
    }

    /// Where the run took place; an older folder does not say.
    pub fn setting<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.document(RUN)
    }

    /// The report that was written when the run was over, as it stands there.
    pub fn report<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        optional(&self.folder, REPORT)
    }

    /// What happened, in order.
    pub fn events(&self) -> Result<Lines<Event>, Error> {
        Lines::open(&self.folder.join(EVENTS))
    }

    /// What the clients saw, in the order in which it ended.
    pub fn iterations(&self) -> Result<Lines<Iteration>, Error> {
        Lines::open(&self.folder.join(ITERATIONS))
    }

    /// The workflows that were read back, in the order in which they were.
    pub fn executions(&self) -> Result<Lines<Workflow>, Error> {
        Lines::open(&self.folder.join(EXECUTIONS))
    }

    /// An error unless as many iterations were found as were written.
    pub fn expect_iterations(&self, found: u64, expected: u64) -> Result<(), Error> {
        self.expect(ITERATIONS, found, expected)
    }

    /// An error unless as many executions were found as were written.
    pub fn expect_executions(&self, found: u64, expected: u64) -> Result<(), Error> {
        self.expect(EXECUTIONS, found, expected)
    }

    fn expect(&self, file: &'static str, found: u64, expected: u64) -> Result<(), Error> {
        if found == expected {
            return Ok(());
        }
        Err(Error::Incomplete {
            folder: self.folder.clone(),
            file,
            found,
            expected,
        })
    }

    /// Whether the run goes on: somebody is writing.
    pub fn is_under_way(&self) -> Result<bool, Error> {
        let path = self.folder.join(EVENTS);
        let failed = |source| Error::Read {
            path: path.clone(),
            source,
        };
        let Some(file) = present(fs::File::open(&path)).map_err(failed)? else {
            return Ok(false);
        };
        match file.file().try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    fn document<T: DeserializeOwned>(&self, file: &'static str) -> Result<T, Error> {
        optional(&self.folder, file)?.ok_or_else(|| Error::NoRun {
            folder: self.folder.clone(),
            file,
        })
    }
}

fn optional<T: DeserializeOwned>(folder: &Utf8Path, file: &str) -> Result<Option<T>, Error> {
    let path = folder.join(file);
    read_json(&path).map_err(|source| Error::Read { path, source })
}
