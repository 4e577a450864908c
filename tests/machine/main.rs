//! Tests that need something of the machine besides containers: a released Temporal server, or the
//! right to mount. Without it they are ignored.

mod dynamic_config;
mod full_disk;

use std::process::ExitCode;

fn main() -> ExitCode {
    testing::suite::run([dynamic_config::tests(), full_disk::tests()])
}
