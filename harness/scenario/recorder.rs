//! Records a run in its folder while it goes on.

use std::cell::RefCell;
use std::time::Duration;

use archive::{Error, Writer};
use backend::event::Event;
use load::Iteration;
use temporal::Reading;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often lines are flushed, so that other programs see them.
const FLUSH: Duration = Duration::from_millis(250);

/// Records a run in its folder. A run without evidence has no verdict, so the run is ended if evidence
/// cannot be written.
pub(super) struct Recorder {
    state: RefCell<State>,
    /// Its cancellation ends the run.
    end: CancellationToken,
}

struct State {
    writer: Writer,
    heard: UnboundedReceiver<Event>,
    counts: Recorded,
    failure: Option<Error>,
}

/// How much was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Recorded {
    pub(super) events: u64,
    pub(super) iterations: u64,
    /// Iterations whose workflow exists or may exist.
    pub(super) may_exist: u64,
    /// Iterations whose workflow may still be open.
    pub(super) may_be_open: u64,
    /// Workflows that were read back.
    pub(super) read: u64,
}

impl Recorder {
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

    pub(super) fn iteration(&self, iteration: &Iteration) {
        let state = &mut *self.state.borrow_mut();
        state.counts.iterations += 1;
        state.counts.may_exist += u64::from(iteration.may_exist());
        state.counts.may_be_open += u64::from(iteration.may_be_open());
        self.write(state, |writer| writer.iteration(iteration));
    }

    pub(super) fn execution(&self, iteration: &Iteration, reading: &Reading) {
        let state = &mut *self.state.borrow_mut();
        state.counts.read += 1;
        self.write(state, |writer| writer.execution(iteration, reading));
    }

    pub(super) fn counts(&self) -> Recorded {
        self.state.borrow().counts
    }

    /// Records the events so far and flushes all files. Events are recorded even after a failure, so
    /// that the folder says that the run was ended and its faults healed.
    pub(super) fn flush(&self) {
        let state = &mut *self.state.borrow_mut();
        while let Ok(event) = state.heard.try_recv() {
            let written = state.writer.event(&event);
            state.counts.events += 1;
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

    /// Keeps an error of others as the reason why the evidence is not complete, and ends the run.
    pub(super) fn fail(&self, error: Error) {
        self.keep(&mut self.state.borrow_mut(), Err(error));
    }

    /// Flushes all files and syncs them to the disk; the first failure of the run if there was one.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.flush();
        let state = &mut *self.state.borrow_mut();
        match state.failure.take() {
            None => state.writer.sync(),
            Some(failure) => Err(failure),
        }
    }

    /// Writes nothing after a failure, since readers could not see the gap.
    fn write(&self, state: &mut State, write: impl FnOnce(&mut Writer) -> Result<(), Error>) {
        if state.failure.is_none() {
            let written = write(&mut state.writer);
            self.keep(state, written);
        }
    }

    /// Keeps the first failure and ends the run.
    fn keep(&self, state: &mut State, written: Result<(), Error>) {
        if let Err(error) = written {
            state.failure.get_or_insert(error);
            self.end.cancel();
        }
    }
}
