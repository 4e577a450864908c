//! Administrative calls: health, version, namespaces, pollers.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use temporalio_common::protos::grpc::health::v1::HealthCheckRequest;
use temporalio_common::protos::grpc::health::v1::health_check_response::ServingStatus;
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::enums::v1::TaskQueueType;
use temporalio_common::protos::temporal::api::namespace::v1::NamespaceConfig;
use temporalio_common::protos::temporal::api::taskqueue::v1::{PollerInfo, TaskQueue};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeNamespaceRequest, DescribeNamespaceResponse, DescribeTaskQueueRequest,
    GetClusterInfoRequest, GetSystemInfoRequest, RegisterNamespaceRequest, UpdateNamespaceRequest,
};
use tonic::Code;

use super::client::{Client, request};
use super::{Cluster, Error};

const FRONTEND: &str = "temporal.api.workflowservice.v1.WorkflowService";

/// The kinds of task that a worker polls a task queue for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    Workflow,
    Activity,
}

/// A worker that polls a task queue, or did in the last minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Poller {
    /// The identity that it sends, usually `pid@host`.
    pub identity: String,
    /// When it last polled, by the server's clock.
    pub last_access: Option<Timestamp>,
}

impl Client {
    /// Succeeds if the frontend reports SERVING.
    pub async fn check_health(&self, deadline: Duration) -> Result<(), Error> {
        const OPERATION: &str = "check health";
        let message = HealthCheckRequest {
            service: FRONTEND.to_owned(),
        };
        let mut health = self.health.clone();
        let call = health.check(request(message, deadline));
        let status = self.answer(OPERATION, deadline, call).await?.status();
        if status == ServingStatus::Serving {
            return Ok(());
        }
        let message = format!("health status is {}", status.as_str_name());
        Err(Error::new(OPERATION, "Unavailable", message))
    }

    /// The server's version, such as `1.32.0`.
    pub async fn server_version(&self, deadline: Duration) -> Result<String, Error> {
        let mut workflows = self.workflows.clone();
        let call = workflows.get_system_info(request(GetSystemInfoRequest {}, deadline));
        let info = self.answer("read server version", deadline, call).await?;
        Ok(info.server_version)
    }

    /// What the cluster reports about itself.
    pub(super) async fn describe_cluster(&self, deadline: Duration) -> Result<Cluster, Error> {
        let mut workflows = self.workflows.clone();
        let call = workflows.get_cluster_info(request(GetClusterInfoRequest {}, deadline));
        let info = self.answer("describe cluster", deadline, call).await?;
        Ok(Cluster {
            server_version: info.server_version,
            history_shards: u32::try_from(info.history_shard_count).unwrap_or_default(),
            persistence_store: info.persistence_store,
            visibility_store: info.visibility_store,
        })
    }

    pub(super) async fn describe_namespace(
        &self,
        namespace: &str,
        deadline: Duration,
    ) -> Result<DescribeNamespaceResponse, Error> {
        let message = DescribeNamespaceRequest {
            namespace: namespace.to_owned(),
            ..DescribeNamespaceRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.describe_namespace(request(message, deadline));
        self.answer("describe namespace", deadline, call).await
    }

    /// How long a namespace keeps closed workflows. `None` if there is no such namespace.
    pub async fn namespace_retention(
        &self,
        namespace: &str,
        deadline: Duration,
    ) -> Result<Option<Duration>, Error> {
        match self.describe_namespace(namespace, deadline).await {
            Ok(described) => {
                let retention = described
                    .config
                    .and_then(|config| config.workflow_execution_retention_ttl);
                let retention = retention.and_then(|retention| retention.try_into().ok());
                Ok(Some(retention.unwrap_or_default()))
            }
            Err(error) if error.has(Code::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Registers a namespace. Other frontends and services may not know it for some seconds.
    pub async fn register_namespace(
        &self,
        namespace: &str,
        retention: Duration,
        deadline: Duration,
    ) -> Result<(), Error> {
        const OPERATION: &str = "register namespace";
        let message = RegisterNamespaceRequest {
            namespace: namespace.to_owned(),
            workflow_execution_retention_period: Some(period(OPERATION, retention)?),
            ..RegisterNamespaceRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.register_namespace(request(message, deadline));
        self.answer(OPERATION, deadline, call).await.map(|_| ())
    }

    /// Changes how long a namespace keeps closed workflows.
    pub async fn update_retention(
        &self,
        namespace: &str,
        retention: Duration,
        deadline: Duration,
    ) -> Result<(), Error> {
        const OPERATION: &str = "update namespace";
        let message = UpdateNamespaceRequest {
            namespace: namespace.to_owned(),
            config: Some(NamespaceConfig {
                workflow_execution_retention_ttl: Some(period(OPERATION, retention)?),
                ..NamespaceConfig::default()
            }),
            ..UpdateNamespaceRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.update_namespace(request(message, deadline));
        self.answer(OPERATION, deadline, call).await.map(|_| ())
    }

    /// The workers that poll a task queue of this namespace.
    pub async fn pollers(
        &self,
        task_queue: &str,
        kind: TaskKind,
        deadline: Duration,
    ) -> Result<Vec<Poller>, Error> {
        let kind = match kind {
            TaskKind::Workflow => TaskQueueType::Workflow,
            TaskKind::Activity => TaskQueueType::Activity,
        };
        let message = DescribeTaskQueueRequest {
            namespace: self.namespace.clone(),
            task_queue: Some(TaskQueue {
                name: task_queue.to_owned(),
                ..TaskQueue::default()
            }),
            task_queue_type: kind.into(),
            ..DescribeTaskQueueRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.describe_task_queue(request(message, deadline));
        let described = self.answer("describe task queue", deadline, call).await?;
        let poller = |poller: PollerInfo| {
            let PollerInfo {
                identity,
                last_access_time,
                ..
            } = poller;
            let seen = last_access_time.as_ref().and_then(proto_ts_to_system_time);
            Poller {
                identity,
                last_access: seen.and_then(|seen| Timestamp::try_from(seen).ok()),
            }
        };
        Ok(described.pollers.into_iter().map(poller).collect())
    }
}

/// A duration as a protocol message.
fn period<P: TryFrom<Duration>>(operation: &'static str, span: Duration) -> Result<P, Error> {
    let message = "the retention exceeds the maximum of the protocol";
    P::try_from(span).map_err(|_| Error::new(operation, "InvalidArgument", message))
}
