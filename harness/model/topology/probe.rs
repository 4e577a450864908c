//! The conditions that make a replica ready. Each place has its checks in a file of this name.

use serde::Serialize;

/// A condition that makes a replica ready. The harness checks it itself and does not rely on the
/// output of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// The named port accepts a TCP connection.
    TcpAccepts { port: String },
    /// The gRPC health check on the named port returns SERVING.
    GrpcServing { port: String },
    /// HTTP GET on the named port returns 200.
    HttpOk {
        port: String,
        /// Such as `/ping`.
        path: String,
    },
    /// The task queue has a poller of this replica.
    TaskQueuePolled { task_queue: String },
}
