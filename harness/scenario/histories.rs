//! Reads back the execution of every workflow that was or may have been started.
//!
//! During the load, workflows whose close was seen are read, one at a time and slowly enough not to
//! disturb the measurement. No execution is read before the last fault is healed, because a fault
//! could destroy it afterwards. All others are read after the load and the drain.
//!
//! The server may limit requests or be away for a moment. That says nothing about the workflows, so it
//! is waited out.

use std::time::Duration;

use archive::{Archive, Error, Lines};
use backend::event::Events;
use base::news::Progress;
use futures_util::{StreamExt as _, stream};
use load::{Iteration, WorkflowOutcome};
use temporal::{ExecutionKey, Frontend, Reading};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::reader::{Reader, read_once};
use super::recorder::Recorder;

/// How many executions are read concurrently after the load.
pub(super) const CONCURRENCY: usize = 16;

/// The shortest time from one execution to the next during the load. An execution whose history has
/// one page takes two requests, so this allows at most 240 requests per second: a tenth of the default
/// limit of a Temporal frontend for one namespace (`frontend.namespaceRPS`, 2400).
const EACH: Duration = Duration::from_nanos(1_000_000_000 / 120);
/// How long to pause after an execution, as a multiple of the time it took: a busy server answers
/// late, and is asked less.
const REST: u32 = 9;
/// How many iterations are skipped in one go in search of one that closed; then other tasks run.
const LINES: usize = 1000;
/// How long to wait when there is nothing to read or the server does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the reading after the load may take: a fixed time, and a time for each execution.
const DEADLINE: Duration = Duration::from_mins(2);
const DEADLINE_OF_EACH: Duration = Duration::from_millis(500);

pub(super) struct Histories<'a, F> {
    frontend: &'a F,
    archive: &'a Archive,
    recorder: &'a Recorder,
    iterations: Lines<Iteration>,
    /// The iteration whose execution is being read.
    held: Option<Iteration>,
    /// Iterations whose execution could not be read. It grows by at most one a second, because a
    /// pause follows each failure.
    put_off: Vec<Iteration>,
}

impl<'a, F: Frontend> Histories<'a, F> {
    pub(super) fn new(
        frontend: &'a F,
        archive: &'a Archive,
        recorder: &'a Recorder,
    ) -> Result<Self, Error> {
        Ok(Self {
            frontend,
            archive,
            recorder,
            iterations: archive.iterations()?,
            held: None,
            put_off: Vec::new(),
        })
    }

    /// Reads executions of closed workflows until `over`.
    pub(super) async fn follow(&mut self, over: &CancellationToken) {
        over.run_until_cancelled(async {
            loop {
                let begun = Instant::now();
                match self.read_next().await {
                    Ok(true) => sleep((begun.elapsed() * REST).max(EACH)).await,
                    Ok(false) => sleep(PAUSE).await,
                    Err(error) => return self.recorder.fail(error),
                }
            }
        })
        .await;
    }

    /// Reads the next execution. Returns false if there was none or it could not be read; it is then
    /// put off.
    async fn read_next(&mut self) -> Result<bool, Error> {
        for _ in 0..LINES {
            if self.held.is_some() {
                break;
            }
            let Some(iteration) = self.iterations.next() else {
                break;
            };
            let iteration = iteration?;
            let is_closed = matches!(iteration.outcome(), WorkflowOutcome::Closed(_));
            self.held = is_closed.then_some(iteration);
        }
        let Some(iteration) = &self.held else {
            return Ok(false);
        };
        let reading = read_once(self.frontend, key(iteration)).await;
        let iteration = self.held.take().expect("it was held while it was read");
        let Ok(reading) = reading else {
            // It is read again after the load, and the next one may be readable.
            self.put_off.push(iteration);
            return Ok(false);
        };
        self.recorder.execution(&iteration, &reading);
        Ok(true)
    }

    /// Reads all executions that are left.
    pub(super) async fn read_rest(self, scenario: &str, events: &Events) -> Result<(), Error> {
        let Self {
            frontend,
            archive,
            recorder,
            iterations,
            held,
            put_off,
        } = self;
        let counts = recorder.counts();
        let count = counts.may_exist - counts.read;
        let reader = &Reader::new(frontend);
        let what = format!("{scenario}: reading histories back");
        let mut progress = Progress::of_pieces(what, events.listener());
        // Of the iterations that were followed, only those with a close were read.
        let followed = usize::try_from(iterations.count_so_far()).unwrap_or(usize::MAX);
        let skipped = archive.iterations()?.take(followed);
        let skipped = skipped.filter(|it| is_error_or(it, Iteration::may_be_open));
        let rest = iterations.filter(|it| is_error_or(it, Iteration::may_exist));
        let held = held.into_iter().chain(put_off).map(Ok);
        let all = held.chain(skipped).chain(rest);
        let mut reading = stream::iter(all)
            .map(async |iteration: Result<Iteration, Error>| {
                let iteration = iteration?;
                let reading = reader.read_in_time(key(&iteration)).await;
                Ok((iteration, reading))
            })
            .buffer_unordered(CONCURRENCY);
        let mut done = 0;
        let all = async move {
            while let Some(read) = reading.next().await {
                let (iteration, reading): (Iteration, Reading) = read?;
                recorder.execution(&iteration, &reading);
                done += 1;
                if reader.is_held_up() {
                    progress.at(done, Some(count));
                }
            }
            Ok(progress)
        };
        let each = DEADLINE_OF_EACH.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
        tokio::pin!(all);
        tokio::select! {
            biased;
            progress = &mut all => {
                progress?.finish();
                return Ok(());
            }
            () = reader.until_hopeless(DEADLINE.saturating_add(each)) => {}
        }
        // The rest stays unread, and the progress shows how far it came.
        reader.give_up();
        all.await.map(drop)
    }
}

/// Keeps errors, for the consumer of the iterations.
pub(super) fn is_error_or(
    iteration: &Result<Iteration, Error>,
    wanted: fn(&Iteration) -> bool,
) -> bool {
    iteration.as_ref().map_or(true, wanted)
}

pub(super) fn key(iteration: &Iteration) -> ExecutionKey {
    ExecutionKey {
        workflow_id: iteration.workflow_id.clone(),
        run_id: iteration.run_id().unwrap_or_default().to_owned(),
    }
}
