//! Ctrl-C, and what a service manager sends instead of it.

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::openpty;
use nix::sys::signal::Signal;
use support::{Look as _, Place};

#[test]
fn an_interrupted_up_can_be_taken_down() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        // A worker that never is ready: `up` is certainly not over when the signal comes.
        let place = Place::with_worker_script("exec sleep 600");
        let up = place.harness(&["up"]).heeding_hangup().start();
        place.await_line("journal.ndjson", |line| {
            line["id"] == "process/temporal" && line["moment"] == "applied"
        });
        up.signal(signal);
        up.wait()
            .exits(130)
            .says("stopping gracefully")
            .says("hint: Run `harness up")
            .says("to stop everything");
        place.down();
    }
}

#[test]
fn an_interrupted_test_is_healed_and_taken_down() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let place = Place::new();
        let scenario = place.root().join("scenarios/long.yaml");
        fs_err::write(scenario, include_str!("long.yaml")).expect("writable");
        let test = place.harness(&["test", "scenarios/long.yaml"]);
        let test = test.heeding_hangup().start();
        place.await_line("faults.ndjson", |line| line["state"] == "pulled");
        let ports = place.ports();
        test.signal(signal);
        test.wait()
            .exits(130)
            .says("fault gone healed")
            .shows("interrupted");
        place.assert_nothing_is_left(&ports);
    }
}

#[test]
fn a_closed_terminal_has_a_run_healed_and_taken_down() {
    let place = Place::new();
    let scenario = place.root().join("scenarios/long.yaml");
    fs_err::write(scenario, include_str!("long.yaml")).expect("writable");
    let terminal = openpty(None, None).expect("a terminal");
    // Who has the other end keeps it open.
    for end in [&terminal.master, &terminal.slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("it is ours");
    }
    let test = place.harness(&["test", "scenarios/long.yaml"]);
    let test = test.heeding_hangup().start_at(&terminal.slave);
    place.await_line("faults.ndjson", |line| line["state"] == "pulled");
    let ports = place.ports();
    drop(terminal);
    test.wait().exits(130);
    place.assert_nothing_is_left(&ports);
}

#[test]
fn an_interrupted_test_of_a_running_topology_is_healed_and_left_up() {
    let place = Place::new();
    let scenario = place.root().join("scenarios/long.yaml");
    fs_err::write(scenario, include_str!("long.yaml")).expect("writable");
    place.up();
    let test = place.harness(&["test", "scenarios/long.yaml"]).start();
    place.await_line("faults.ndjson", |line| line["state"] == "pulled");
    test.signal(Signal::SIGINT);
    test.wait().exits(130);
    assert!(place.answers("worker-0") && place.answers("worker-1"));
    place.harness(&["status"]).run().exits(0);
    place.down();
}
