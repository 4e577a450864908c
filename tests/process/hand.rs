//! A worker by hand, over the raw services: it does with each workflow what its type says, also
//! what no SDK would let a workflow do.

use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

use temporalio_client::Connection;
use temporalio_common::protos::temporal::api::command::v1::command::Attributes;
use temporalio_common::protos::temporal::api::command::v1::{
    Command, CompleteWorkflowExecutionCommandAttributes, ScheduleActivityTaskCommandAttributes,
    StartTimerCommandAttributes,
};
use temporalio_common::protos::temporal::api::common::v1::{ActivityType, Payload, Payloads};
use temporalio_common::protos::temporal::api::enums::v1::{
    CommandType, WorkerStatus, WorkflowTaskFailedCause,
};
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{ApplicationFailureInfo, Failure};
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes as Event;
use temporalio_common::protos::temporal::api::taskqueue::v1::TaskQueue;
use temporalio_common::protos::temporal::api::worker::v1::{WorkerHeartbeat, WorkerHostInfo};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    PollActivityTaskQueueRequest, PollWorkflowTaskQueueRequest, PollWorkflowTaskQueueResponse,
    RecordWorkerHeartbeatRequest, RespondActivityTaskFailedRequest,
    RespondWorkflowTaskCompletedRequest, RespondWorkflowTaskFailedRequest,
};
use tokio_util::sync::CancellationToken;
use tonic::{IntoRequest as _, Status};

/// The task queue that it polls.
pub(crate) const QUEUE: &str = "by-hand";

/// How long a workflow of type `Sleeps` takes.
pub(crate) const SLEEP: Duration = Duration::from_secs(8);

/// A worker that works until it is dropped.
#[derive(Debug)]
pub(crate) struct HandWorker {
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl HandWorker {
    pub(crate) fn start(frontend: SocketAddr) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(stopped.run_until_cancelled(work(frontend)));
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for HandWorker {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn work(frontend: SocketAddr) {
    let connection = connection(frontend).await;
    tokio::join!(
        workflows(&connection),
        workflows(&connection),
        workflows(&connection),
        activities(&connection),
    );
}

fn queue(name: &str) -> TaskQueue {
    TaskQueue {
        name: name.to_owned(),
        ..TaskQueue::default()
    }
}

async fn connection(frontend: SocketAddr) -> Connection {
    let options = connect::Options::plaintext(frontend.to_string());
    connect::connect(options).await.expect("it is up")
}

/// Says to the server what recent SDKs say: that a process polls a task queue.
pub(crate) fn heartbeat(frontend: SocketAddr, pid: i64, task_queue: &str) {
    let heartbeat = WorkerHeartbeat {
        worker_instance_key: "by-hand".to_owned(),
        worker_identity: format!("{pid}@here@"),
        host_info: Some(WorkerHostInfo {
            host_name: "here".to_owned(),
            process_id: pid.to_string(),
            ..WorkerHostInfo::default()
        }),
        task_queue: task_queue.to_owned(),
        status: WorkerStatus::Running.into(),
        ..WorkerHeartbeat::default()
    };
    let request = RecordWorkerHeartbeatRequest {
        namespace: "default".to_owned(),
        worker_heartbeat: vec![heartbeat],
        ..RecordWorkerHeartbeatRequest::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let connection = connection(frontend).await;
        let mut service = connection.workflow_service();
        let recorded = service.record_worker_heartbeat(request.into_request());
        recorded.await.expect("servers from 1.29 on record it");
    });
}

async fn workflows(connection: &Connection) {
    let mut service = connection.workflow_service();
    loop {
        let poll = PollWorkflowTaskQueueRequest {
            namespace: "default".to_owned(),
            task_queue: Some(queue(QUEUE)),
            identity: "by-hand".to_owned(),
            ..PollWorkflowTaskQueueRequest::default()
        };
        let Ok(task) = service.poll_workflow_task_queue(poll.into_request()).await else {
            continue;
        };
        let task = task.into_inner();
        if task.task_token.is_empty() {
            continue;
        }
        let done = match commands(&task) {
            Some(commands) => complete(connection, &task, commands).await,
            None => fail(connection, &task).await,
        };
        // The server has taken a task back that its workflow no longer needs.
        let _ = done;
    }
}

/// What a workflow does now; `None` if it is not what its history says.
fn commands(task: &PollWorkflowTaskQueueResponse) -> Option<Vec<Command>> {
    let kind = task.workflow_type.as_ref().map(|kind| kind.name.as_str());
    let first = task.previous_started_event_id == 0;
    Some(match kind.unwrap_or_default() {
        "NonDeterministic" => return None,
        "Hangs" | "Retries" => vec![activity(kind.unwrap_or_default(), QUEUE)],
        "Untaken" => vec![activity("greet", "nobody")],
        "Sleeps" if first => vec![timer()],
        _ => vec![completion(task)],
    })
}

fn activity(name: &str, queue_name: &str) -> Command {
    let attributes = ScheduleActivityTaskCommandAttributes {
        activity_id: "1".to_owned(),
        activity_type: Some(ActivityType {
            name: name.to_owned(),
        }),
        task_queue: Some(queue(queue_name)),
        start_to_close_timeout: Duration::from_mins(5).try_into().ok(),
        ..ScheduleActivityTaskCommandAttributes::default()
    };
    Command {
        command_type: CommandType::ScheduleActivityTask.into(),
        attributes: Some(Attributes::ScheduleActivityTaskCommandAttributes(
            attributes,
        )),
        ..Command::default()
    }
}

fn timer() -> Command {
    let attributes = StartTimerCommandAttributes {
        timer_id: "1".to_owned(),
        start_to_fire_timeout: SLEEP.try_into().ok(),
    };
    Command {
        command_type: CommandType::StartTimer.into(),
        attributes: Some(Attributes::StartTimerCommandAttributes(attributes)),
        ..Command::default()
    }
}

/// Returns the first argument, a text, with a newline at its end.
fn completion(task: &PollWorkflowTaskQueueResponse) -> Command {
    let first = task
        .history
        .as_ref()
        .and_then(|history| history.events.first());
    let input = match first.and_then(|event| event.attributes.as_ref()) {
        Some(Event::WorkflowExecutionStartedEventAttributes(started)) => started.input.clone(),
        _ => None,
    };
    let input = input.unwrap_or_default().payloads.into_iter().next();
    let input: String = serde_json::from_slice(&input.unwrap_or_default().data).unwrap_or_default();
    let line = serde_json::to_vec(&format!("{input}\n")).expect("text is JSON");
    let payload = Payload {
        metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
        data: line,
        ..Payload::default()
    };
    let attributes = CompleteWorkflowExecutionCommandAttributes {
        result: Some(Payloads {
            payloads: vec![payload],
        }),
    };
    Command {
        command_type: CommandType::CompleteWorkflowExecution.into(),
        attributes: Some(Attributes::CompleteWorkflowExecutionCommandAttributes(
            attributes,
        )),
        ..Command::default()
    }
}

async fn complete(
    connection: &Connection,
    task: &PollWorkflowTaskQueueResponse,
    commands: Vec<Command>,
) -> Result<(), Status> {
    let done = RespondWorkflowTaskCompletedRequest {
        task_token: task.task_token.clone(),
        commands,
        namespace: "default".to_owned(),
        ..RespondWorkflowTaskCompletedRequest::default()
    };
    let mut service = connection.workflow_service();
    let answer = service.respond_workflow_task_completed(done.into_request());
    answer.await.map(|_| ())
}

async fn fail(connection: &Connection, task: &PollWorkflowTaskQueueResponse) -> Result<(), Status> {
    let failed = RespondWorkflowTaskFailedRequest {
        task_token: task.task_token.clone(),
        cause: WorkflowTaskFailedCause::NonDeterministicError.into(),
        failure: Some(Failure {
            message: "[TMPRL1100] Nondeterminism error: no command for the event".to_owned(),
            ..Failure::default()
        }),
        namespace: "default".to_owned(),
        ..RespondWorkflowTaskFailedRequest::default()
    };
    let mut service = connection.workflow_service();
    let answer = service.respond_workflow_task_failed(failed.into_request());
    answer.await.map(|_| ())
}

/// Takes every activity, and fails those of type `Retries`; the others hang.
async fn activities(connection: &Connection) {
    let mut service = connection.workflow_service();
    loop {
        let poll = PollActivityTaskQueueRequest {
            namespace: "default".to_owned(),
            task_queue: Some(queue(QUEUE)),
            identity: "by-hand".to_owned(),
            ..PollActivityTaskQueueRequest::default()
        };
        let Ok(task) = service.poll_activity_task_queue(poll.into_request()).await else {
            continue;
        };
        let task = task.into_inner();
        if task.activity_type.is_none_or(|kind| kind.name != "Retries") {
            continue;
        }
        let failed = RespondActivityTaskFailedRequest {
            task_token: task.task_token,
            failure: Some(Failure {
                message: "connection refused".to_owned(),
                failure_info: Some(FailureInfo::ApplicationFailureInfo(
                    ApplicationFailureInfo::default(),
                )),
                ..Failure::default()
            }),
            namespace: "default".to_owned(),
            ..RespondActivityTaskFailedRequest::default()
        };
        let _ = service
            .respond_activity_task_failed(failed.into_request())
            .await;
    }
}
