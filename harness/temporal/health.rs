//! Health check of one server role. Only the frontend is for clients, but each role implements the
//! gRPC health protocol (<https://github.com/grpc/grpc/blob/master/doc/health-checking.md>).

use std::net::SocketAddr;
use std::time::Duration;

use temporalio_common::protos::grpc::health::v1::HealthCheckRequest;
use temporalio_common::protos::grpc::health::v1::health_check_response::ServingStatus;
use temporalio_common::protos::grpc::health::v1::health_client::HealthClient;
use tonic::transport::Endpoint;

use super::Error;
use super::client::{answer, request};

const OPERATION: &str = "check health";

/// Succeeds if the role that listens at `address` reports SERVING.
pub async fn check_role(address: SocketAddr, role: &str, deadline: Duration) -> Result<(), Error> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    let endpoint = endpoint.expect("a socket address makes a valid URI");
    let channel = endpoint.connect_timeout(deadline).connect_lazy();
    let message = HealthCheckRequest {
        service: service(role).to_owned(),
    };
    let mut health = HealthClient::new(channel);
    let call = health.check(request(message, deadline));
    let status = answer(OPERATION, deadline, call).await?.status();
    if status == ServingStatus::Serving {
        return Ok(());
    }
    let message = format!("health status is {}", status.as_str_name());
    Err(Error::new(OPERATION, "Unavailable", message))
}

/// The name of a role's health service (`service/*/` in the server's source).
fn service(role: &str) -> &'static str {
    match role {
        "history" => "temporal.api.workflowservice.v1.HistoryService",
        "matching" => "temporal.api.workflowservice.v1.MatchingService",
        "worker" => "temporal.api.workflowservice.v1.WorkerService",
        _ => "temporal.api.workflowservice.v1.WorkflowService",
    }
}
