//! Runs the built binary as a user does. These tests also make `cargo test` build the binary, which
//! the tests of the harness need.

use std::process::Command;

fn worker() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
    command.env_clear();
    command
}

#[test]
fn help_names_every_variable() {
    let output = worker().arg("--help").output().expect("the worker starts");
    assert!(output.status.success());
    let help = String::from_utf8_lossy(&output.stdout);
    for variable in ["TEMPORAL_ADDRESS", "TEMPORAL_TASK_QUEUE", "STARTER_ADDRESS"] {
        assert!(help.contains(variable), "{variable} is not in:\n{help}");
    }
}

#[test]
fn without_temporal_it_ends_with_an_error_at_its_deadline() {
    let output = worker()
        .args(["--address", "127.0.0.1:1", "--connect-deadline", "0.2"])
        .output()
        .expect("the worker starts");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("127.0.0.1:1"), "{said}");
}
