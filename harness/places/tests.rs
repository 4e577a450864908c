//! Checks that the waits of the places fit into the deadlines around them.

use backend::fault::PULL;

use crate::process;

#[test]
fn a_replica_that_does_not_end_is_reported_before_the_deadline_of_its_lever() {
    let most = process::AFTER_KILL;
    assert!(most < PULL, "{most:?}");
}
