//! Backend `azure`, rehearsed: the built-in Azure, with a cluster and a database of this machine.

mod crash;
mod gate;
mod whole;

use support::{Invocation, Look as _};
use testing::suite::Test;

use crate::place::Place;

pub(crate) fn tests() -> Vec<Test> {
    [crash::tests(), gate::tests(), whole::tests()].concat()
}

/// What every promotion of a test says: nothing was tested before.
const PROMOTE: [&str; 2] = ["promote", "--override-gate=untested"];

/// A promotion with further words.
fn promote(place: &Place, more: &[&str]) -> Invocation {
    place.harness(&[&PROMOTE, more].concat())
}
