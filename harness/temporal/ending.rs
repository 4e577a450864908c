//! Ends workflows from outside: requests their cancellation, or terminates them.

use std::time::Duration;

use temporalio_common::protos::temporal::api::workflowservice::v1::{
    RequestCancelWorkflowExecutionRequest, TerminateWorkflowExecutionRequest,
};

use super::client::{Client, request};
use super::{Error, ExecutionKey, history};

impl Client {
    /// Asks a workflow to cancel itself.
    pub(super) async fn cancel(
        &self,
        key: &ExecutionKey,
        request_id: String,
        deadline: Duration,
    ) -> Result<(), Error> {
        let message = RequestCancelWorkflowExecutionRequest {
            namespace: self.namespace.clone(),
            workflow_execution: Some(history::proto_key(key)),
            identity: self.identity.clone(),
            request_id,
            ..RequestCancelWorkflowExecutionRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.request_cancel_workflow_execution(request(message, deadline));
        self.answer("cancel workflow", deadline, call).await?;
        Ok(())
    }

    /// Closes a workflow at once. A workflow that is closed, or was never started, is an error.
    pub(super) async fn terminate_run(
        &self,
        key: &ExecutionKey,
        reason: String,
        deadline: Duration,
    ) -> Result<(), Error> {
        let message = TerminateWorkflowExecutionRequest {
            namespace: self.namespace.clone(),
            workflow_execution: Some(history::proto_key(key)),
            reason,
            identity: self.identity.clone(),
            ..TerminateWorkflowExecutionRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.terminate_workflow_execution(request(message, deadline));
        self.answer("terminate workflow", deadline, call).await?;
        Ok(())
    }
}
