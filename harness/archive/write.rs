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

/// The folder of a run that is under way. What is appended is seen by others after a flush.
#[derive(Debug)]
pub struct Writer {
    folder: Utf8PathBuf,
    /// How large the folder may grow.
    limit: Bytes,
    /// How much was appended.
    size: u64,
    events: Append,
    iterations: Append,
    executions: Append,
}

/// The setting of a run, under the version of the layout.
#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    setting: &'a T,
}

/// Both sides of a workflow, as they are written.
#[derive(Serialize)]
struct Both<'a> {
    iteration: &'a Iteration,
    reading: &'a Reading,
}

impl Writer {
    /// Makes the folder of a run that begins, and writes down what is known before: where it takes
    /// place, and all that is decided.
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
        // As long as somebody writes, readers see that the run goes on.
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

    /// The folder.
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Appends what happened.
    pub fn event(&mut self, event: &Event) -> Result<(), Error> {
        // What little there is of it says why nothing else is there: it is not held to the limit.
        self.events.prepare(event)?;
        self.events.append()
    }

    /// Appends what a client saw of one arrival.
    pub fn iteration(&mut self, iteration: &Iteration) -> Result<(), Error> {
        let length = self.iterations.prepare(iteration)?;
        self.take_room(length)?;
        self.iterations.append()
    }

    /// Appends both sides of a workflow that was read back.
    pub fn execution(&mut self, iteration: &Iteration, reading: &Reading) -> Result<(), Error> {
        let length = self.executions.prepare(&Both { iteration, reading })?;
        self.take_room(length)?;
        self.executions.append()
    }

    /// Has everybody see what was appended so far. To be called at least once a second.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.each_file(Append::flush)
    }

    /// Has what was appended so far outlive the machine.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.each_file(Append::sync)
    }

    /// Events come last: what they say of the others has been written by then.
    fn each_file(&mut self, work: fn(&mut Append) -> Result<(), Error>) -> Result<(), Error> {
        work(&mut self.iterations)?;
        work(&mut self.executions)?;
        work(&mut self.events)
    }

    /// Takes room for a line, if there is any.
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
