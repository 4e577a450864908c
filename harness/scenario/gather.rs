//! Reads back what the server has of every workflow that was or may have been started.
//!
//! The server may refuse to be asked so much, or be away for a moment: that says something about
//! the asking and nothing about the workflows, so it is waited out.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use backend::event::Events;
use base::news::Progress;
use check::{Evidence, Reading};
use futures_util::{StreamExt as _, stream};
use load::{Operation, WakingTime};
use temporal::backoff::Pace;
use temporal::{Error, ExecutionKey, Frontend, Status};
use tokio_util::sync::CancellationToken;

/// How many executions are read at a time.
pub(super) const CONCURRENCY: usize = 16;
/// How long all of it may take: so much, and so much for each execution.
const DEADLINE: Duration = Duration::from_mins(2);
const DEADLINE_OF_EACH: Duration = Duration::from_millis(500);
/// How long nothing may be heard of a server that does not answer.
const SILENCE: Duration = Duration::from_secs(20);
/// How long one execution may take, in which the client paces itself as the server asks it to.
const EXECUTION: Duration = Duration::from_mins(1);

/// Reads the executions that exist or may exist.
pub(super) async fn gather<F: Frontend>(
    scenario: &str,
    frontend: &F,
    operations: &[Operation],
    events: &Events,
) -> BTreeMap<String, Reading> {
    let keys: Vec<_> = Evidence::questionable(operations).map(key).collect();
    let count = keys.len();
    let reader = &Reader::new(frontend);
    let mut progress = Progress::of_pieces(
        format!("{scenario}: histories are read back"),
        events.listener(),
    );
    let mut reading = stream::iter(keys)
        .map(|key| reader.read_in_time(key))
        .buffer_unordered(CONCURRENCY);
    let all = async move {
        let mut readings = BTreeMap::new();
        while let Some((id, reading)) = reading.next().await {
            readings.insert(id, reading);
            if reader.is_held_up() {
                progress.at(number(readings.len()), Some(number(count)));
            }
        }
        (readings, progress)
    };
    let each = DEADLINE_OF_EACH.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
    tokio::pin!(all);
    tokio::select! {
        biased;
        (readings, progress) = &mut all => {
            progress.finish();
            return readings;
        }
        () = reader.until_hopeless(DEADLINE.saturating_add(each)) => {}
    }
    reader.over.cancel();
    // What was not read was given up on, and the progress says so.
    let (readings, _) = all.await;
    readings
}

pub(super) fn key(operation: &Operation) -> ExecutionKey {
    ExecutionKey {
        workflow_id: operation.workflow_id.clone(),
        run_id: operation.run_id.clone().unwrap_or_default(),
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("a count fits 64 bits")
}

/// What those who read share.
struct Reader<'a, F> {
    frontend: &'a F,
    /// Cancelled when what has not been read stays unread.
    over: CancellationToken,
    /// How often the server has answered, be it that it is asked too much.
    answers: Cell<u64>,
    /// How often it was not reached.
    failures: Cell<u64>,
    /// The last error that may pass.
    last: RefCell<Option<String>>,
}

impl<'a, F: Frontend> Reader<'a, F> {
    fn new(frontend: &'a F) -> Self {
        Self {
            frontend,
            over: CancellationToken::new(),
            answers: Cell::new(0),
            failures: Cell::new(0),
            last: RefCell::default(),
        }
    }

    /// Whether something has come between.
    fn is_held_up(&self) -> bool {
        self.last.borrow().is_some()
    }

    /// Waits until there is no sense in going on: the time is over, or for some time there were
    /// failures and no answer.
    async fn until_hopeless(&self, deadline: Duration) {
        let silent = async {
            loop {
                let before = (self.answers.get(), self.failures.get());
                WakingTime::new(SILENCE).run_out().await;
                if before.0 == self.answers.get() && before.1 < self.failures.get() {
                    return;
                }
            }
        };
        let mut time = WakingTime::new(deadline);
        tokio::select! {
            () = silent => {}
            () = time.run_out() => {}
        }
    }

    async fn read_in_time(&self, key: ExecutionKey) -> (String, Reading) {
        let id = key.workflow_id.clone();
        let reading = self.over.run_until_cancelled(self.read(key)).await;
        (id, reading.unwrap_or_else(|| self.unread()))
    }

    fn unread(&self) -> Reading {
        let last = self.last.borrow();
        let reason = last
            .as_deref()
            .unwrap_or("there was no time left to read it");
        Reading::Unreadable(reason.to_owned())
    }

    /// Reads the latest run of a workflow id, so that a second run does not go unseen. Where that is
    /// not the acknowledged one, the acknowledged run is the answer only if it was continued as new.
    async fn read(&self, acknowledged: ExecutionKey) -> Reading {
        let latest = ExecutionKey {
            run_id: String::new(),
            ..acknowledged.clone()
        };
        let found = match self.read_run(latest).await {
            Reading::Found(found) => found,
            other @ (Reading::Absent | Reading::Unreadable(_)) => return other,
        };
        if acknowledged.run_id.is_empty() || acknowledged.run_id == found.key.run_id {
            return Reading::Found(found);
        }
        match self.read_run(acknowledged).await {
            Reading::Found(first) if first.status == Status::ContinuedAsNew => {
                Reading::Found(first)
            }
            Reading::Found(_) | Reading::Absent => Reading::Found(found),
            unreadable @ Reading::Unreadable(_) => unreadable,
        }
    }

    async fn read_run(&self, key: ExecutionKey) -> Reading {
        let mut pace = Pace::new(&key.workflow_id);
        loop {
            match self.frontend.execution(key.clone(), EXECUTION).await {
                Ok(found) => {
                    self.answers.update(|answers| answers + 1);
                    return found.map_or(Reading::Absent, Reading::Found);
                }
                Err(error) if error.is_passing() => self.note(&error),
                Err(error) => return Reading::Unreadable(error.to_string()),
            }
            pace.wait().await;
        }
    }

    fn note(&self, error: &Error) {
        let counter = if error.is_too_much() {
            &self.answers
        } else {
            &self.failures
        };
        counter.update(|count| count + 1);
        self.last.replace(Some(error.to_string()));
    }
}
