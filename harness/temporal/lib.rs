//! Temporal's client API: starts workflows, sends them messages, waits until they close, reads their
//! histories.
//!
//! This crate does not know where the cluster runs. [`Frontend`] has two implementations: the gRPC
//! [`Client`] for a real cluster, and the model in [`simulated`].

mod admin;
pub mod backoff;
mod client;
mod close;
mod closing;
mod diagnosis;
mod ending;
mod error;
mod event_failure;
mod failure;
#[cfg(test)]
mod fake;
mod health;
mod history;
mod leftover;
mod message;
mod model;
mod op;
mod payload;
mod pending;
mod reach;
mod reading;
mod retry;
mod shard;
pub mod simulated;
mod start;
#[cfg(test)]
mod stuck;
mod unregistered;
mod workers;

pub use admin::{Poller, TaskKind};
pub use client::Client;
pub use health::check_role;
pub use model::{
    Close, Cluster, Error, Execution, ExecutionKey, Frontend, HistoryEvent, Message, Start, Status,
    present,
};
pub use op::{Answer, Op, OpKind, Reply};
pub use pending::{Pending, PendingActivity, PendingChild, PendingTask};
pub use reading::Reading;
pub use unregistered::Unregistered;
pub use workers::WorkerSeen;
