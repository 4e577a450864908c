//! Writes the folder of a run while the run goes on.

use std::io;

use backend::event::Event;
use base::file::{create_private, write_json};
use camino::{Utf8Path, Utf8PathBuf};
use load::Iteration;
use model::quantity::Bytes;
use serde::Serialize;
use temporal::Reading;

use super::append::{Append, failed};
use super::layout::{EVENTS, EXECUTIONS, ITERATIONS, PLAN, RUN};
use super::{Error, VERSION};

/// The folder of a run that is under way. Readers see appended records after a flush.
#[derive(Debug)]
pub struct Writer {
    folder: Utf8PathBuf,
    /// Maximum size of the iterations and executions.
    limit: Bytes,
    /// Their size, in bytes.
    size: u64,
    events: Append,
    iterations: Append,
    executions: Append,
}

/// The setting of a run, with the version of the layout.
#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    setting: &'a T,
}

/// The client's and the server's view of a workflow.
#[derive(Serialize)]
struct Both<'a> {
    iteration: &'a Iteration,
    reading: &'a Reading,
}

impl Writer {
    /// Creates the folder of a run, and writes its setting (where it takes place) and its plan.
    pub fn create(
        folder: &Utf8Path,
        limit: Bytes,
        setting: &impl Serialize,
        plan: &impl Serialize,
    ) -> Result<Self, Error> {
        let document =
            |file, written: io::Result<()>| written.map_err(|source| failed(folder, file, source));
        document(PLAN, create_private(folder))?;
        let version = VERSION;
        let run = Versioned { version, setting };
        document(RUN, write_json(&folder.join(RUN), &run))?;
        document(PLAN, write_json(&folder.join(PLAN), plan))?;
        let events = Append::create(folder, EVENTS)?;
        // While the lock is held, readers see that the run goes on.
        events.lock()?;
        Ok(Self {
            folder: folder.to_owned(),
            limit,
            size: 0,
            events,
            iterations: Append::create(folder, ITERATIONS)?,
            executions: Append::create(folder, EXECUTIONS)?,
        })
    }

    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    pub fn event(&mut self, event: &Event) -> Result<(), Error> {
        // The size limit does not apply to events: they are few, and they say why other records are
        // missing.
        self.events.prepare(event)?;
        self.events.append()
    }

    pub fn iteration(&mut self, iteration: &Iteration) -> Result<(), Error> {
        let length = self.iterations.prepare(iteration)?;
        self.take_room(length)?;
        self.iterations.append()
    }

    /// Appends a workflow that was read back.
    pub fn execution(&mut self, iteration: &Iteration, reading: &Reading) -> Result<(), Error> {
        let length = self.executions.prepare(&Both { iteration, reading })?;
        self.take_room(length)?;
        self.executions.append()
    }

    /// Makes the appended records visible to readers. Call this at least once a second.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.each_file(Append::flush)
    }

    /// Makes the appended records survive a crash of the machine.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.each_file(Append::sync)
    }

    /// Applies `work` to each file, to the events last: an event may say that other records are
    /// complete, so these must be on disk before it.
    fn each_file(&mut self, work: fn(&mut Append) -> Result<(), Error>) -> Result<(), Error> {
        work(&mut self.iterations)?;
        work(&mut self.executions)?;
        work(&mut self.events)
    }

    /// Adds a line's length to the size, or fails if the size would exceed the limit.
    fn take_room(&mut self, length: u64) -> Result<(), Error> {
        if self.size + length > self.limit.get() {
            return Err(Error::Full {
                folder: self.folder.clone(),
                limit: self.limit,
            });
        }
        self.size += length;
        Ok(())
    }
}
