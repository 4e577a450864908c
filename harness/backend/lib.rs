//! A place that can run a topology, behind one trait, and what is said of places: events, deaths,
//! faults and their journal, the state folder, and what any place asks a server.
//!
//! Carries nothing out: a place does, and the engine around it.

mod contract;
pub mod death;
pub mod event;
pub mod fault;
pub mod fault_deadlines;
pub mod namespaces;
pub mod probe;
pub mod server_environment;
pub mod state;
mod vitals;

pub use contract::{Backend, Blame, Endpoint, Error, Fetch, Log, Place, Provision, Readiness};
pub use vitals::{Ended, Vital, Vitals};
