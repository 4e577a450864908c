//! The harness is killed on the way, between requests and between steps, and the next command goes
//! on.

use support::Look as _;

use super::promote;
use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::Place;

testing::tests!(
    [LINUX, DOCKER, K3D];
    blocking:
    promote_and_destroy_go_on_from_wherever_they_were_killed,
);

/// Where each run is killed in turn: the first requests of every run only look.
fn cuts() -> impl Iterator<Item = usize> {
    (60..).step_by(17)
}

fn promote_and_destroy_go_on_from_wherever_they_were_killed() {
    let place = Place::azure();
    let mut killed = 0;
    for cut in cuts() {
        let run = promote(&place, &["--no-smoke"])
            .env("HARNESS_CUT_POINT", cut)
            .run();
        if !run.was_cut() {
            run.exits(0);
            break;
        }
        killed += 1;
    }
    assert!(killed >= 3, "`promote` was cut only {killed} times");
    place.harness(&["status"]).run().exits(0);
    a_cluster_is_replaced_although_it_was_connected_to(&place);
    killed = 0;
    for cut in (4..).step_by(7) {
        let run = place
            .harness(&["destroy", "--yes"])
            .env("HARNESS_CUT_POINT", cut)
            .run();
        if !run.was_cut() {
            run.exits(0);
            break;
        }
        killed += 1;
    }
    assert!(killed >= 3, "`destroy` was cut only {killed} times");
    place.assert_nothing_is_left(&[]);
}

/// As where a command was killed that was about to end the cluster: the next one looks at what is in
/// it, replaces it, and goes on with the new one.
fn a_cluster_is_replaced_although_it_was_connected_to(place: &Place) {
    let record = place.state().join("run/cluster.json");
    let text = fs_err::read_to_string(&record).expect("there is a cluster");
    let mut known: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    known["digest"] = "0".repeat(64).into();
    fs_err::write(&record, known.to_string()).expect("writable");
    let again = promote(place, &["--no-smoke"]).run().exits(0);
    again.says("✓ replace cluster/");
    place.harness(&["status"]).run().exits(0);
}
