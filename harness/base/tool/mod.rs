//! Runs external tools until they end: pip, cargo, go, docker, k3d, the program that opens a
//! browser, and Temporal's programs to print their version.
//!
//! A tool runs in its own process group, with a deadline, and sees only the environment variables
//! that its family needs. A cancelled or dropped run leaves no process behind. Long-running
//! processes (servers, workers) are not started here.

mod environment;
mod error;
mod group;
mod lines;
mod own;
mod run;

pub use environment::is_executable;
pub use environment::{Environment, Family};
pub use error::Error;
pub use own::{this_file, this_program};
pub use run::{Output, Stream, Tool};
