//! Processes that die although no fault planned it.

use support::deaths::{await_event, deaths, events, lines, start};
use support::{Look as _, Place};

/// A worker of two of which one exits with status 3 once somebody puts the file `enough` there.
fn place_with_a_worker_that_gives_up() -> Place {
    let place = Place::with_worker_script("");
    let enough = place.beside_root("enough");
    let script = format!(
        "{{worker}} & worker=$!\n\
         while ! rm {enough} 2>/dev/null; do sleep 0.05; done\n\
         echo 'out of orders, giving up' >&2\n\
         kill $worker\n\
         exit 3"
    );
    place.worker_script(&script);
    place
        .set("worker.replicas=2")
        .set("worker.termination-grace-period=1s")
}

#[test]
fn a_worker_that_exits_in_mid_run_is_told_with_its_status_and_its_last_words() {
    let place = place_with_a_worker_that_gives_up();
    // What an earlier launch wrote is in the same file.
    place.up();
    place.down();
    for replica in ["worker-0", "worker-1"] {
        let log = place.state().join(format!("logs/{replica}.log"));
        fs_err::write(log, "words of an earlier launch\n").expect("writable");
    }
    let test = start(&place, &["quiet"]);
    await_event(&test, "phase-started");
    fs_err::write(place.beside_root("enough"), "").expect("writable");
    let test = test.wait().exits(2);
    let deaths = deaths(&place, &test);
    let [death] = &deaths[..] else {
        panic!("one death in {test}");
    };
    let replica = death["replica"].as_str().expect("a name");
    assert!(replica.starts_with("worker-"), "{test}");
    assert_eq!(death["status"], "exit status: 3", "{test}");
    assert!(death["at-ms"].is_number(), "{test}");
    let words = lines(death);
    assert!(words.contains(&"out of orders, giving up"), "{test}");
    assert!(!words.contains(&"words of an earlier launch"), "{test}");
    place.assert_nothing_is_left(&[]);
}

#[test]
fn the_death_of_the_development_server_is_the_reason_and_not_what_came_of_it() {
    let place = Place::new();
    let test = start(&place, &["quiet"]);
    await_event(&test, "phase-started");
    place.kill("temporal");
    let test = test.wait().exits(2);
    let deaths = deaths(&place, &test);
    assert_eq!(deaths[0]["replica"], "temporal", "{test}");
    assert_eq!(deaths[0]["status"], "signal: 9 (SIGKILL)", "{test}");
    let events = events(&test.stdout);
    let finished = events.iter().find(|it| it["kind"] == "scenario-finished");
    let reason = finished.expect("it is over")["reason"].as_str();
    let reason = reason.expect("there is a reason");
    assert!(reason.starts_with("temporal died by itself "), "{reason}");
    place.assert_nothing_is_left(&[]);
}

#[test]
fn of_what_an_earlier_command_started_the_exit_status_is_not_known() {
    let place = Place::new();
    place.up();
    let test = start(&place, &["quiet"]);
    await_event(&test, "phase-started");
    place.kill("worker-0");
    let test = test.wait().exits(2);
    let deaths = deaths(&place, &test);
    let [death] = &deaths[..] else {
        panic!("one death in {test}");
    };
    assert_eq!(death["replica"], "worker-0");
    let status = death["status"].as_str().expect("text");
    assert!(status.contains("its exit status is not known"), "{status}");
    place.down();
}

#[test]
fn a_death_between_two_scenarios_is_told_once_and_no_pass() {
    let place = Place::new();
    let test = start(&place, &["quiet", "more"]);
    await_event(&test, "scenario-finished");
    place.kill("worker-0");
    let test = test.wait().exits(2);
    let deaths = deaths(&place, &test);
    let [death] = &deaths[..] else {
        panic!("one death in {test}");
    };
    assert_eq!(death["replica"], "worker-0", "{test}");
    place.assert_nothing_is_left(&[]);
}

#[test]
fn an_error_shows_no_words_of_an_earlier_launch() {
    let place = Place::with_worker_script("echo 'no configuration' >&2; exit 3");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("no configuration");
    place.worker_script("exit 4");
    let up = place
        .harness(&["up"])
        .run()
        .exits(69)
        .says("`process/worker-0` failed: its process ended: exit status: 4")
        .says("(nothing written since its start)");
    assert!(!up.stderr.contains("no configuration"), "{up}");
    place.down();
}

#[test]
fn an_up_fails_at_once_if_the_server_dies_and_says_so() {
    // A worker that is never ready: `up` waits for it while the server dies.
    let place = Place::with_worker_script("exec sleep 600");
    let up = place.harness(&["up"]).start();
    place.await_line("journal.ndjson", |line| {
        line["id"] == "process/worker-0" && line["moment"] == "applied"
    });
    place.kill("temporal");
    up.wait()
        .exits(69)
        .says("`process/worker-0` failed: the process `temporal` died: signal: 9 (SIGKILL)")
        .says("caused by: temporal died by itself: signal: 9 (SIGKILL)");
    place.down();
}
