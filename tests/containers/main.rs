//! Tests of the places that need containers: the built harness creates real clusters, databases and
//! processes, and the tests do to them what users and machines do.
//!
//! The tests need Linux and Docker, and those of clusters need k3d. Without them they are ignored;
//! they fail if `HARNESS_REQUIRE` contains what is missing.

mod azure;
mod cut;
mod endpoint;
mod k3d;
mod needs;
mod place;
mod server;
mod turn;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    testing::suite::run([azure::tests(), k3d::tests(), server::tests()])
}
