//! Killed at any step, a command is gone on from.

use std::collections::BTreeSet;

use super::{Subscription, foreign};

#[test]
fn killed_at_any_step_a_promotion_goes_on_to_the_same_end() {
    let whole = Subscription::new();
    assert_eq!(whole.promote("").code, 0);
    let wanted = whole.content();
    for step in 0.. {
        let azure = Subscription::new();
        if !azure.cut("promote --override-gate=untested", step) {
            assert!(step > 60, "a promotion has only {step} steps");
            return;
        }
        let again = azure.promote("");
        assert_eq!(again.code, 0, "after step {step}: {again}");
        assert_eq!(azure.content(), wanted, "after step {step}");
    }
}

#[test]
fn after_any_part_of_a_promotion_destroy_leaves_nothing_of_ours_and_all_of_theirs() {
    for step in (0..).step_by(3) {
        let azure = Subscription::new();
        if !azure.cut("promote --override-gate=untested", step) {
            assert!(step > 60, "a promotion has only {step} steps");
            return;
        }
        if !azure.state().join("cloud/cloud.json").exists() {
            continue;
        }
        azure.change_cloud(foreign);
        let destroyed = azure.run("destroy --yes");
        assert_eq!(destroyed.code, 0, "after step {step}: {destroyed}");
        let left = azure.content();
        assert_eq!(left.len(), 1, "after step {step}: {left:#?}");
    }
}

#[test]
fn killed_at_any_step_destroy_goes_on_to_the_end() {
    for step in (0..).step_by(2) {
        let azure = Subscription::new();
        assert_eq!(azure.promote("").code, 0);
        let cut = azure.cut("destroy --yes", step);
        let again = azure.run("destroy --yes");
        assert_eq!(again.code, 0, "after step {step}: {again}");
        assert_eq!(azure.content(), BTreeSet::new(), "after step {step}");
        if !cut {
            assert!(step > 10, "to destroy has only {step} steps");
            return;
        }
    }
}
