//! Waits until a workflow closes, even if the connection fails meanwhile.

use std::time::Duration;

use temporalio_common::protos::temporal::api::enums::v1::HistoryEventFilterType;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse,
};
use tokio::time::{Instant, sleep};

use super::client::{Client, request};
use super::closing::{close_of, next_run};
use super::{Close, Error, ExecutionKey, history};

const OPERATION: &str = "wait for close";

/// Deadline of one poll. The server answers earlier when the workflow closes. If the server becomes
/// unreachable without an error, the client notices after this time.
const POLL: Duration = Duration::from_secs(10);

/// The first and the longest pause between polls without a result; each pause doubles.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

impl Client {
    /// Polls for the closing event of one run, until it arrives or the deadline is over. Retries after
    /// transient errors. If another run goes on for it, waits for that one.
    pub(super) async fn poll_until_closed(
        &self,
        mut key: ExecutionKey,
        deadline: Duration,
    ) -> Result<Close, Error> {
        let until = Instant::now() + deadline;
        let mut page_token = Vec::new();
        let mut pause = PAUSE.0;
        let mut last = Error::no_answer(OPERATION, deadline);
        loop {
            let asked = Instant::now();
            let left = until.saturating_duration_since(asked);
            if left.is_zero() {
                return Err(last);
            }
            match self.poll_close(&key, page_token, left.min(POLL)).await {
                Ok(response) => {
                    let last_event = response.history.as_ref().and_then(|it| it.events.last());
                    if let Some(next) = last_event.and_then(next_run) {
                        next.clone_into(&mut key.run_id);
                        page_token = Vec::new();
                        continue;
                    }
                    if let Some(close) = last_event.and_then(close_of) {
                        return Ok(close);
                    }
                    last = still_open(deadline);
                    page_token = response.next_page_token;
                    // After a long poll, no pause is needed.
                    if asked.elapsed() > PAUSE.1 {
                        pause = PAUSE.0;
                        continue;
                    }
                }
                Err(error) if error.is_passing() => {
                    last = error;
                    // The token may belong to a server that is gone.
                    page_token = Vec::new();
                }
                Err(error) => return Err(error),
            }
            sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    async fn poll_close(
        &self,
        key: &ExecutionKey,
        page_token: Vec<u8>,
        deadline: Duration,
    ) -> Result<GetWorkflowExecutionHistoryResponse, Error> {
        let message = GetWorkflowExecutionHistoryRequest {
            namespace: self.namespace.clone(),
            execution: Some(history::proto_key(key)),
            next_page_token: page_token,
            wait_new_event: true,
            history_event_filter_type: HistoryEventFilterType::CloseEvent.into(),
            skip_archival: true,
            ..GetWorkflowExecutionHistoryRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.get_workflow_execution_history(request(message, deadline));
        self.answer(OPERATION, deadline, call).await
    }
}

fn still_open(deadline: Duration) -> Error {
    let deadline = model::quantity::Duration::from(deadline);
    let message = format!("the workflow did not close within {deadline}");
    Error::new(OPERATION, "DeadlineExceeded", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tonic::Status as Refusal;

    use super::*;
    use crate::Status;
    use crate::fake::{self, Scripted};

    const DEADLINE: Duration = Duration::from_secs(30);

    async fn wait(scripted: &Scripted) -> (Result<Close, Error>, Duration) {
        let key = ExecutionKey {
            workflow_id: "hello".to_owned(),
            run_id: "run".to_owned(),
        };
        let begun = Instant::now();
        let close = fake::await_result(&scripted.client(), key, DEADLINE).await;
        (close, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn transient_errors_are_retried() {
        let scripted = Scripted::default();
        scripted.page_fails(Refusal::unavailable("connection refused"));
        scripted.page_fails(Refusal::cancelled("h2 protocol error"));
        scripted.page(Vec::new(), b"token");
        scripted.page_fails(Refusal::resource_exhausted("namespace rate limit"));
        scripted.page(fake::completed("Hello Guest!"), b"");
        let (close, took) = wait(&scripted).await;
        let close = close.expect("it closed");
        assert_eq!(close.status, Status::Completed);
        assert_eq!(close.result, Some(json!("Hello Guest!")));
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert_eq!(
            scripted.asked(),
            ["", "", "", "token", ""],
            "an error resets the token"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_namespace_that_is_not_found_yet_is_retried() {
        let scripted = Scripted::default();
        scripted.page_fails(Refusal::not_found("Namespace default is not found."));
        scripted.page(fake::completed("Hello Guest!"), b"");
        let (close, _) = wait(&scripted).await;
        assert_eq!(close.expect("it closed").status, Status::Completed);
    }

    #[tokio::test(start_paused = true)]
    async fn the_runs_of_a_chain_are_followed_to_the_last() {
        let scripted = Scripted::default();
        scripted.page(fake::continued_as_new("second"), b"token");
        scripted.page(Vec::new(), b"token");
        scripted.page(fake::failed("third"), b"");
        scripted.page(fake::completed("Hello Guest!"), b"");
        let (close, took) = wait(&scripted).await;
        let close = close.expect("it closed");
        assert_eq!(close.result, Some(json!("Hello Guest!")));
        assert_eq!(scripted.asked(), ["", "", "token", ""]);
        assert_eq!(scripted.runs(), ["run", "second", "second", "third"]);
        assert!(took < PAUSE.1, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_run_that_is_not_retried_is_the_end() {
        let scripted = Scripted::default();
        scripted.page(fake::failed(""), b"");
        let (close, _) = wait(&scripted).await;
        assert_eq!(close.expect("it closed").status, Status::Failed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_ends_the_wait_at_once() {
        let scripted = Scripted::default();
        scripted.page_fails(Refusal::not_found("workflow not found"));
        let (close, took) = wait(&scripted).await;
        let error = close.expect_err("there is no such workflow");
        assert_eq!(
            error.to_string(),
            "wait for close: NotFound: workflow not found"
        );
        assert!(took < Duration::from_millis(10), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_answers_at_once_without_events_is_not_polled_in_a_hot_loop() {
        let scripted = Scripted::default();
        scripted.always(GetWorkflowExecutionHistoryResponse::default());
        let (close, took) = wait(&scripted).await;
        let error = close.expect_err("it never closes");
        assert_eq!(
            error.to_string(),
            "wait for close: DeadlineExceeded: the workflow did not close within 30s"
        );
        assert_eq!(took, DEADLINE);
        assert!(scripted.asked().len() < 50, "{}", scripted.asked().len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_is_polled_until_the_deadline() {
        let scripted = Scripted::default();
        scripted.never_answers();
        let (close, took) = wait(&scripted).await;
        assert!(close.is_err());
        assert!(took < DEADLINE + Duration::from_secs(1), "{took:?}");
        assert_eq!(scripted.asked().len(), 3);
    }
}
