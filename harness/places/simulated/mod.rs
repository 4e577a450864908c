//! A simulated topology: no process, no network, and a clock that tests can control.

mod backend;
mod death;
mod replicas;

pub use backend::SimulatedBackend;
pub use replicas::Replicas;
