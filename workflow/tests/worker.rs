//! The built binary, as a user starts it. That it is tested here is also why `cargo test` builds
//! it, so that the tests of the harness find a worker to run.

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
fn without_temporal_it_ends_with_an_error_and_not_before_its_deadline_allows() {
    let output = worker()
        .args(["--address", "127.0.0.1:1", "--connect-deadline", "0.2"])
        .output()
        .expect("the worker starts");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("127.0.0.1:1"), "{said}");
}
