//! Workers that do not behave.

use std::time::Duration;

use support::{Look as _, Place};

#[test]
fn one_that_exits_at_once_ends_the_wait_with_its_last_words() {
    let place = Place::with_worker_script("echo 'no configuration in orders.toml' >&2; exit 3");
    // A wait that goes on until its deadline would say that the worker was not ready in time.
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("`process/worker-0` failed: its process ended: exit status: 3")
        .says("no configuration in orders.toml")
        .says("hint: Run `harness logs worker-0");
    place.down();
}

#[test]
fn one_that_cannot_be_started_says_why() {
    let place = Place::with_worker_script("");
    let path = place.beside_root("worker.sh");
    fs_err::write(path, "#!/no/such/interpreter\n").expect("writable");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("`process/worker-0` failed")
        .says("No such file or directory");
    place.down();
}

#[test]
fn one_that_ignores_sigterm_is_killed_after_its_grace_period() {
    let script = "trap '' TERM\n{worker} &\nwhile :; do sleep 600; done";
    let place = Place::with_worker_script(script).set("worker.termination-grace-period=1s");
    place.up();
    let down = place.down();
    assert!(down.took >= Duration::from_secs(1), "{down}");
}

#[test]
fn what_one_started_in_a_session_of_its_own_goes_with_it() {
    let place = Place::with_worker_script("setsid sleep 600 &\nexec {worker}")
        .set("worker.termination-grace-period=1s");
    place.up();
    let of_worker = |place: &Place| {
        let processes = place.processes().into_iter();
        processes
            .filter(|found| found.replica.as_deref() == Some("worker-0"))
            .count()
    };
    assert_eq!(
        of_worker(&place),
        2,
        "the worker and what it left its session for"
    );
    place.down();

    // The same where only the one that left is alive.
    place.up();
    place.kill("worker-0");
    assert_eq!(of_worker(&place), 1);
    place.harness(&["status"]).run().exits(69);
    place.down();
}

#[test]
fn one_whose_children_survived_it_is_replaced() {
    // One left the session, and one the environment by which it could be known.
    let script = "setsid sleep 600 &\nenv -i /bin/sleep 601 &\nexec {worker}";
    let place = Place::with_worker_script(script).set("worker.termination-grace-period=1s");
    place.up();
    let before = place.processes();
    assert_eq!(before.len(), 4, "Temporal, the worker, and what it started");
    place.kill("worker-0");
    place.up();
    let after = place.processes();
    let kept = after.iter().filter(|found| before.contains(found)).count();
    assert_eq!((kept, after.len()), (1, 4), "Temporal alone is kept");
    place.harness(&["status"]).run().exits(0);
    place.down();
}

#[test]
fn what_cannot_be_found_is_told_as_a_leftover() {
    let script = "setsid env -i /bin/sleep 600 &\nexec {worker}";
    let place = Place::with_worker_script(script).set("worker.termination-grace-period=1s");
    place.up();
    let pid_file = place.state().join("run/worker-0.pid");
    place
        .harness(&["down"])
        .run()
        .exits(73)
        .says(&format!("the process that holds the lock of {pid_file}"))
        .says("hint: Run `harness down")
        .says("again, or stop the processes by hand.");
    place.kill_everything();
    place.down();
}

#[test]
fn one_that_floods_its_log_is_up_all_the_same() {
    let script = "yes 'a line that says nothing' | head -n 2000000\nexec {worker}";
    let place = Place::with_worker_script(script);
    place.up();
    let logs = place.harness(&["logs", "-n", "3", "worker"]).run().exits(0);
    assert_eq!(logs.stdout.lines().count(), 3, "{logs}");
    place.down();
}

#[test]
fn one_that_never_is_ready_is_given_up_at_its_deadline() {
    let script = "yes 'still looking for the database' | head -n 2000000\nexec sleep 600";
    let place = Place::with_worker_script(script).set("worker.ready-timeout=2s");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("`process/worker-0` was not ready within 2s")
        .says("still looking for the database");
    place.down();
}
