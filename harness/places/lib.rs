//! The places that a topology can run in: child processes, a k3d cluster, Azure, and a model of
//! them for tests. Knows nothing about scenarios and verdicts.

mod address;
pub mod azure;
mod census;
mod container_life;
pub mod k3d;
mod owned;
pub mod process;
pub mod simulated;

pub use census::end_orphans;
pub use owned::remove_owned;

#[cfg(test)]
mod tests;
