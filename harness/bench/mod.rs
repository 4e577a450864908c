//! Measurements that a user can repeat on their own machine, as ratios within one run.
//!
//! Judges nothing: what is a good figure is for the reader.

mod spread;
mod startup;
mod throughput;

pub use spread::Spread;
pub use startup::{ByHand, Error as StartupError, Startup, measure_startup};
pub use throughput::{Cpu, Settings, Throughput, measure_throughput};
