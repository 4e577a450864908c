//! That the waits of the places fit into the deadlines around them.

use backend::fault_deadlines::{CONTAINER, HEAL, INJECT, KILL, READY, RESTART};

use crate::process;

#[test]
fn every_wait_within_a_fault_ends_before_the_one_around_it() {
    for within in [KILL, process::AFTER_KILL, RESTART + READY] {
        assert!(within < INJECT, "{within:?}");
    }
    for within in [READY, database::RECOVER + CONTAINER] {
        assert!(within < HEAL, "{within:?}");
    }
}
