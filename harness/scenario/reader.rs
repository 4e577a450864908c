//! Reads executions back, and decides when to stop trying.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use load::WakingTime;
use temporal::backoff::Pace;
use temporal::{Error, ExecutionKey, Frontend, Reading};
use tokio_util::sync::CancellationToken;

/// How long the server may fail to answer before reading stops.
const SILENCE: Duration = Duration::from_secs(20);
/// The deadline for one execution; the client slows down within it when the server limits it.
const EXECUTION: Duration = Duration::from_mins(1);
/// The deadline for one execution that can be read again later.
const ONCE: Duration = Duration::from_secs(10);

/// What concurrent readers share.
pub(super) struct Reader<'a, F> {
    frontend: &'a F,
    /// Its cancellation stops all reading.
    over: CancellationToken,
    /// How often the server answered, refusals for too many requests included.
    answers: Cell<u64>,
    /// How often the server was not reached.
    failures: Cell<u64>,
    /// The last error after which trying again makes sense.
    last: RefCell<Option<String>>,
}

impl<'a, F: Frontend> Reader<'a, F> {
    pub(super) fn new(frontend: &'a F) -> Self {
        Self {
            frontend,
            over: CancellationToken::new(),
            answers: Cell::new(0),
            failures: Cell::new(0),
            last: RefCell::default(),
        }
    }

    /// Whether an execution had to be tried again.
    pub(super) fn is_held_up(&self) -> bool {
        self.last.borrow().is_some()
    }

    /// Stops all reading.
    pub(super) fn give_up(&self) {
        self.over.cancel();
    }

    /// Waits until the deadline is over, or until there were failures and no answer for [`SILENCE`].
    pub(super) async fn until_hopeless(&self, deadline: Duration) {
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

    /// Reads an execution; `Unreadable` if reading is stopped before.
    pub(super) async fn read_in_time(&self, key: ExecutionKey) -> Reading {
        let reading = self.over.run_until_cancelled(self.read(key)).await;
        reading.unwrap_or_else(|| self.unread())
    }

    fn unread(&self) -> Reading {
        let last = self.last.borrow();
        let reason = last.as_deref().unwrap_or("no time was left to read it");
        Reading::Unreadable(reason.to_owned())
    }

    async fn read(&self, key: ExecutionKey) -> Reading {
        let mut pace = Pace::new(&key.workflow_id);
        loop {
            match read(self.frontend, key.clone(), EXECUTION).await {
                Ok(reading) => {
                    self.answers.update(|answers| answers + 1);
                    return reading;
                }
                Err(error) if error.is_passing() => self.note(&error),
                Err(error) => return Reading::Unreadable(error.to_string()),
            }
            pace.wait().await;
        }
    }

    fn note(&self, error: &Error) {
        let counter = if error.is_rate_limited() {
            &self.answers
        } else {
            &self.failures
        };
        counter.update(|count| count + 1);
        self.last.replace(Some(error.to_string()));
    }
}

/// Reads an execution without trying again.
pub(super) async fn read_once<F: Frontend>(
    frontend: &F,
    key: ExecutionKey,
) -> Result<Reading, Error> {
    read(frontend, key, ONCE).await
}

/// Reads the latest run of a workflow id, so that a second run is found.
async fn read<F: Frontend>(
    frontend: &F,
    started: ExecutionKey,
    deadline: Duration,
) -> Result<Reading, Error> {
    let latest = ExecutionKey {
        run_id: String::new(),
        ..started
    };
    let found = frontend.execution(latest, deadline).await?;
    Ok(found.map_or(Reading::Absent, Reading::Found))
}
