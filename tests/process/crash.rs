//! The harness is killed at every step that it journals, and the next command copes.
//!
//! The step is chosen by `HARNESS_CUT_POINT`, which debug builds know: no sleep decides what is
//! seen.

use std::ops::ControlFlow;

use nix::sys::signal::Signal;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use support::{Finished, Look as _, Place, eventually};

/// Decides which cuts are followed by the longer of two checks.
const SEED: u64 = 3;

/// A scenario whose fault takes about a second, and another whose fault waits to be cut short.
const BLINK: &str = include_str!("blink.yaml");

#[test]
fn what_up_leaves_when_killed_is_taken_down_from_even_steps() {
    cut_up((0..).step_by(2));
}

#[test]
fn what_up_leaves_when_killed_is_taken_down_from_odd_steps() {
    cut_up((1..).step_by(2));
}

/// Cuts `up` at each of the steps until there are no more, and takes down what it left.
fn cut_up(steps: impl Iterator<Item = u32>) {
    let place = Place::new();
    let cuts = cut_each(&place, &["up"], steps, || {
        place.down();
    });
    assert!(cuts >= 10, "`up` has only {cuts} steps of every second one");
}

#[test]
fn up_finishes_what_a_killed_up_began() {
    let place = Place::new();
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    let steps = (0..).filter(|_| chance.random_ratio(1, 3));
    let cuts = cut_each(&place, &["up"], steps, || {
        place.up();
        assert!(place.answers("worker-0") && place.answers("worker-1"));
        place.down();
    });
    assert!(cuts >= 5, "only {cuts} steps were chosen");
}

#[test]
fn what_down_leaves_when_killed_is_taken_down_or_brought_up_again() {
    let place = Place::new();
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    for step in 0.. {
        place.up();
        let ports = place.ports();
        let down = cut(&place, &["down"], step);
        if !down.was_cut() {
            down.exits(0);
            place.assert_nothing_is_left(&ports);
            assert!(step >= 15, "`down` has only {step} steps");
            return;
        }
        if chance.random_ratio(1, 3) {
            place.up();
            assert!(place.answers("worker-0") && place.answers("worker-1"));
        }
        place.down();
        place.assert_nothing_is_left(&ports);
    }
}

#[test]
fn a_fault_of_a_killed_run_is_healed_without_another_command() {
    let place = Place::new();
    fs_err::write(place.root().join("scenarios/blink.yaml"), BLINK).expect("writable");
    place.up();
    let test = ["test", "scenarios/blink.yaml"];
    let cuts = cut_each(&place, &test, 0.., || {
        eventually("the end of the reaper", || {
            let mut processes = place.processes().into_iter();
            let reaper = processes.any(|found| found.replica.as_deref() == Some("reaper"));
            (!reaper).then_some(())
        });
        assert!(place.answers("worker-0") && place.answers("worker-1"));
        place
            .harness(&["heal"])
            .run()
            .exits(0)
            .shows("nothing to heal");
    });
    assert_eq!(
        cuts, 10,
        "before and after intent, pull, look, remedy and what verifies it"
    );
    place.down();
}

#[test]
fn a_fault_of_a_killed_run_is_healed_whatever_the_profile_says_by_then() {
    let place = Place::new();
    let scenario = place.root().join("scenarios/long.yaml");
    fs_err::write(scenario, include_str!("long.yaml")).expect("writable");
    place.up();
    let test = place.harness(&["test", "scenarios/long.yaml"]).start();
    place.await_line("faults.ndjson", |line| line["state"] == "pulled");
    let profile = place.root().join("profiles/local.yaml");
    let before = fs_err::read_to_string(&profile).expect("there is a profile");
    let elsewhere = "apiVersion: harness/v1\nkind: Profile\nname: local\nextends: base\n\
                     backend: {simulated: {}}\n";
    fs_err::write(&profile, elsewhere).expect("writable");
    test.signal(Signal::SIGKILL);
    test.wait();
    eventually("the workers", || {
        (place.answers("worker-0") && place.answers("worker-1")).then_some(())
    });
    fs_err::write(&profile, before).expect("writable");
    place
        .harness(&["heal"])
        .run()
        .exits(0)
        .shows("nothing to heal");
    place.down();
}

/// Journal steps of a run on a topology that is up: the intent of its fault, and its injection.
const INJECTED: u32 = 3;

#[test]
fn up_and_down_need_not_wait_until_a_killed_run_is_healed() {
    let place = Place::new();
    fs_err::write(place.root().join("scenarios/blink.yaml"), BLINK).expect("writable");
    let cut_test = |step| {
        let test = cut(&place, &["test", "scenarios/blink.yaml"], step);
        assert!(test.was_cut(), "{test}");
    };
    for step in 1..=INJECTED {
        place.up();
        cut_test(step);
        place.up();
        assert!(place.answers("worker-0") && place.answers("worker-1"));
        cut_test(step);
        place.down();
    }
}

#[test]
fn after_a_power_cut_in_the_middle_of_a_fault_up_works() {
    let place = Place::new();
    fs_err::write(place.root().join("scenarios/blink.yaml"), BLINK).expect("writable");
    place.up();
    let test = cut(&place, &["test", "scenarios/blink.yaml"], INJECTED);
    assert!(test.was_cut(), "{test}");
    place.kill_everything();
    place.up();
    assert!(place.answers("worker-0") && place.answers("worker-1"));
    place
        .harness(&["heal"])
        .run()
        .exits(0)
        .shows("nothing to heal");
    place.down();
}

/// Runs a command that is killed at a step of its journals.
#[track_caller]
fn cut(place: &Place, arguments: &[&str], step: u32) -> Finished {
    let invocation = place.harness(arguments);
    invocation.env("HARNESS_CUT_POINT", step).run()
}

/// Cuts a command at each of the steps until one is beyond its end, checks after each cut, and
/// returns how many there were. What the whole run brought up is taken down.
fn cut_each(
    place: &Place,
    arguments: &[&str],
    steps: impl Iterator<Item = u32>,
    check: impl Fn(),
) -> u32 {
    let mut cuts = 0;
    let mut steps = steps;
    let _ = steps.try_for_each(|step| {
        let run = cut(place, arguments, step);
        if !run.was_cut() {
            run.exits(0);
            return ControlFlow::Break(());
        }
        check();
        cuts += 1;
        ControlFlow::Continue(())
    });
    place.down();
    cuts
}
