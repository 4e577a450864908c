//! What every crate of the harness stands on: outside tools, files that are whole or absent,
//! secrets, logs, HTTP clients, and how errors and long work are told.
//!
//! Knows nothing of topologies or of where they run; `tool` knows which variables each outside tool
//! may see, and `hint` the verbs of the command line by name.

pub mod alongside;
pub mod causes;
pub mod certificate;
pub mod cut_point;
pub mod file;
pub mod hint;
pub mod http;
pub mod log_file;
pub mod log_tail;
pub mod news;
pub mod secret;
pub mod shell;
pub mod tool;
