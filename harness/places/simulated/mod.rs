//! A topology that is a model: no process, no network, and time that a test can hold.

mod backend;
mod death;
mod replicas;

pub use backend::SimulatedBackend;
pub use replicas::Replicas;
