//! Measurements that a user can repeat on their own machine, as ratios within one run.
//!
//! Does not judge the figures.

mod child;
mod dev_server;
mod error;
mod probe;
mod script;
mod seconds;
mod spread;
mod startup;
mod throughput;
mod timeline;

pub use child::Harness;
pub use dev_server::DevServer;
pub use error::Error;
pub use script::Script;
pub use spread::Spread;
pub use startup::{ByHand, Measurement, Snapshot, Startup, Up, measure_startup};
pub use throughput::{Cpu, Measured, Settings, Throughput, measure_throughput};
pub use timeline::{Made, Timeline, Work};
