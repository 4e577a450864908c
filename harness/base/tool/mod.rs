//! The only place that runs outside tools to their end: pip, cargo, go, docker, k3d, what opens
//! a browser, and Temporal's programs when they are asked for their version.
//!
//! A tool runs in a process group of its own, with an environment cut down to what its family
//! needs, under a deadline; a cancelled or abandoned run leaves no process behind. What is
//! started to stay (servers, workers) is not started here.

mod environment;
mod error;
mod group;
mod lines;
mod own;
mod run;

pub use environment::is_executable;
pub use environment::{Environment, Family};
pub use error::Error;
pub use own::this_program;
pub use run::{Output, Stream, Tool};
