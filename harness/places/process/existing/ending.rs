//! Terminates the open workflows of a load: those that are known, and those that the server lists.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use temporal::backoff::Pace;
use temporal::{Client, Error};
use tokio::time::{Instant, sleep};

use super::cluster::CALL;

/// How long no workflow may be terminated before this gives up. The server may limit the rate.
const STUCK: Duration = Duration::from_mins(1);

/// How many workflows are terminated at a time.
const CONCURRENCY: usize = 16;

/// The pause between two lists.
const PAUSE: Duration = Duration::from_millis(500);

/// The reason in the history of a terminated workflow.
const REASON: &str = "the run of harness that started it has ended";

/// The calls that this needs.
pub(super) trait Workflows {
    /// The ids of open workflows that begin with `prefix`; not all if there are many.
    async fn open(&self, prefix: &str) -> Result<Vec<String>, Error>;

    /// Terminates a workflow. Returns whether it was open.
    async fn terminate(&self, id: &str) -> Result<bool, Error>;
}

impl Workflows for Client {
    async fn open(&self, prefix: &str) -> Result<Vec<String>, Error> {
        self.open_workflows(prefix, CALL).await
    }

    async fn terminate(&self, id: &str) -> Result<bool, Error> {
        Self::terminate(self, id, REASON, CALL).await
    }
}

/// Why workflows may be left open.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// A call failed in a way that does not pass, or for too long.
    Call(Error),
    /// The server lists workflows as open that are closed.
    Listed,
}

/// The workflows of a load that are to be terminated.
#[derive(Debug)]
pub(super) struct Ending<'a> {
    /// The beginnings of the ids of all workflows of the load.
    pub(super) prefixes: &'a [String],
    /// For how long the server lists nothing before nothing is left. It lists a workflow some
    /// moments after its start.
    pub(super) settled: Duration,
    /// The ids that are still to be terminated.
    pub(super) left: BTreeSet<String>,
    pub(super) terminated: u64,
}

impl Ending<'_> {
    pub(super) async fn run(&mut self, server: &impl Workflows) -> Result<(), Unfinished> {
        let mut pace = Pace::new(self.prefixes);
        let (mut progress, mut empty_since) = (Instant::now(), None);
        loop {
            let before = self.terminated;
            let round = self.round(server).await;
            if self.terminated > before {
                progress = Instant::now();
            }
            let is_stuck = progress.elapsed() >= STUCK;
            match round {
                Err(error) if is_stuck || !error.is_passing() => {
                    return Err(Unfinished::Call(error));
                }
                Err(_) => {
                    empty_since = None;
                    pace.wait().await;
                    continue;
                }
                Ok(()) => pace = Pace::new(self.prefixes),
            }
            if self.left.is_empty() {
                let since = *empty_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= self.settled {
                    return Ok(());
                }
            } else if is_stuck {
                return Err(Unfinished::Listed);
            } else {
                empty_since = None;
            }
            sleep(PAUSE).await;
        }
    }

    /// Terminates what is left, and lists what is open then.
    async fn round(&mut self, server: &impl Workflows) -> Result<(), Error> {
        self.terminate_all(server).await?;
        for prefix in self.prefixes {
            self.left.extend(server.open(prefix).await?);
        }
        Ok(())
    }

    /// Stops at an error that may pass, such as the server's rate limit. After another error, it
    /// still terminates the other workflows.
    async fn terminate_all(&mut self, server: &impl Workflows) -> Result<(), Error> {
        let ids: Vec<String> = self.left.iter().cloned().collect();
        let mut ended = stream::iter(ids)
            .map(async |id| (server.terminate(&id).await, id))
            .buffer_unordered(CONCURRENCY);
        let mut refused = None;
        while let Some((ended, id)) = ended.next().await {
            match ended {
                Ok(was_open) => {
                    self.terminated += u64::from(was_open);
                    self.left.remove(&id);
                }
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    const SETTLED: Duration = Duration::from_secs(2);
    const LONGER: Duration = Duration::from_secs(10);

    fn error(code: &str) -> Error {
        Error {
            operation: "terminate workflow",
            code: code.to_owned(),
            message: String::new(),
        }
    }

    /// A server that lists workflows late, and refuses what it is told to.
    #[derive(Default)]
    struct Server {
        open: RefCell<BTreeSet<String>>,
        /// Workflows are listed from here on.
        lists_from: Option<Instant>,
        /// It lists this many at most; 0 means all.
        page: usize,
        /// It lists closed workflows forever.
        is_stale: bool,
        /// An id that it never terminates.
        refuses: Option<&'static str>,
        /// It answers this many calls in a second; 0 means all.
        rate: u32,
        second: Cell<(u64, u32)>,
        epoch: Option<Instant>,
    }

    impl Server {
        fn with(ids: impl IntoIterator<Item = String>) -> Self {
            Self {
                open: RefCell::new(ids.into_iter().collect()),
                epoch: Some(Instant::now()),
                ..Self::default()
            }
        }

        fn admits(&self) -> Result<(), Error> {
            let now = self.epoch.map_or(0, |epoch| epoch.elapsed().as_secs());
            let (second, calls) = self.second.get();
            let calls = if second == now { calls + 1 } else { 1 };
            self.second.set((now, calls));
            if self.rate > 0 && calls > self.rate {
                return Err(error("ResourceExhausted"));
            }
            Ok(())
        }
    }

    impl Workflows for Server {
        async fn open(&self, prefix: &str) -> Result<Vec<String>, Error> {
            self.admits()?;
            if self.is_stale {
                return Ok(vec![format!("{prefix}closed")]);
            }
            if self.lists_from.is_some_and(|from| Instant::now() < from) {
                return Ok(Vec::new());
            }
            let open = self.open.borrow();
            let page = if self.page == 0 {
                open.len()
            } else {
                self.page
            };
            let listed = open.iter().filter(|id| id.starts_with(prefix));
            Ok(listed.take(page).cloned().collect())
        }

        async fn terminate(&self, id: &str) -> Result<bool, Error> {
            self.admits()?;
            if self.refuses == Some(id) {
                return Err(error("PermissionDenied"));
            }
            Ok(self.open.borrow_mut().remove(id))
        }
    }

    fn ids(prefix: &str, number: u32) -> impl Iterator<Item = String> {
        (0..number).map(move |index| format!("{prefix}{index}"))
    }

    fn prefixes() -> Vec<String> {
        vec!["a/".to_owned(), "b/".to_owned()]
    }

    fn ending(prefixes: &[String], known: impl IntoIterator<Item = String>) -> Ending<'_> {
        Ending {
            prefixes,
            settled: SETTLED,
            left: known.into_iter().collect(),
            terminated: 0,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_pages_are_terminated_and_nothing_else() {
        let theirs = ["c/0".to_owned(), "other".to_owned()];
        let all = ids("a/", 2500).chain(ids("b/", 3)).chain(theirs.clone());
        let server = Server {
            page: 1000,
            ..Server::with(all)
        };
        let prefixes = prefixes();
        let mut ending = ending(&prefixes, []);
        ending.run(&server).await.expect("nothing fails");
        assert_eq!(ending.terminated, 2503);
        assert_eq!(*server.open.borrow(), BTreeSet::from(theirs));
    }

    #[tokio::test(start_paused = true)]
    async fn a_workflow_that_is_listed_late_is_terminated() {
        for (settled, terminated) in [(SETTLED, 0), (LONGER, 2)] {
            let server = Server {
                lists_from: Some(Instant::now() + SETTLED * 2),
                ..Server::with(ids("a/", 2))
            };
            let prefixes = prefixes();
            let mut ending = Ending {
                settled,
                ..ending(&prefixes, [])
            };
            ending.run(&server).await.expect("nothing fails");
            assert_eq!(ending.terminated, terminated);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_only_takes_longer() {
        let server = Server {
            rate: 20,
            ..Server::with(ids("a/", 3000))
        };
        let (prefixes, begun) = (prefixes(), Instant::now());
        let mut ending = ending(&prefixes, ids("a/", 3000));
        ending.run(&server).await.expect("nothing fails");
        assert_eq!(ending.terminated, 3000);
        assert!(begun.elapsed() > STUCK, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_workflow_is_left_and_the_others_are_not() {
        let server = Server {
            refuses: Some("a/7"),
            ..Server::with(ids("a/", 40))
        };
        let prefixes = prefixes();
        let mut ending = ending(&prefixes, ids("a/", 40));
        let unfinished = ending.run(&server).await.expect_err("one is refused");
        assert!(matches!(unfinished, Unfinished::Call(_)), "{unfinished:?}");
        assert_eq!(ending.left, BTreeSet::from(["a/7".to_owned()]));
        assert_eq!(ending.terminated, 39);
    }

    #[tokio::test(start_paused = true)]
    async fn closed_workflows_that_stay_listed_end_the_wait() {
        let server = Server {
            is_stale: true,
            ..Server::default()
        };
        let prefixes = prefixes();
        let unfinished = ending(&prefixes, []).run(&server).await;
        assert!(
            matches!(unfinished, Err(Unfinished::Listed)),
            "{unfinished:?}"
        );
    }
}
