//! That the waits of the places fit into the deadlines around them.

use backend::fault::PULL;

use crate::process;

#[test]
fn a_replica_that_does_not_end_is_named_before_the_time_of_its_lever_is_over() {
    let most = process::AFTER_KILL;
    assert!(most < PULL, "{most:?}");
}
