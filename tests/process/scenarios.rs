//! Scenarios of the project, on the real topology.

use support::{Look as _, Place, proofs, report};

#[test]
fn hello_world_passes_and_everything_is_taken_down() {
    let place = Place::new();
    let test = place.harness(&["test", "scenarios/smoke.yaml", "--output", "json"]);
    let report = report(&place, &test.run().exits(0));
    assert_eq!(report["verdict"], "pass", "{report:#}");
    place.assert_nothing_is_left(&[]);
}

#[test]
fn a_crash_of_the_worker_loses_nothing_and_keep_leaves_it_up() {
    let place = Place::new();
    let arguments = [
        "test",
        "scenarios/worker-crash.yaml",
        "--keep",
        "--output",
        "json",
    ];
    proofs(&place, &place.harness(&arguments).run());
    place.harness(&["status"]).run().exits(0);
    let pids = place.pids();

    // What was up before a run is up after it.
    place
        .harness(&["test", "scenarios/smoke.yaml"])
        .run()
        .exits(0);
    assert_eq!(place.pids(), pids);
    place.down();
}
