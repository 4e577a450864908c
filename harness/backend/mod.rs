//! The places a topology can run, behind one trait.

mod contract;
pub mod process;
pub mod simulated;

pub use contract::{Backend, Endpoint, Error, Fetch, Log, Place, Provision, Readiness};
