//! Watches for replicas that die without a planned fault: checks the lives of all replicas
//! regularly and reports each that ended.
//!
//! It judges nothing and restarts nothing. The verdict decides what a death means for a run.

mod excuse;
mod watcher;

pub use watcher::{Seen, Watch, not_known};
