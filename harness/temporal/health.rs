//! Whether a role of the server serves, asked of the role itself: only the frontend is for clients,
//! but each role answers the gRPC health protocol
//! (<https://github.com/grpc/grpc/blob/master/doc/health-checking.md>).

use std::net::SocketAddr;
use std::time::Duration;

use temporalio_common::protos::grpc::health::v1::HealthCheckRequest;
use temporalio_common::protos::grpc::health::v1::health_check_response::ServingStatus;
use temporalio_common::protos::grpc::health::v1::health_client::HealthClient;
use tonic::transport::Endpoint;

use super::Error;
use super::client::{answer, request};

const OPERATION: &str = "check health";

/// Succeeds if the role that listens there says that it serves.
pub async fn check_role(address: SocketAddr, role: &str, deadline: Duration) -> Result<(), Error> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    let endpoint = endpoint.expect("an address and a port make an address of HTTP");
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
    let message = format!("it says {}", status.as_str_name());
    Err(Error::new(OPERATION, "Unavailable", message))
}

/// What the server calls the service of a role (`service/*/` in its source).
fn service(role: &str) -> &'static str {
    match role {
        "history" => "temporal.api.workflowservice.v1.HistoryService",
        "matching" => "temporal.api.workflowservice.v1.MatchingService",
        "worker" => "temporal.api.workflowservice.v1.WorkerService",
        _ => "temporal.api.workflowservice.v1.WorkflowService",
    }
}
