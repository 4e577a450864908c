//! The places a topology can run, behind one trait.

mod address;
pub mod azure;
mod census;
mod container_life;
mod contract;
pub mod database;
pub mod fault_deadlines;
pub mod k3d;
pub mod kubernetes;
mod namespaces;
mod owned;
mod probe;
pub mod process;
mod server_environment;
pub mod simulated;
mod vitals;

pub use census::end_orphans;
pub use contract::{Backend, Blame, Endpoint, Error, Fetch, Log, Place, Provision, Readiness};
pub use owned::remove_owned;
pub use vitals::{Ended, Vital, Vitals};
