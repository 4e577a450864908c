//! What Temporal is, as its clients see it: start a workflow, wait for its close, read its history.
//!
//! Knows nothing of where the cluster runs. [`Frontend`] has two implementers: the gRPC
//! [`Client`] of a real cluster here, and the model in [`simulated`].

mod admin;
pub mod backoff;
mod calls;
mod client;
mod close;
mod closing;
mod error;
mod failure;
#[cfg(test)]
mod fake;
mod happening;
mod health;
mod history;
mod model;
mod op;
mod payload;
mod pending;
mod reach;
mod reading;
mod shard;
pub mod simulated;
mod standing;
mod start;

pub use admin::{Poller, TaskKind};
pub use client::Client;
pub use health::check_role;
pub use model::{
    Close, Cluster, Error, Execution, ExecutionKey, Frontend, HistoryEvent, Start, Status, present,
};
pub use op::{Answer, Op, OpKind, Reply};
pub use pending::{Pending, PendingActivity, PendingChild, PendingTask};
pub use reading::Reading;
