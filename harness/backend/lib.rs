//! A place that can run a topology, behind one trait, and what is said of places: events, deaths,
//! faults and their journal, the state folder, and what any place asks a server.
//!
//! Carries nothing out: a place does, and the engine around it.

mod contract;
pub mod death;
mod error;
pub mod event;
pub mod fault;
mod host;
pub mod namespaces;
mod place;
pub mod probe;
mod readiness;
pub mod run_id;
pub mod server_environment;
pub mod state;
mod vitals;
pub mod wait;

pub use contract::{Backend, Change, Fetch, Prepared, Provision};
pub use error::{Blame, Error};
pub use host::Host;
pub use place::{Endpoint, Log, Place};
pub use readiness::Readiness;
pub use vitals::{Ended, Vital, Vitals};
