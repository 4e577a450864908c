//! The harness is killed at every step that it journals, and the next command copes.

use support::Look as _;

use crate::cut::{cut, down_until_done, up_until_done};
use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::Place;

testing::tests!([LINUX, DOCKER, K3D]; blocking: up_and_down_go_on_from_wherever_they_were_killed);

/// A cut in the middle of the making of a cluster: the network is there, and the database, which
/// begins with the cluster and takes less time, is about to be written down.
const WHILE_K3D_WORKS: u32 = 10;

fn up_and_down_go_on_from_wherever_they_were_killed() {
    let place = Place::k3d();
    let cuts = up_until_done(&place);
    assert!(cuts >= 15, "`up` was cut only {cuts} times");
    place.harness(&["status"]).run().exits(0);
    // What is in the cluster goes with it, in no step of its own.
    let cuts = down_until_done(&place);
    assert!(cuts >= 6, "`down` was cut only {cuts} times");
    place.assert_nothing_is_left(&[]);

    // k3d itself goes on when the harness is killed: what it is about to make is missed too.
    let up = cut(&place, "up", WHILE_K3D_WORKS);
    assert!(up.was_cut(), "{up}");
    place.down();
}
