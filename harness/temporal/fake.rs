//! A workflow service with answers that a test scripts.

use std::collections::VecDeque;
use std::future::{pending, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;
use temporalio_client::grpc::{HealthService, WorkflowService};
use temporalio_common::protos::grpc::health::v1::{HealthCheckRequest, HealthCheckResponse};
use temporalio_common::protos::temporal::api::common::v1::{Payloads, WorkflowExecution};
use temporalio_common::protos::temporal::api::enums::v1::{EventType, WorkflowExecutionStatus};
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::history::v1::{
    History, HistoryEvent, WorkflowExecutionCompletedEventAttributes,
    WorkflowExecutionContinuedAsNewEventAttributes, WorkflowExecutionFailedEventAttributes,
    WorkflowExecutionStartedEventAttributes,
};
use temporalio_common::protos::temporal::api::namespace::v1::NamespaceInfo;
use temporalio_common::protos::temporal::api::update::v1::{Outcome, UpdateRef, outcome};
use temporalio_common::protos::temporal::api::workflow::v1::WorkflowExecutionInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeNamespaceRequest, DescribeNamespaceResponse, DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse, GetClusterInfoRequest, GetClusterInfoResponse,
    GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse, QueryWorkflowRequest,
    QueryWorkflowResponse, UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse,
};
use tokio::time::sleep;
use tonic::codec::Streaming;
use tonic::{Request, Response, Status};

use super::{Client, Close, Error, ExecutionKey, Frontend, Op, Reply, payload};

type Answer<T> = Result<Response<T>, Status>;

/// Answers in the order in which they were scripted; clones share the script.
#[derive(Clone, Default)]
pub(super) struct Scripted(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    descriptions: VecDeque<Result<DescribeWorkflowExecutionResponse, Status>>,
    pages: VecDeque<Result<GetWorkflowExecutionHistoryResponse, Status>>,
    then: Then,
    tokens: Vec<String>,
    /// The run ids of all history requests.
    runs: Vec<String>,
    /// The answer to every Describe after the scripted ones.
    describe_then: Option<Status>,
    /// How long every Describe takes.
    describe_takes: Duration,
    /// The workflow ids of all Describe requests.
    described: Vec<String>,
    shards: i32,
    updates: VecDeque<Result<UpdateWorkflowExecutionResponse, Status>>,
    /// All update requests.
    updated: Vec<UpdateWorkflowExecutionRequest>,
    /// The answer to every query.
    query: Option<Status>,
}

/// The answer to history requests after the scripted pages.
#[derive(Default)]
enum Then {
    #[default]
    Error,
    Silence,
    Always(GetWorkflowExecutionHistoryResponse),
}

impl Scripted {
    pub(super) fn client(&self) -> Client {
        Client::over(Box::new(self.clone()), Box::new(NoHealthService))
    }

    pub(super) fn describe(&self, status: WorkflowExecutionStatus) {
        let info = WorkflowExecutionInfo {
            execution: Some(WorkflowExecution {
                workflow_id: "hello".to_owned(),
                run_id: "described-run".to_owned(),
            }),
            status: status.into(),
            ..WorkflowExecutionInfo::default()
        };
        let response = DescribeWorkflowExecutionResponse {
            workflow_execution_info: Some(info),
            ..DescribeWorkflowExecutionResponse::default()
        };
        self.script().descriptions.push_back(Ok(response));
    }

    pub(super) fn describe_fails(&self, status: Status) {
        self.script().descriptions.push_back(Err(status));
    }

    /// Sets the answer to every Describe after the scripted ones.
    pub(super) fn describe_always_fails(&self, status: Status) {
        self.script().describe_then = Some(status);
    }

    /// Sets how long every Describe takes.
    pub(super) fn describe_takes(&self, time: Duration) {
        self.script().describe_takes = time;
    }

    /// The workflow ids of all Describe requests.
    pub(super) fn described(&self) -> Vec<String> {
        self.script().described.clone()
    }

    /// A cluster with this number of history shards and one namespace.
    pub(super) fn of_shards(shards: i32) -> Self {
        let scripted = Self::default();
        scripted.script().shards = shards;
        scripted
    }

    pub(super) fn page(&self, events: Vec<HistoryEvent>, next_page_token: &[u8]) {
        let page = GetWorkflowExecutionHistoryResponse {
            history: Some(History { events }),
            next_page_token: next_page_token.to_vec(),
            ..GetWorkflowExecutionHistoryResponse::default()
        };
        self.script().pages.push_back(Ok(page));
    }

    pub(super) fn page_fails(&self, status: Status) {
        self.script().pages.push_back(Err(status));
    }

    pub(super) fn never_answers(&self) {
        self.script().then = Then::Silence;
    }

    pub(super) fn always(&self, page: GetWorkflowExecutionHistoryResponse) {
        self.script().then = Then::Always(page);
    }

    /// The run ids of all history requests.
    pub(super) fn runs(&self) -> Vec<String> {
        self.script().runs.clone()
    }

    /// The page tokens of all history requests.
    pub(super) fn asked(&self) -> Vec<String> {
        self.script().tokens.clone()
    }

    /// The answer to an update that has no outcome yet, from this run.
    pub(super) fn update_without_outcome(&self, run_id: &str) {
        let execution = WorkflowExecution {
            workflow_id: "hello".to_owned(),
            run_id: run_id.to_owned(),
        };
        let response = UpdateWorkflowExecutionResponse {
            update_ref: Some(UpdateRef {
                workflow_execution: Some(execution),
                update_id: "id".to_owned(),
            }),
            ..UpdateWorkflowExecutionResponse::default()
        };
        self.script().updates.push_back(Ok(response));
    }

    pub(super) fn update_returns(&self, result: &Value) {
        let result = Payloads {
            payloads: vec![payload::encode(result)],
        };
        let response = UpdateWorkflowExecutionResponse {
            outcome: Some(Outcome {
                value: Some(outcome::Value::Success(result)),
            }),
            ..UpdateWorkflowExecutionResponse::default()
        };
        self.script().updates.push_back(Ok(response));
    }

    pub(super) fn update_fails(&self, status: Status) {
        self.script().updates.push_back(Err(status));
    }

    /// All update requests.
    pub(super) fn updated(&self) -> Vec<UpdateWorkflowExecutionRequest> {
        self.script().updated.clone()
    }

    pub(super) fn query_fails(&self, status: Status) {
        self.script().query = Some(status);
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WorkflowService for Scripted {
    fn describe_workflow_execution(
        &mut self,
        request: Request<DescribeWorkflowExecutionRequest>,
    ) -> BoxFuture<'_, Answer<DescribeWorkflowExecutionResponse>> {
        let mut script = self.script();
        let execution = request.into_inner().execution.unwrap_or_default();
        script.described.push(execution.workflow_id);
        let then = script.describe_then.clone();
        let then = || Err(then.unwrap_or_else(|| Status::internal("nothing scripted")));
        let answer = script.descriptions.pop_front().unwrap_or_else(then);
        let answer = answer.map(Response::new);
        let time = script.describe_takes;
        if time.is_zero() {
            return ready(answer).boxed();
        }
        async move {
            sleep(time).await;
            answer
        }
        .boxed()
    }

    fn update_workflow_execution(
        &mut self,
        request: Request<UpdateWorkflowExecutionRequest>,
    ) -> BoxFuture<'_, Answer<UpdateWorkflowExecutionResponse>> {
        let mut script = self.script();
        script.updated.push(request.into_inner());
        let next = script.updates.pop_front();
        let answer = next.unwrap_or_else(|| Err(Status::internal("nothing scripted")));
        ready(answer.map(Response::new)).boxed()
    }

    fn query_workflow(
        &mut self,
        _: Request<QueryWorkflowRequest>,
    ) -> BoxFuture<'_, Answer<QueryWorkflowResponse>> {
        let status = self.script().query.clone();
        let answer = status.map_or_else(|| Ok(QueryWorkflowResponse::default()), Err);
        ready(answer.map(Response::new)).boxed()
    }

    fn get_cluster_info(
        &mut self,
        _: Request<GetClusterInfoRequest>,
    ) -> BoxFuture<'_, Answer<GetClusterInfoResponse>> {
        let info = GetClusterInfoResponse {
            history_shard_count: self.script().shards,
            ..GetClusterInfoResponse::default()
        };
        ready(Ok(Response::new(info))).boxed()
    }

    fn describe_namespace(
        &mut self,
        _: Request<DescribeNamespaceRequest>,
    ) -> BoxFuture<'_, Answer<DescribeNamespaceResponse>> {
        let info = NamespaceInfo {
            id: "32049b68-7872-4094-8e63-d0dd59896a83".to_owned(),
            ..NamespaceInfo::default()
        };
        let response = DescribeNamespaceResponse {
            namespace_info: Some(info),
            ..DescribeNamespaceResponse::default()
        };
        ready(Ok(Response::new(response))).boxed()
    }

    fn get_workflow_execution_history(
        &mut self,
        request: Request<GetWorkflowExecutionHistoryRequest>,
    ) -> BoxFuture<'_, Answer<GetWorkflowExecutionHistoryResponse>> {
        let mut script = self.script();
        let request = request.into_inner();
        let run_id = request.execution.unwrap_or_default().run_id;
        script.runs.push(run_id);
        let token = request.next_page_token;
        script
            .tokens
            .push(String::from_utf8_lossy(&token).into_owned());
        let next = script.pages.pop_front();
        let answer = match (next, &script.then) {
            (Some(answer), _) => answer,
            (None, Then::Error) => Err(Status::not_found("nothing scripted")),
            (None, Then::Always(page)) => Ok(page.clone()),
            (None, Then::Silence) => return pending().boxed(),
        };
        // Every answer takes some time, so that paused time advances.
        async {
            sleep(Duration::from_millis(1)).await;
            answer.map(Response::new)
        }
        .boxed()
    }
}

/// Tests with a script do not check health.
#[derive(Clone)]
struct NoHealthService;

impl HealthService for NoHealthService {
    fn check(
        &mut self,
        _: Request<HealthCheckRequest>,
    ) -> BoxFuture<'_, Answer<HealthCheckResponse>> {
        ready(Err(Status::unimplemented("no health service"))).boxed()
    }

    fn watch(
        &mut self,
        _: Request<HealthCheckRequest>,
    ) -> BoxFuture<'_, Answer<Streaming<HealthCheckResponse>>> {
        ready(Err(Status::unimplemented("no health service"))).boxed()
    }
}

/// Waits until an execution closes.
pub(super) async fn await_result(
    frontend: &impl Frontend,
    key: ExecutionKey,
    deadline: Duration,
) -> Result<Close, Error> {
    let answer = frontend.call(Op::AwaitResult(key), deadline).await;
    answer.into_result().map(|reply| match reply {
        Reply::Closed(close) => close,
        other => panic!("expected a close, got {other:?}"),
    })
}

/// The first event of a history.
pub(super) fn started() -> Vec<HistoryEvent> {
    vec![event(1, EventType::WorkflowExecutionStarted, None)]
}

/// The first event of a run that goes on for another one.
pub(super) fn started_after(first_run: &str) -> Vec<HistoryEvent> {
    let attributes = WorkflowExecutionStartedEventAttributes {
        first_execution_run_id: first_run.to_owned(),
        ..WorkflowExecutionStartedEventAttributes::default()
    };
    let attributes = Attributes::WorkflowExecutionStartedEventAttributes(attributes);
    vec![event(
        1,
        EventType::WorkflowExecutionStarted,
        Some(attributes),
    )]
}

/// The last event of a run that another one goes on for.
pub(super) fn continued_as_new(next_run: &str) -> Vec<HistoryEvent> {
    let attributes = WorkflowExecutionContinuedAsNewEventAttributes {
        new_execution_run_id: next_run.to_owned(),
        ..WorkflowExecutionContinuedAsNewEventAttributes::default()
    };
    let attributes = Attributes::WorkflowExecutionContinuedAsNewEventAttributes(attributes);
    let kind = EventType::WorkflowExecutionContinuedAsNew;
    vec![event(2, kind, Some(attributes))]
}

/// The last event of a run that failed, and that this run retries unless it is empty.
pub(super) fn failed(next_run: &str) -> Vec<HistoryEvent> {
    let attributes = WorkflowExecutionFailedEventAttributes {
        new_execution_run_id: next_run.to_owned(),
        ..WorkflowExecutionFailedEventAttributes::default()
    };
    let attributes = Attributes::WorkflowExecutionFailedEventAttributes(attributes);
    vec![event(
        2,
        EventType::WorkflowExecutionFailed,
        Some(attributes),
    )]
}

/// The last event of a history, with a result.
pub(super) fn completed(result: &str) -> Vec<HistoryEvent> {
    let attributes = WorkflowExecutionCompletedEventAttributes {
        result: Some(Payloads {
            payloads: vec![payload::encode(&Value::from(result))],
        }),
        ..WorkflowExecutionCompletedEventAttributes::default()
    };
    vec![event(
        2,
        EventType::WorkflowExecutionCompleted,
        Some(Attributes::WorkflowExecutionCompletedEventAttributes(
            attributes,
        )),
    )]
}

fn event(id: i64, kind: EventType, attributes: Option<Attributes>) -> HistoryEvent {
    HistoryEvent {
        event_id: id,
        event_type: kind.into(),
        event_time: Some(std::time::SystemTime::UNIX_EPOCH.into()),
        attributes,
        ..HistoryEvent::default()
    }
}
