//! The harness is killed at every step that it journals, and the next command copes.

use support::Look as _;

use crate::cut::{cut, down_until_done, up_until_done};
use crate::needs::{DOCKER, LINUX};
use crate::place::Place;

testing::tests!(
    [LINUX, DOCKER];
    blocking:
    up_and_down_go_on_from_wherever_they_were_killed,
    what_up_leaves_when_killed_is_taken_down,
);

/// How far apart the cuts are after each of which everything is taken down.
const STRIDE: usize = 7;

fn up_and_down_go_on_from_wherever_they_were_killed() {
    let place = Place::server();
    let cuts = up_until_done(&place);
    assert!(cuts >= 10, "`up` was cut only {cuts} times");
    place.harness(&["status"]).run().exits(0);
    assert!(place.answers("worker-0") && place.answers("worker-1"));
    let cuts = down_until_done(&place);
    assert!(cuts >= 8, "`down` was cut only {cuts} times");
    place.assert_nothing_is_left(&[]);
}

fn what_up_leaves_when_killed_is_taken_down() {
    let place = Place::server();
    let mut cuts = 0;
    for step in (1..).step_by(STRIDE) {
        let up = cut(&place, "up", step);
        let was_cut = up.was_cut();
        if !was_cut {
            up.exits(0);
        }
        place.down();
        if !was_cut {
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 4, "`up` was cut only {cuts} times");
}
