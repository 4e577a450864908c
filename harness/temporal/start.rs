//! Starting a workflow of any type.

use std::time::Duration;

use temporalio_common::protos::temporal::api::common::v1::{Memo, SearchAttributes, WorkflowType};
use temporalio_common::protos::temporal::api::taskqueue::v1::TaskQueue;
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;

use super::client::{Client, request};
use super::payload;
use super::{Error, Reply, Start};

const OPERATION: &str = "start workflow";

impl Client {
    /// Sends one start. If the server already knows the request id, it answers with the run of the
    /// first request. It refuses a new request for a workflow id that is running.
    pub(super) async fn start_workflow(
        &self,
        start: Start,
        deadline: Duration,
    ) -> Result<Reply, Error> {
        let message = self.start_request(start);
        let mut workflows = self.workflows.clone();
        let call = workflows.start_workflow_execution(request(message, deadline));
        let response = self.answer(OPERATION, deadline, call).await?;
        Ok(Reply::Started {
            run_id: response.run_id,
        })
    }

    pub(super) fn start_request(&self, start: Start) -> StartWorkflowExecutionRequest {
        StartWorkflowExecutionRequest {
            namespace: self.namespace.clone(),
            workflow_id: start.workflow_id,
            request_id: start.request_id,
            workflow_type: Some(WorkflowType {
                name: start.workflow_type,
            }),
            task_queue: Some(TaskQueue {
                name: start.task_queue,
                ..TaskQueue::default()
            }),
            input: Some(payload::encode_all(&start.input)),
            identity: self.identity.clone(),
            memo: payload::encode_fields(&start.memo).map(|fields| Memo { fields }),
            search_attributes: payload::encode_fields(&start.search_attributes)
                .map(|indexed_fields| SearchAttributes { indexed_fields }),
            ..StartWorkflowExecutionRequest::default()
        }
    }
}
