//! Runs, tests and promotes a self-hosted Temporal topology from one profile.
//!
//! The command line, on top of all other crates; `docs/architecture.md` is their map.

pub mod bench;
pub mod doctor;
pub mod error;
pub mod init;
pub mod parity;
pub mod ui;
pub mod verb;
