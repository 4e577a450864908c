//! Writes what happens into the folder of the run while it happens.

use std::cell::RefCell;
use std::time::Duration;

use archive::{Error, Writer};
use backend::event::Event;
use load::Iteration;
use temporal::Reading;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often others see what was written.
const FLUSH: Duration = Duration::from_millis(250);

/// Writes what happens into the folder of a run. Without evidence a run says nothing: where it cannot
/// be written any more, the run is ended.
pub(super) struct Recorder {
    state: RefCell<State>,
    /// Cancelled to end the run.
    end: CancellationToken,
}

struct State {
    writer: Writer,
    heard: UnboundedReceiver<Event>,
    counts: Recorded,
    failure: Option<Error>,
}

/// How much was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Recorded {
    /// Iterations.
    pub(super) iterations: u64,
    /// Of those: the workflow exists or may exist.
    pub(super) may_exist: u64,
    /// Of those: the close was not seen.
    pub(super) may_be_open: u64,
    /// Workflows that were read back.
    pub(super) read: u64,
}

impl Recorder {
    /// Writes events as they are heard, and what it is given.
    pub(super) fn new(
        writer: Writer,
        heard: UnboundedReceiver<Event>,
        end: CancellationToken,
    ) -> Self {
        let state = RefCell::new(State {
            writer,
            heard,
            counts: Recorded::default(),
            failure: None,
        });
        Self { state, end }
    }

    /// Writes what a client saw of one arrival.
    pub(super) fn iteration(&self, iteration: &Iteration) {
        let state = &mut *self.state.borrow_mut();
        state.counts.iterations += 1;
        state.counts.may_exist += u64::from(iteration.may_exist());
        state.counts.may_be_open += u64::from(iteration.may_be_open());
        self.write(state, |writer| writer.iteration(iteration));
    }

    /// Writes both sides of a workflow.
    pub(super) fn execution(&self, iteration: &Iteration, reading: &Reading) {
        let state = &mut *self.state.borrow_mut();
        state.counts.read += 1;
        self.write(state, |writer| writer.execution(iteration, reading));
    }

    /// How much was written down so far.
    pub(super) fn counts(&self) -> Recorded {
        self.state.borrow().counts
    }

    /// Has others see all that happened so far. What happens is told also where something is missing:
    /// that the run was ended, and its faults healed.
    pub(super) fn flush(&self) {
        let state = &mut *self.state.borrow_mut();
        while let Ok(event) = state.heard.try_recv() {
            let written = state.writer.event(&event);
            self.keep(state, written);
        }
        let flushed = state.writer.flush();
        self.keep(state, flushed);
    }

    /// Flushes four times a second until `over`, and once more at the end.
    pub(super) async fn beat(&self, over: &CancellationToken) {
        while over.run_until_cancelled(sleep(FLUSH)).await.is_some() {
            self.flush();
        }
        self.flush();
    }

    /// Takes over why something is not in the folder.
    pub(super) fn fail(&self, error: Error) {
        self.keep(&mut self.state.borrow_mut(), Err(error));
    }

    /// Has all that happened so far outlive the machine.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.flush();
        let state = &mut *self.state.borrow_mut();
        match state.failure.take() {
            None => state.writer.sync(),
            Some(failure) => Err(failure),
        }
    }

    /// Writes nothing after a gap: readers could not see the gap.
    fn write(&self, state: &mut State, write: impl FnOnce(&mut Writer) -> Result<(), Error>) {
        if state.failure.is_none() {
            let written = write(&mut state.writer);
            self.keep(state, written);
        }
    }

    /// Keeps the first failure, and ends the run for it.
    fn keep(&self, state: &mut State, written: Result<(), Error>) {
        if let Err(error) = written {
            state.failure.get_or_insert(error);
            self.end.cancel();
        }
    }
}
