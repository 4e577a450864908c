//! The trait of a place that can run a topology, and what all places share: events, deaths, faults
//! and their journal, the state folder, and questions to a Temporal server.
//!
//! Changes nothing itself: the places and the engine do.

mod contract;
pub mod death;
mod diagnosis;
mod error;
pub mod event;
mod existing;
pub mod fault;
mod host;
pub mod namespaces;
mod place;
pub mod probe;
mod readiness;
pub mod run_id;
pub mod secret_source;
pub mod server_environment;
pub mod state;
mod vitals;
pub mod wait;
mod worker_secrets;

pub use contract::{Backend, Change, Fetch, Prepared, Provision};
pub use diagnosis::Diagnosis;
pub use error::{Blame, Error};
pub use existing::{ClusterSeen, ExistingCluster, LeftOpen};
pub use host::Host;
pub use place::{Endpoint, Log, Place};
pub use readiness::Readiness;
pub use vitals::{Ended, Vital, Vitals};
pub use worker_secrets::WorkerSecrets;
