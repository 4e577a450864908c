//! Reads an execution back: the result of Describe, and every event of its history.

use std::time::Duration;

use jiff::Timestamp;
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::common::v1::WorkflowExecution;
use temporalio_common::protos::temporal::api::enums::v1::{EventType, WorkflowExecutionStatus};
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent as ProtoEvent;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryRequest,
};
use tokio::time::Instant;

use super::client::{Client, request};
use super::closing::{close_of, first_run};
use super::event_failure::EventFailures;
use super::retry::Calls;
use super::{Error, Execution, ExecutionKey, HistoryEvent, Pending, Status};

const DESCRIBE: &str = "describe workflow";
const READ: &str = "read history";

/// Maximum number of events in a page; the server may send fewer.
const PAGE: i32 = 1000;

/// Deadline of one call.
const CALL: Duration = Duration::from_secs(10);

impl Client {
    /// Describes a run and reads its history; `None` if there is no such run.
    pub(super) async fn read_execution(
        &self,
        key: ExecutionKey,
        deadline: Duration,
    ) -> Result<Option<Execution>, Error> {
        let until = Instant::now() + deadline;
        let Some(mut described) = self.describe(&key, until).await? else {
            return Ok(None);
        };
        let events = self.events(&described.key, until).await?;
        let close = events.iter().rev().find_map(close_of);
        // The workflow may have closed between the two answers. The first one is then out of date.
        if described.status == Status::Running
            && close.is_some()
            && let Some(again) = self.describe(&described.key, until).await?
        {
            described = again;
        }
        let mut failures = EventFailures::default();
        let history = events
            .iter()
            .map(|event| self::event(event, failures.failure_of(event)))
            .collect::<Result<_, _>>()?;
        let (result, failure) = close.map_or((None, None), |close| (close.result, close.failure));
        Ok(Some(Execution {
            first_run_id: first_run(&events, &described.key.run_id),
            key: described.key,
            status: described.status,
            history,
            result,
            failure,
            pending: described.pending,
        }))
    }

    /// Describes a run, in one call. The caller handles errors.
    pub(super) async fn describe_once(
        &self,
        key: &ExecutionKey,
        deadline: Duration,
    ) -> Result<DescribeWorkflowExecutionResponse, Error> {
        let message = DescribeWorkflowExecutionRequest {
            namespace: self.namespace.clone(),
            execution: Some(proto_key(key)),
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.describe_workflow_execution(request(message, deadline));
        self.answer(DESCRIBE, deadline, call).await
    }

    /// The status of a run, with its run id, which `key` may leave empty. `None` if there is no such
    /// run.
    async fn describe(
        &self,
        key: &ExecutionKey,
        until: Instant,
    ) -> Result<Option<Described>, Error> {
        let mut calls = Calls::new(DESCRIBE, &key.workflow_id, until, CALL);
        let response = loop {
            match self.describe_once(key, calls.deadline()?).await {
                Ok(response) => break response,
                Err(error) if error.is_absent() => return Ok(None),
                Err(error) => calls.back_off(error).await?,
            }
        };
        let pending = Pending::of(&response);
        let info = response.workflow_execution_info.unwrap_or_default();
        Ok(Some(Described {
            status: status(info.status())?,
            key: ExecutionKey {
                workflow_id: key.workflow_id.clone(),
                run_id: info.execution.unwrap_or_default().run_id,
            },
            pending,
        }))
    }

    /// All events of a run, page by page.
    async fn events(&self, key: &ExecutionKey, until: Instant) -> Result<Vec<ProtoEvent>, Error> {
        let mut events = Vec::new();
        let mut page_token = Vec::new();
        let mut calls = Calls::new(READ, &key.workflow_id, until, CALL);
        loop {
            let deadline = calls.deadline()?;
            let message = GetWorkflowExecutionHistoryRequest {
                namespace: self.namespace.clone(),
                execution: Some(proto_key(key)),
                maximum_page_size: PAGE,
                next_page_token: page_token.clone(),
                skip_archival: true,
                ..GetWorkflowExecutionHistoryRequest::default()
            };
            let mut workflows = self.workflows.clone();
            let call = workflows.get_workflow_execution_history(request(message, deadline));
            let page = match self.answer(READ, deadline, call).await {
                Ok(page) => page,
                Err(error) => {
                    calls.back_off(error).await?;
                    continue;
                }
            };
            events.extend(page.history.unwrap_or_default().events);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(events);
            }
        }
    }
}

/// The result of Describe.
struct Described {
    key: ExecutionKey,
    status: Status,
    pending: Pending,
}

pub(super) fn proto_key(key: &ExecutionKey) -> WorkflowExecution {
    WorkflowExecution {
        workflow_id: key.workflow_id.clone(),
        run_id: key.run_id.clone(),
    }
}

fn event(event: &ProtoEvent, failure: Option<String>) -> Result<HistoryEvent, Error> {
    let unreadable = |what: &str| {
        let message = format!("could not read the {what} of event {}", event.event_id);
        Error::new(READ, "DataLoss", message)
    };
    let kind = EventType::try_from(event.event_type).map_err(|_| unreadable("type"))?;
    let at = event.event_time.as_ref().and_then(proto_ts_to_system_time);
    Ok(HistoryEvent {
        id: event.event_id,
        kind: kind_name(kind.as_str_name()),
        at: at
            .and_then(|at| Timestamp::try_from(at).ok())
            .ok_or_else(|| unreadable("time"))?,
        failure,
    })
}

/// `EVENT_TYPE_WORKFLOW_EXECUTION_STARTED` as `WorkflowExecutionStarted`.
fn kind_name(name: &str) -> String {
    let words = name.strip_prefix("EVENT_TYPE_").unwrap_or(name).split('_');
    words
        .filter_map(|word| word.split_at_checked(1))
        .map(|(first, rest)| first.to_owned() + &rest.to_lowercase())
        .collect()
}

fn status(status: WorkflowExecutionStatus) -> Result<Status, Error> {
    match status {
        WorkflowExecutionStatus::Running | WorkflowExecutionStatus::Paused => Ok(Status::Running),
        WorkflowExecutionStatus::Completed => Ok(Status::Completed),
        WorkflowExecutionStatus::Failed => Ok(Status::Failed),
        WorkflowExecutionStatus::Canceled => Ok(Status::Canceled),
        WorkflowExecutionStatus::Terminated => Ok(Status::Terminated),
        WorkflowExecutionStatus::ContinuedAsNew => Ok(Status::ContinuedAsNew),
        WorkflowExecutionStatus::TimedOut => Ok(Status::TimedOut),
        WorkflowExecutionStatus::Unspecified => Err(Error::new(
            DESCRIBE,
            "DataLoss",
            "the server sent no status",
        )),
    }
}

#[cfg(test)]
mod tests {
    use temporalio_common::protos::temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse as Page;

    use super::*;
    use crate::Frontend as _;
    use crate::fake::{self, Scripted};

    const DEADLINE: Duration = Duration::from_secs(5);

    fn key() -> ExecutionKey {
        ExecutionKey {
            workflow_id: "hello".to_owned(),
            run_id: String::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_pages_are_read_and_the_run_id_comes_from_describe() {
        let scripted = Scripted::default();
        scripted.describe(WorkflowExecutionStatus::Completed);
        scripted.page(fake::started(), b"more");
        scripted.page(Vec::new(), b"and more");
        scripted.page(fake::completed("Hello Guest!"), b"");
        let execution = scripted.client().execution(key(), DEADLINE).await;
        insta::assert_json_snapshot!(execution.expect("all answers are scripted"), @r#"
        {
          "key": {
            "workflow-id": "hello",
            "run-id": "described-run"
          },
          "status": "completed",
          "history": [
            {
              "id": 1,
              "kind": "WorkflowExecutionStarted",
              "at": "1970-01-01T00:00:00Z"
            },
            {
              "id": 2,
              "kind": "WorkflowExecutionCompleted",
              "at": "1970-01-01T00:00:00Z"
            }
          ],
          "result": "Hello Guest!",
          "failure": null
        }
        "#);
        assert_eq!(scripted.asked(), ["", "more", "and more"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_later_run_of_a_chain_names_the_first() {
        for (first_run, wanted) in [
            ("first", Some("first")),
            ("described-run", None),
            ("", None),
        ] {
            let scripted = Scripted::default();
            scripted.describe(WorkflowExecutionStatus::Completed);
            scripted.page(fake::started_after(first_run), b"more");
            scripted.page(fake::completed("Hello Guest!"), b"");
            let execution = scripted.client().execution(key(), DEADLINE).await;
            let execution = execution.expect("all answers are scripted").expect("known");
            assert_eq!(execution.first_run_id.as_deref(), wanted, "{first_run}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_workflow_that_closes_while_it_is_read_is_described_again() {
        let scripted = Scripted::default();
        scripted.describe(WorkflowExecutionStatus::Running);
        scripted.page(fake::completed("Hello Guest!"), b"");
        scripted.describe(WorkflowExecutionStatus::Completed);
        let execution = scripted.client().execution(key(), DEADLINE).await;
        let execution = execution.expect("all answers are scripted").expect("known");
        assert_eq!(execution.status, Status::Completed);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_workflow_is_none_and_an_unreachable_server_is_an_error() {
        let scripted = Scripted::default();
        scripted.describe_fails(tonic::Status::not_found("workflow not found"));
        let execution = scripted.client().execution(key(), DEADLINE).await;
        assert_eq!(execution, Ok(None));
        scripted.describe_fails(tonic::Status::unavailable("connection refused"));
        let execution = scripted.client().execution(key(), DEADLINE).await;
        let error = execution.expect_err("the server is unreachable");
        assert_eq!(
            error.to_string(),
            "describe workflow: Unavailable: connection refused"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_namespace_that_is_not_found_yet_does_not_make_a_workflow_absent() {
        let scripted = Scripted::default();
        let unknown = tonic::Status::not_found("Namespace default is not found.");
        scripted.describe_fails(unknown);
        let execution = scripted.client().execution(key(), DEADLINE).await;
        let error = execution.expect_err("the namespace is unknown");
        assert!(error.is_passing(), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn endless_pages_end_at_the_deadline() {
        let scripted = Scripted::default();
        scripted.describe(WorkflowExecutionStatus::Running);
        scripted.always(Page {
            next_page_token: b"more".to_vec(),
            ..Page::default()
        });
        let begun = Instant::now();
        let execution = scripted.client().execution(key(), DEADLINE).await;
        assert!(execution.is_err());
        assert!(begun.elapsed() <= DEADLINE * 2);
    }

    #[test]
    fn event_types_have_the_names_that_temporal_shows() {
        for (name, kind) in [
            (
                "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
                "WorkflowExecutionStarted",
            ),
            ("EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT", "ActivityTaskTimedOut"),
            ("EVENT_TYPE_MARKER_RECORDED", "MarkerRecorded"),
        ] {
            assert_eq!(kind_name(name), kind);
        }
    }
}
