//! Workflows that a run left open: finds them by the beginning of their ids, and terminates them.

use std::time::Duration;

use temporalio_common::protos::temporal::api::workflow::v1::WorkflowExecutionInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::ListWorkflowExecutionsRequest;

use super::client::{Client, request};
use super::{Error, ExecutionKey};

/// How many ids one call returns.
const MOST: i32 = 1000;

impl Client {
    /// The ids of open workflows that begin with `prefix`, at most a thousand. The server learns of
    /// a new workflow some moments after its start.
    pub async fn open_workflows(
        &self,
        prefix: &str,
        deadline: Duration,
    ) -> Result<Vec<String>, Error> {
        let message = ListWorkflowExecutionsRequest {
            namespace: self.namespace.clone(),
            page_size: MOST,
            query: query(prefix),
            ..ListWorkflowExecutionsRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.list_workflow_executions(request(message, deadline));
        let listed = self.answer("list workflows", deadline, call).await?;
        let id = |info: WorkflowExecutionInfo| Some(info.execution?.workflow_id);
        let ids = listed.executions.into_iter().filter_map(id);
        // A server could compare in another way, such as without case.
        Ok(ids.filter(|id| id.starts_with(prefix)).collect())
    }

    /// Terminates the newest run of a workflow. Returns whether it was open.
    pub async fn terminate(
        &self,
        workflow_id: &str,
        reason: &str,
        deadline: Duration,
    ) -> Result<bool, Error> {
        let newest = ExecutionKey {
            workflow_id: workflow_id.to_owned(),
            run_id: String::new(),
        };
        match self
            .terminate_run(&newest, reason.to_owned(), deadline)
            .await
        {
            Ok(()) => Ok(true),
            // It is closed, or was never started.
            Err(error) if error.is_absent() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn query(prefix: &str) -> String {
    let escaped = prefix.replace('\\', "\\\\").replace('\'', "\\'");
    format!("WorkflowId STARTS_WITH '{escaped}' AND ExecutionStatus = 'Running'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_cannot_end_the_text_of_the_query() {
        insta::assert_snapshot!(query("steady/2a-1/"), @"WorkflowId STARTS_WITH 'steady/2a-1/' AND ExecutionStatus = 'Running'");
        insta::assert_snapshot!(query(r"it's\"), @r"WorkflowId STARTS_WITH 'it\'s\\' AND ExecutionStatus = 'Running'");
    }
}
