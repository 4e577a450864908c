//! Commands that are killed at a step of their journal, which `HARNESS_CUT_POINT` names.

use support::{Finished, Look as _};

use crate::place::Place;

/// Where, among the records of the first step of a run, `up` is killed: its intent is written and
/// nothing is done; it is done and nobody has written that; that is written; it is over. The last
/// is for steps that begin together, so that one of them comes to its end.
const CUTS: [u32; 5] = [1, 2, 3, 5, 8];

/// Runs `up` again and again, killed at each of the cuts in turn; answers with how often it was.
pub(crate) fn up_until_done(place: &Place) -> u32 {
    until_done(place, "up", CUTS.into_iter().cycle())
}

/// Runs `down` again and again, each time killed one record later: what is ended with something
/// else is told to end again by every run until that is gone. Answers with how often it was.
pub(crate) fn down_until_done(place: &Place) -> u32 {
    until_done(place, "down", 1..)
}

fn until_done(place: &Place, verb: &str, steps: impl Iterator<Item = u32>) -> u32 {
    let mut cuts = 0;
    for step in steps {
        let run = cut(place, verb, step);
        if !run.was_cut() {
            run.exits(0);
            break;
        }
        cuts += 1;
    }
    cuts
}

/// Runs a command that is killed at a step of its journal.
pub(crate) fn cut(place: &Place, verb: &str, step: u32) -> Finished {
    let invocation = place.harness(&[verb]);
    invocation.env("HARNESS_CUT_POINT", step).run()
}
