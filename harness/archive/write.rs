//! Writes the folder of a run while the run goes on.

use std::io;

use backend::event::Event;
use base::file::{create_private, write_atomically};
use camino::{Utf8Path, Utf8PathBuf};
use load::Operation;
use model::quantity::Bytes;
use serde::Serialize;
use temporal::Reading;

use super::append::Append;
use super::layout::{EVENTS, EXECUTIONS, OPERATIONS, PLAN, RUN};
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
    operations: Append,
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
    operation: &'a Operation,
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
        let failed = |file| {
            move |source| Error::Write {
                folder: folder.to_owned(),
                file,
                source,
            }
        };
        create_private(folder).map_err(failed(PLAN))?;
        let version = VERSION;
        let run = Versioned { version, setting };
        document(folder, RUN, &run).map_err(failed(RUN))?;
        document(folder, PLAN, plan).map_err(failed(PLAN))?;
        let append = |file| Append::create(&folder.join(file)).map_err(failed(file));
        let events = append(EVENTS)?;
        // As long as somebody writes, readers see that the run goes on.
        events.lock().map_err(failed(EVENTS))?;
        Ok(Self {
            folder: folder.to_owned(),
            limit,
            size: 0,
            events,
            operations: append(OPERATIONS)?,
            executions: append(EXECUTIONS)?,
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Appends what happened.
    pub fn event(&mut self, event: &Event) -> Result<(), Error> {
        // What little there is of it says why nothing else is there: it is not held to the limit.
        let appended = self.events.prepare(event);
        let appended = appended.and_then(|_| self.events.append());
        appended.map_err(|source| self.failed(EVENTS, source))
    }

    /// Appends what a client saw of one arrival.
    pub fn operation(&mut self, operation: &Operation) -> Result<(), Error> {
        let length = self.operations.prepare(operation);
        self.count(OPERATIONS, length)?;
        let appended = self.operations.append();
        appended.map_err(|source| self.failed(OPERATIONS, source))
    }

    /// Appends both sides of a workflow that was read back.
    pub fn execution(&mut self, operation: &Operation, reading: &Reading) -> Result<(), Error> {
        let length = self.executions.prepare(&Both { operation, reading });
        self.count(EXECUTIONS, length)?;
        let appended = self.executions.append();
        appended.map_err(|source| self.failed(EXECUTIONS, source))
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
    fn each_file(&mut self, work: fn(&mut Append) -> io::Result<()>) -> Result<(), Error> {
        let files = [
            (OPERATIONS, &mut self.operations),
            (EXECUTIONS, &mut self.executions),
            (EVENTS, &mut self.events),
        ];
        for (file, append) in files {
            work(append).map_err(|source| Error::Write {
                folder: self.folder.clone(),
                file,
                source,
            })?;
        }
        Ok(())
    }

    /// Counts a line that is to be appended, unless there is no room for it.
    fn count(&mut self, file: &'static str, length: io::Result<u64>) -> Result<(), Error> {
        let length = length.map_err(|source| self.failed(file, source))?;
        if self.size + length > self.limit.get() {
            return Err(Error::Full {
                folder: self.folder.clone(),
                limit: self.limit,
            });
        }
        self.size += length;
        Ok(())
    }

    fn failed(&self, file: &'static str, source: io::Error) -> Error {
        Error::Write {
            folder: self.folder.clone(),
            file,
            source,
        }
    }
}

fn document(folder: &Utf8Path, file: &str, value: &impl Serialize) -> io::Result<()> {
    let mut content = serde_json::to_vec_pretty(value)?;
    content.push(b'\n');
    write_atomically(&folder.join(file), &content)
}
