//! Backend `azure`, rehearsed: the built-in Azure, with a cluster and a database of this machine.

mod crash;
mod gate;
mod whole;

use crate::invocation::Invocation;
use crate::place::Place;

/// What every promotion of a test says: nothing was tested before.
const PROMOTE: [&str; 2] = ["promote", "--override-gate=untested"];

/// A promotion with further words.
fn promote(place: &Place, more: &[&str]) -> Invocation {
    place.harness(&[&PROMOTE, more].concat())
}
