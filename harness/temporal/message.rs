//! Messages to a workflow: signals, queries and updates.

use std::time::Duration;

use temporalio_common::protos::temporal::api::enums::v1::UpdateWorkflowExecutionLifecycleStage as Stage;
use temporalio_common::protos::temporal::api::query::v1::WorkflowQuery;
use temporalio_common::protos::temporal::api::update::v1::outcome::Value as Outcome;
use temporalio_common::protos::temporal::api::update::v1::{Input, Meta, Request, WaitPolicy};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    QueryWorkflowRequest, SignalWithStartWorkflowExecutionRequest, SignalWorkflowExecutionRequest,
    StartWorkflowExecutionRequest, UpdateWorkflowExecutionRequest,
};
use tokio::time::{Instant, sleep};
use tonic::{Response, Status as Refusal};

use super::client::{Client, request};
use super::{Answer, Error, ExecutionKey, Message, Reply, Start, failure, history, payload};

/// The pause before an update without an outcome is asked for again.
const PAUSE: Duration = Duration::from_millis(50);

impl Client {
    pub(super) async fn signal(
        &self,
        key: &ExecutionKey,
        message: Message,
        deadline: Duration,
    ) -> Result<Reply, Error> {
        let message = SignalWorkflowExecutionRequest {
            namespace: self.namespace.clone(),
            workflow_execution: Some(history::proto_key(key)),
            signal_name: message.name,
            input: Some(payload::encode_all(&message.input)),
            identity: self.identity.clone(),
            request_id: message.id,
            ..SignalWorkflowExecutionRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.signal_workflow_execution(request(message, deadline));
        self.answer("signal workflow", deadline, call).await?;
        Ok(Reply::Done)
    }

    pub(super) async fn signal_with_start(
        &self,
        start: Start,
        signal: Message,
        deadline: Duration,
    ) -> Result<Reply, Error> {
        let StartWorkflowExecutionRequest {
            namespace,
            workflow_id,
            workflow_type,
            task_queue,
            input,
            identity,
            request_id,
            memo,
            search_attributes,
            ..
        } = self.start_request(start);
        let message = SignalWithStartWorkflowExecutionRequest {
            namespace,
            workflow_id,
            workflow_type,
            task_queue,
            input,
            identity,
            request_id,
            signal_name: signal.name,
            signal_input: Some(payload::encode_all(&signal.input)),
            memo,
            search_attributes,
            ..SignalWithStartWorkflowExecutionRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.signal_with_start_workflow_execution(request(message, deadline));
        let response = self.answer("signal with start", deadline, call).await?;
        Ok(Reply::Started {
            run_id: response.run_id,
        })
    }

    pub(super) async fn query(
        &self,
        key: &ExecutionKey,
        message: Message,
        deadline: Duration,
    ) -> Result<Reply, Error> {
        let message = QueryWorkflowRequest {
            namespace: self.namespace.clone(),
            execution: Some(history::proto_key(key)),
            query: Some(WorkflowQuery {
                query_type: message.name,
                query_args: Some(payload::encode_all(&message.input)),
                header: None,
            }),
            ..QueryWorkflowRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.query_workflow(request(message, deadline));
        let call = async {
            match call.await {
                Ok(response) => Ok(response.map(Ok)),
                Err(refusal) if has_failed(&refusal) => Ok(Response::new(Err(refusal))),
                Err(refusal) => Err(refusal),
            }
        };
        Ok(match self.answer("query workflow", deadline, call).await? {
            Ok(response) => Reply::Returned {
                result: payload::decode(response.query_result.as_ref()),
            },
            Err(refusal) => Reply::Failed {
                failure: failure::line(refusal.message()),
            },
        })
    }

    /// Sends an update and waits until its handler has ended. The server answers without an outcome
    /// after a while, and then is asked again: it knows the update by its id. From then on no error is a
    /// refusal, since the server has the update.
    pub(super) async fn update(
        &self,
        key: &ExecutionKey,
        message: Message,
        deadline: Duration,
    ) -> Answer {
        const OPERATION: &str = "update workflow";
        let until = Instant::now() + deadline;
        let mut message = self.update_request(key, message);
        let mut is_known = false;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Answer::Info(Error::no_answer(OPERATION, deadline));
            }
            let mut workflows = self.workflows.clone();
            let call = workflows.update_workflow_execution(request(message.clone(), left));
            let response = match self.answer(OPERATION, left, call).await {
                Ok(response) => response,
                Err(error) if is_known => return Answer::Info(error),
                Err(error) => return Err(error).into(),
            };
            if let Some(outcome) = response.outcome.and_then(|outcome| outcome.value) {
                return Answer::Ok(reply(&outcome));
            }
            is_known = true;
            // The workflow may continue as new, but this run has the update.
            let execution = response.update_ref.and_then(|it| it.workflow_execution);
            message.workflow_execution = execution.or(message.workflow_execution);
            // A server that does not wait must not be asked in a hot loop.
            sleep(PAUSE.min(until.saturating_duration_since(Instant::now()))).await;
        }
    }

    fn update_request(
        &self,
        key: &ExecutionKey,
        message: Message,
    ) -> UpdateWorkflowExecutionRequest {
        UpdateWorkflowExecutionRequest {
            namespace: self.namespace.clone(),
            workflow_execution: Some(history::proto_key(key)),
            wait_policy: Some(WaitPolicy {
                lifecycle_stage: Stage::Completed.into(),
            }),
            request: Some(Request {
                meta: Some(Meta {
                    update_id: message.id,
                    identity: self.identity.clone(),
                }),
                input: Some(Input {
                    name: message.name,
                    args: Some(payload::encode_all(&message.input)),
                    header: None,
                }),
                ..Request::default()
            }),
            ..UpdateWorkflowExecutionRequest::default()
        }
    }
}

fn reply(outcome: &Outcome) -> Reply {
    match outcome {
        Outcome::Success(result) => Reply::Returned {
            result: payload::decode(Some(result)),
        },
        Outcome::Failure(failed) => Reply::Failed {
            failure: failure::message(failed),
        },
    }
}

/// Whether a worker answered a query with a failure, and not the server. The server then attaches
/// `QueryFailedFailure` (`serviceerror.QueryFailed`).
fn has_failed(refusal: &Refusal) -> bool {
    const DETAIL: &[u8] = b"temporal.api.errordetails.v1.QueryFailedFailure";
    let details = refusal.details();
    details.windows(DETAIL.len()).any(|part| part == DETAIL)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tonic::Code;

    use super::*;
    use crate::fake::Scripted;
    use crate::{Frontend as _, Op};

    const DEADLINE: Duration = Duration::from_secs(2);

    fn latest() -> ExecutionKey {
        ExecutionKey {
            workflow_id: "hello".to_owned(),
            run_id: String::new(),
        }
    }

    fn message() -> Message {
        Message {
            id: "hello/1".to_owned(),
            name: "set".to_owned(),
            input: vec![json!(7)],
        }
    }

    async fn update(scripted: &Scripted) -> Answer {
        let op = Op::Update(latest(), message());
        scripted.client().call(op, DEADLINE).await
    }

    #[tokio::test(start_paused = true)]
    async fn an_update_without_an_outcome_is_asked_for_again_in_the_run_that_has_it() {
        let scripted = Scripted::default();
        scripted.update_without_outcome("run-1");
        scripted.update_without_outcome("run-1");
        scripted.update_returns(&json!(5));
        let result = Some(json!(5));
        assert_eq!(
            update(&scripted).await,
            Answer::Ok(Reply::Returned { result })
        );
        let asked = scripted.updated();
        let runs = asked.iter().map(|it| it.workflow_execution.as_ref());
        let runs: Vec<&str> = runs.map(|it| it.map_or("", |it| &it.run_id)).collect();
        assert_eq!(runs, ["", "run-1", "run-1"]);
        let ids = asked
            .iter()
            .filter_map(|it| it.request.as_ref()?.meta.as_ref());
        assert!(ids.map(|meta| &*meta.update_id).all(|id| id == "hello/1"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_is_no_refusal_once_the_server_has_the_update() {
        let scripted = Scripted::default();
        scripted.update_fails(Refusal::not_found("no such workflow"));
        assert!(matches!(update(&scripted).await, Answer::Fail(_)));
        scripted.update_without_outcome("run-1");
        scripted.update_fails(Refusal::not_found("the workflow has closed"));
        assert!(matches!(update(&scripted).await, Answer::Info(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_update_is_asked_for_until_its_deadline() {
        let scripted = Scripted::default();
        for _ in 0..100 {
            scripted.update_without_outcome("run-1");
        }
        let begun = Instant::now();
        let Answer::Info(error) = update(&scripted).await else {
            panic!("it has no outcome");
        };
        assert_eq!(error.code, "DeadlineExceeded");
        assert_eq!(begun.elapsed(), DEADLINE);
        assert_eq!(scripted.updated().len(), 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_query_that_a_worker_fails_has_an_answer_and_one_that_the_server_refuses_has_not() {
        let query = async |status| {
            let scripted = Scripted::default();
            scripted.query_fails(status);
            let op = Op::Query(latest(), message());
            scripted.client().call(op, DEADLINE).await
        };
        // As `google.rpc.Status` has it: a type URL, and the detail.
        let detail = b"type.googleapis.com/temporal.api.errordetails.v1.QueryFailedFailure";
        let failed = Refusal::with_details(
            Code::InvalidArgument,
            "no handler for\nset",
            detail.to_vec().into(),
        );
        let failure = "no handler for set".to_owned();
        assert_eq!(query(failed).await, Answer::Ok(Reply::Failed { failure }));
        let refused = query(Refusal::invalid_argument("the name is missing")).await;
        assert!(matches!(refused, Answer::Fail(_)), "{refused:?}");
    }

    #[tokio::test]
    async fn a_start_has_what_the_workflow_is_started_with() {
        let start = Start {
            workflow_id: "hello".to_owned(),
            request_id: "once".to_owned(),
            workflow_type: "Workflow".to_owned(),
            task_queue: "queue".to_owned(),
            input: vec![json!("Ada")],
            memo: [("who".to_owned(), json!("Ada"))].into(),
            search_attributes: [("Customer".to_owned(), json!("Ada"))].into(),
        };
        let request = Scripted::default().client().start_request(start);
        let ada = payload::encode(&json!("Ada"));
        assert_eq!(request.input.expect("input").payloads[0], ada);
        assert_eq!(request.memo.expect("a memo").fields["who"], ada);
        let attributes = request.search_attributes.expect("search attributes");
        assert_eq!(attributes.indexed_fields["Customer"], ada);
        assert_eq!(request.request_id, "once");
    }
}
