//! What verbs make of a topology that is there in part, and of records that are not what they were.

use std::io::Write as _;

use fs_err as fs;
use nix::sys::signal::Signal;
use support::{Look as _, Place};

#[test]
fn status_of_an_up_that_was_killed_lists_what_is_missing() {
    // A worker that never is ready, so that `up` certainly is not over when it is killed.
    let place = Place::with_worker_script("exec sleep 600");
    let up = place.harness(&["up"]).start();
    place.await_line("journal.ndjson", |line| {
        line["id"] == "process/temporal" && line["moment"] == "done"
    });
    up.signal(Signal::SIGKILL);
    assert!(up.wait().was_cut());
    // Whoever was being started has registered itself, or never will.
    place.harness(&["heal"]).run().exits(0);
    let status = place.harness(&["status"]).run().exits(69);
    let status = status.shows("process/temporal").shows("process/worker-0");
    assert!(!status.stdout.contains("worker-0   ready"), "{status}");
    place.down();
}

#[test]
fn down_ends_what_runs_although_a_folder_of_the_state_is_a_file() {
    let place = Place::new();
    place.up();
    let ports = place.ports();
    let run = place.state().join("run");
    fs::remove_dir_all(&run).expect("it is there");
    fs::write(&run, "").expect("writable");
    let status = place.harness(&["status"]).run().exits(65);
    status.says("run is not a file that the harness wrote: it is not a folder");
    place.harness(&["up"]).run().exits(65);
    place.harness(&["down"]).run().exits(0);
    place.assert_nothing_is_left(&ports);
    place.up();
    place.down();
}

#[test]
fn status_of_every_killed_up_is_not_ready_until_all_of_it_is() {
    let place = Place::new();
    for point in 0.. {
        let up = place.harness(&["up"]).env("HARNESS_CUT_POINT", point).run();
        if !up.was_cut() {
            up.exits(0);
            break;
        }
        place.harness(&["heal"]).run().exits(0);
        let status = place.harness(&["status", "--output", "json"]).run();
        let json = status.json();
        let resources = json["resources"].as_array().expect("a list");
        let ready = resources.iter().filter(|it| it["state"] == "ready").count();
        // Temporal, its namespace, and two workers.
        if ready == 4 {
            status.exits(0);
        } else {
            status.exits(69);
        }
        place.down();
    }
    place.harness(&["status"]).run().exits(0);
    place.down();
}

#[test]
fn garbage_in_the_records_of_what_runs_is_told_and_keeps_nobody_from_ending_it() {
    let place = Place::new();
    for file in [
        "worker-0.launch.json",
        "worker-0.pid",
        "temporal.launch.json",
        "temporal.pid",
    ] {
        for garbage in ["", "[1]"] {
            place.up();
            let ports = place.ports();
            // In place, as the pid file is locked by the one that it names.
            let record = place.state().join("run").join(file);
            let mut record = fs::File::options().write(true).truncate(true).open(record);
            let record = record.as_mut().expect("it is there");
            record.write_all(garbage.as_bytes()).expect("writable");
            let replica = file.split('.').next().expect("a name");
            let status = place.harness(&["status"]).run().exits(69);
            let row = status.stdout.lines().find(|row| row.contains(replica));
            let row = row.expect("its row");
            assert!(
                row.contains("dead") && row.contains("cannot be read"),
                "{status}"
            );
            place.harness(&["down"]).run().exits(0);
            place.assert_nothing_is_left(&ports);
        }
    }
}

#[test]
fn without_any_record_down_goes_by_marks() {
    let place = Place::new();
    place.up();
    let ports = place.ports();
    fs::remove_dir_all(place.state().join("run")).expect("it is there");
    for file in ["journal.ndjson", "state.json"] {
        fs::write(place.state().join(file), "garbage").expect("writable");
    }
    place.harness(&["down"]).run().exits(0);
    place.assert_nothing_is_left(&ports);
    place.up();
    assert!(place.answers("worker-0"));
    place.down();
}

#[test]
fn a_broken_profile_keeps_nobody_from_looking_at_what_is_up() {
    let place = Place::new();
    place.up();
    let profile = place.root().join("profiles/local.yaml");
    fs::write(&profile, "kaputt: [").expect("writable");
    place
        .harness(&["status"])
        .run()
        .exits(0)
        .shows("process/worker-1");
    place.harness(&["logs", "temporal"]).run().exits(0);
    let starter = place
        .harness(&["open", "starter", "--print"])
        .run()
        .exits(0);
    assert!(starter.stdout.starts_with("http://127.0.0.1:"), "{starter}");
    starter.says("using the records of the running topology");
    fs::remove_file(&profile).expect("it is there");
    place
        .harness(&["status"])
        .run()
        .exits(0)
        .shows("process/worker-1");
    place.down();
}
