//! Who dies although nobody planned it: looks at the lives of all replicas again and again, and
//! tells of each that ended.
//!
//! It judges nothing and starts nothing again; what a death means for a run is for the verdict.

mod excuse;
mod watcher;

pub use watcher::{Seen, Watch, not_known};
