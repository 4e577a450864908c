//! Utilities that every crate of the harness uses: external tools, atomic file writes, secrets,
//! logs, HTTP clients, error chains, hints and progress messages.
//!
//! This crate does not know topologies or where they run. `tool` lists the environment variables
//! that each external tool may see. `hint` lists the verbs of the command line.

pub mod alongside;
pub mod causes;
pub mod certificate;
pub mod cut_point;
pub mod file;
pub mod hint;
pub mod http;
pub mod journal_file;
pub mod log_file;
pub mod log_tail;
pub mod news;
pub mod secret;
pub mod shell;
pub mod tool;
