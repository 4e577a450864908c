//! Reads the folder of a run that is finished, under way or cut off.

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

/// The client's and the server's view of a workflow that exists or may exist.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Workflow {
    /// The client's view.
    pub iteration: Iteration,
    /// The server's view.
    pub reading: Reading,
}

/// The part of [`RUN`] that this crate reads.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Archive {
    /// Opens the folder of a run. An error if it is not one, or has a later layout version.
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

    /// Whether only the report of this folder can be read, because of its layout version. Version 1
    /// has no events, version 2 has another format of iterations, and version 3 one of workloads.
    pub fn is_report_only(&self) -> bool {
        self.version < VERSION
    }

    /// The plan of the run.
    pub fn plan<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.document(PLAN)
    }

    /// The setting of the run: where it took place. A folder of version 1 has none.
    pub fn setting<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.document(RUN)
    }

    /// The report as it was written; `None` if the run was cut off before.
    pub fn report<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        optional(&self.folder, REPORT)
    }

    /// The events in the order in which they were sent.
    pub fn events(&self) -> Result<Lines<Event>, Error> {
        Lines::open(&self.folder.join(EVENTS))
    }

    /// The iterations in the order in which they ended.
    pub fn iterations(&self) -> Result<Lines<Iteration>, Error> {
        Lines::open(&self.folder.join(ITERATIONS))
    }

    /// The workflows in the order in which they were read back.
    pub fn executions(&self) -> Result<Lines<Workflow>, Error> {
        Lines::open(&self.folder.join(EXECUTIONS))
    }

    /// An error unless `found` events are as many as were written.
    pub fn expect_events(&self, found: u64, expected: u64) -> Result<(), Error> {
        self.expect(EVENTS, found, expected)
    }

    /// An error unless `found` iterations are as many as were written.
    pub fn expect_iterations(&self, found: u64, expected: u64) -> Result<(), Error> {
        self.expect(ITERATIONS, found, expected)
    }

    /// An error unless `found` executions are as many as were written.
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

    /// Whether the run goes on: a process holds the writer's lock.
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
