//! The workers that report themselves to the server. They do so with heartbeats, which servers from
//! 1.29 on record, and which recent SDKs send: at once or after a minute, then each minute.

use std::time::Duration;

use temporalio_common::protos::temporal::api::worker::v1::WorkerListInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::ListWorkersRequest;

use super::Error;
use super::client::{Client, request};

/// How many workers are read.
const MOST: i32 = 1000;

/// A worker that reported itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerSeen {
    /// Usually `pid@host`.
    pub identity: String,
    /// The task queue that it polls.
    pub task_queue: String,
    /// Its process on its host; `None` if it does not report one.
    pub pid: Option<i32>,
}

impl Client {
    /// The workers of this namespace that report themselves, the first thousand.
    pub async fn workers(&self, deadline: Duration) -> Result<Vec<WorkerSeen>, Error> {
        let message = ListWorkersRequest {
            namespace: self.namespace.clone(),
            page_size: MOST,
            ..ListWorkersRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.list_workers(request(message, deadline));
        let listed = self.answer("list workers", deadline, call).await?;
        let worker = |worker: WorkerListInfo| WorkerSeen {
            pid: worker.process_id.parse().ok(),
            identity: worker.worker_identity,
            task_queue: worker.task_queue,
        };
        Ok(listed.workers.into_iter().map(worker).collect())
    }
}
