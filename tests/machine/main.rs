//! Tests that need something of the machine besides containers: a released Temporal server, the
//! right to mount, or the tools of another language. Without it they are ignored.

mod dynamic_config;
mod examples;
mod full_disk;

use std::process::ExitCode;

fn main() -> ExitCode {
    testing::suite::run([
        dynamic_config::tests(),
        examples::go::tests(),
        examples::java::tests(),
        examples::python::tests(),
        examples::typescript::tests(),
        full_disk::tests(),
    ])
}
