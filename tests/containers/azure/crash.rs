//! The harness is killed on the way, between requests and between steps, and the next command goes
//! on.

use super::promote;
use crate::place::Place;

/// Where each run is killed in turn: the first requests of every run only look.
fn cuts() -> impl Iterator<Item = usize> {
    (60..).step_by(17)
}

#[test]
fn promote_and_destroy_go_on_from_wherever_they_were_killed() {
    let Some(place) = Place::azure() else {
        return;
    };
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
