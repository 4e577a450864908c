//! A topology that is a model: no process, no network, and time that a test can hold.

mod backend;
mod death;

pub use backend::SimulatedBackend;
