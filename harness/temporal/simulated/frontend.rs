//! The frontend of a simulated cluster.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::clock::{done_at, first_outside};
use super::history::history;
use super::{Defect, Model};
use crate::{
    Answer, Close, Cluster, Error, Execution, ExecutionKey, Message, Op, Pending, PendingTask,
    Reply, Start, Status,
};

/// A frontend that behaves as its [`Model`] says. It uses tokio's clock, which a test can pause.
#[derive(Debug, Clone)]
pub struct Frontend {
    model: Arc<Model>,
    origin: Instant,
    state: Arc<Mutex<State>>,
    /// Told when a workflow may close earlier than it would have.
    ended: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    /// The runs of every workflow id, oldest first.
    workflows: BTreeMap<String, Vec<Run>>,
    /// Number of workflows started.
    starts: u64,
    /// Number of runs created.
    runs: u64,
    /// The second of the last read, and the number of reads in it.
    reads: (u64, u32),
    /// When an execution was first read.
    first_read: Option<Duration>,
}

#[derive(Debug, Clone)]
struct Run {
    id: String,
    request_id: String,
    workflow_type: String,
    task_queue: String,
    created: Duration,
    closes: Option<Duration>,
    /// How it closes.
    status: Status,
    result: Value,
    defect: Option<Defect>,
}

impl Run {
    fn closed(&self, now: Duration) -> Option<Duration> {
        self.closes.filter(|closes| *closes <= now)
    }

    fn result(&self) -> Option<Value> {
        (self.status == Status::Completed).then(|| self.result.clone())
    }

    fn failure(&self) -> Option<String> {
        (self.status != Status::Completed).then(|| self.status.to_string())
    }
}

/// The server's decision about a start.
enum Accepted {
    Run { id: String },
    AlreadyRunning { id: String },
}

impl Frontend {
    /// A frontend whose time begins now.
    pub fn new(model: Model) -> Self {
        Self {
            model: Arc::new(model),
            origin: Instant::now(),
            state: Arc::default(),
            ended: Arc::default(),
        }
    }

    /// The number of workflows started.
    pub fn starts(&self) -> u64 {
        self.state().starts
    }

    /// When an execution was first read, from the creation of the frontend.
    pub fn first_read(&self) -> Option<Duration> {
        self.state().first_read
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `ready`, when the answer arrives, or gives up at `until`.
    async fn answer(
        &self,
        operation: &'static str,
        ready: Option<Duration>,
        until: Duration,
    ) -> Result<(), Error> {
        let arrives = ready.filter(|ready| *ready <= until);
        sleep_until(self.origin + arrives.unwrap_or(until)).await;
        arrives
            .map(|_| ())
            .ok_or_else(|| error(operation, "Cancelled", "timeout expired"))
    }

    /// When the server answers a request sent now. An error during an outage.
    fn answer_time(&self, operation: &'static str) -> Result<Duration, Error> {
        let now = self.now();
        if first_outside(&self.model.outages, now) > now {
            return Err(error(operation, "Unavailable", "connection refused"));
        }
        Ok(done_at(&self.model.freezes, now, Duration::ZERO))
    }

    /// Accepts a start, as a server does whether or not the client is still waiting.
    fn accept(&self, start: &Start, at: Duration) -> Accepted {
        let mut state = self.state();
        let State {
            workflows,
            starts,
            runs,
            reads: _,
            first_read: _,
        } = &mut *state;
        let known = workflows
            .get(&start.workflow_id)
            .map_or(&[][..], |runs| runs);
        if let Some(run) = known.iter().find(|run| run.request_id == start.request_id) {
            return Accepted::Run { id: run.id.clone() };
        }
        if let Some(run) = known.iter().find(|run| run.closed(at).is_none()) {
            return Accepted::AlreadyRunning { id: run.id.clone() };
        }
        let defect = self.model.defects.get(starts).cloned();
        let defect = defect.or_else(|| (self.model.defect_of)(start));
        *starts += 1;
        let copies = match defect {
            Some(Defect::RunsTwice) => 2,
            _ => 1,
        };
        let new: Vec<Run> = (0..copies)
            .map(|_| {
                *runs += 1;
                self.new_run(*runs, start, at, defect.clone())
            })
            .collect();
        let id = new[0].id.clone();
        if defect != Some(Defect::LosesStart) {
            workflows
                .entry(start.workflow_id.clone())
                .or_default()
                .extend(new);
        }
        Accepted::Run { id }
    }

    fn new_run(&self, number: u64, start: &Start, at: Duration, defect: Option<Defect>) -> Run {
        let result = match &defect {
            Some(Defect::WrongResult(wrong)) => wrong.clone(),
            _ => (self.model.result)(start),
        };
        let run_time = match defect {
            Some(Defect::RunsFor(run_time)) => run_time,
            _ => self.model.run_time,
        };
        let never = matches!(defect, Some(Defect::NeverCloses | Defect::Unregistered));
        let closes = (!never).then(|| done_at(&self.model.freezes, at, run_time));
        Run {
            id: format!("00000000-0000-4000-8000-{number:012x}"),
            request_id: start.request_id.clone(),
            workflow_type: start.workflow_type.clone(),
            task_queue: start.task_queue.clone(),
            created: at,
            closes,
            status: Status::Completed,
            result,
            defect,
        }
    }

    /// Counts a read, and returns whether it is within the limit of this second.
    fn may_read(&self) -> bool {
        let Some(limit) = self.model.reads_per_second else {
            return true;
        };
        let second = self.now().as_secs();
        let reads = &mut self.state().reads;
        if reads.0 != second {
            *reads = (second, 0);
        }
        reads.1 += 1;
        reads.1 <= limit
    }

    /// The run that a key names; the latest if it names none.
    fn find(&self, key: &ExecutionKey) -> Option<Run> {
        self.with_run(key, |run| run.clone())
    }

    /// Looks at the run that a key names, or changes it.
    fn with_run<R>(&self, key: &ExecutionKey, with: impl FnOnce(&mut Run) -> R) -> Option<R> {
        let mut state = self.state();
        let runs = state.workflows.get_mut(&key.workflow_id)?;
        let run = if key.run_id.is_empty() {
            runs.last_mut()
        } else {
            runs.iter_mut().find(|run| run.id == key.run_id)
        };
        run.map(with)
    }
}

impl Frontend {
    async fn start(&self, start: Start, deadline: Duration) -> Result<Reply, Error> {
        const OPERATION: &str = "start workflow";
        let until = self.now() + deadline;
        let begins = self.answer_time(OPERATION)?;
        let at = done_at(&self.model.freezes, begins, self.model.start_latency);
        let accepted = self.accept(&start, at);
        self.answer(OPERATION, Some(at), until).await?;
        match accepted {
            Accepted::Run { id } => Ok(Reply::Started { run_id: id }),
            Accepted::AlreadyRunning { id } => Err(error(
                OPERATION,
                "AlreadyExists",
                &format!("workflow execution is already running: run {id}"),
            )),
        }
    }

    async fn await_result(&self, key: ExecutionKey, deadline: Duration) -> Result<Reply, Error> {
        const OPERATION: &str = "wait for close";
        let until = self.now() + deadline;
        loop {
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            let reachable = first_outside(&self.model.outages, self.now());
            let answers = done_at(&self.model.freezes, reachable, Duration::ZERO);
            let ready = match self.find(&key) {
                None => Some(answers),
                Some(run) => run
                    .closes
                    .map(|closes| first_outside(&self.model.outages, closes.max(answers))),
            };
            tokio::select! {
                biased;
                answered = self.answer(OPERATION, ready, until) => break answered?,
                () = ended => {}
            }
        }
        let run = self.find(&key).ok_or_else(|| not_found(OPERATION))?;
        Ok(Reply::Closed(Close {
            status: run.status,
            result: run.result(),
            failure: run.failure(),
        }))
    }

    /// Carries out a call on a running workflow: `act` is done when the server gets to it.
    async fn on_running<R>(
        &self,
        operation: &'static str,
        key: &ExecutionKey,
        deadline: Duration,
        act: impl FnOnce(&mut Run, Duration) -> R,
    ) -> Result<R, Error> {
        let until = self.now() + deadline;
        let begins = self.answer_time(operation)?;
        let at = done_at(&self.model.freezes, begins, self.model.start_latency);
        let done = self.with_run(key, |run| {
            let is_running = run.closed(at).is_none();
            is_running.then(|| act(run, at))
        });
        // Those who wait for the close do not know it yet.
        self.ended.notify_waiters();
        self.answer(operation, Some(at), until).await?;
        done.flatten().ok_or_else(|| not_found(operation))
    }

    async fn message(
        &self,
        operation: &'static str,
        key: &ExecutionKey,
        message: Message,
        deadline: Duration,
    ) -> Result<Reply, Error> {
        let done = self.on_running(operation, key, deadline, |_, _| ());
        done.await?;
        Ok(Reply::Returned {
            result: Some((self.model.reply)(&message)),
        })
    }

    async fn end(
        &self,
        operation: &'static str,
        key: &ExecutionKey,
        status: Status,
        deadline: Duration,
    ) -> Result<Reply, Error> {
        let end = |run: &mut Run, at| {
            run.closes = Some(at);
            run.status = status;
        };
        let ended = self.on_running(operation, key, deadline, end).await;
        ended.map(|()| Reply::Done)
    }
}

impl crate::Frontend for Frontend {
    async fn call(&self, op: Op, deadline: Duration) -> Answer {
        let replied = match op {
            Op::Start(start) | Op::SignalWithStart(start, _) => self.start(start, deadline).await,
            Op::AwaitResult(key) => self.await_result(key, deadline).await,
            Op::Signal(key, _) => {
                let done = self.on_running("signal workflow", &key, deadline, |_, _| ());
                done.await.map(|()| Reply::Done)
            }
            Op::Query(key, message) => {
                self.message("query workflow", &key, message, deadline)
                    .await
            }
            Op::Update(key, message) => {
                self.message("update workflow", &key, message, deadline)
                    .await
            }
            Op::Cancel { execution, .. } => {
                self.end("cancel workflow", &execution, Status::Canceled, deadline)
                    .await
            }
            Op::Terminate { execution, .. } => {
                self.end(
                    "terminate workflow",
                    &execution,
                    Status::Terminated,
                    deadline,
                )
                .await
            }
        };
        replied.into()
    }

    async fn execution(
        &self,
        key: ExecutionKey,
        deadline: Duration,
    ) -> Result<Option<Execution>, Error> {
        const OPERATION: &str = "describe workflow";
        let until = self.now() + deadline;
        let answers = self.answer_time(OPERATION)?;
        self.answer(OPERATION, Some(answers), until).await?;
        if !self.may_read() {
            let message = "namespace rate limit exceeded";
            return Err(error(OPERATION, "ResourceExhausted", message));
        }
        let Some(run) = self.find(&key) else {
            return Ok(None);
        };
        let now = self.now();
        self.state().first_read.get_or_insert(now);
        if run.defect == Some(Defect::Unreadable) {
            return Err(error(OPERATION, "DataLoss", "its history is damaged"));
        }
        let closed = run.closed(self.now());
        let status = match closed {
            Some(_) if run.defect != Some(Defect::MisreportsStatus) => run.status,
            _ => Status::Running,
        };
        Ok(Some(Execution {
            key: ExecutionKey {
                workflow_id: key.workflow_id,
                run_id: run.id.clone(),
            },
            first_run_id: None,
            status,
            history: history(
                run.created,
                closed.map(|at| (at, run.status)),
                run.defect.as_ref(),
            ),
            result: closed.and_then(|_| run.result()),
            failure: closed.and_then(|_| run.failure()),
            pending: if run.defect == Some(Defect::Unregistered) {
                Pending {
                    workflow_type: run.workflow_type,
                    task_queue: run.task_queue,
                    workflow_task: Some(PendingTask {
                        attempt: 2,
                        ..PendingTask::default()
                    }),
                    ..Pending::default()
                }
            } else {
                Pending::default()
            },
        }))
    }

    async fn cluster(&self, _: Duration) -> Result<Cluster, Error> {
        Err(no_cluster("describe cluster"))
    }

    async fn retention(&self, _: String, _: Duration) -> Result<Option<Duration>, Error> {
        Err(no_cluster("describe namespace"))
    }
}

fn error(operation: &'static str, code: &str, message: &str) -> Error {
    Error {
        operation,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

fn not_found(operation: &'static str) -> Error {
    error(operation, "NotFound", "workflow not found")
}

fn no_cluster(operation: &'static str) -> Error {
    error(
        operation,
        "Unimplemented",
        "the simulated frontend has workflows only",
    )
}

#[cfg(test)]
mod tests;
