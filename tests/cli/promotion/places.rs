//! A profile that names another resource group than it was promoted to.

use super::Subscription;

const OTHER: &str = "--set backend.azure.resource-group=other";

/// What is told of the group that was promoted to first, and what ends it.
const FIRST: &str = "resource group harness-azure still exists from an earlier promotion and \
                     costs money: `harness destroy --profile azure --rehearse ";

#[test]
fn a_group_that_was_promoted_to_before_is_told_of_until_it_is_destroyed() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    assert!(!azure.run("plan").stdout.contains("still exists"));
    let plan = azure.run(&format!("plan {OTHER}"));
    assert!(plan.stdout.contains(&format!("note: {FIRST}")), "{plan}");
    let json = azure.run(&format!("plan {OTHER} --output json")).json();
    let note = json["notes"][0].as_str().expect("a note");
    assert!(note.starts_with(FIRST), "{note}");
    let set = "--set backend.azure.resource-group=harness-azure`";
    assert!(
        note.contains(set) && !note.contains("group=other"),
        "{note}"
    );
    let drift = azure.run(&format!("drift {OTHER}"));
    assert!(drift.stderr.contains(FIRST), "{drift}");
    let json = azure.run(&format!("drift {OTHER} --output json")).json();
    let command = json["hints"][1]["commands"][0].as_array();
    let command = command.expect("the command that ends it");
    let set = "backend.azure.resource-group=harness-azure";
    assert!(command.contains(&set.into()), "{json}");
    assert_eq!(command[..2], ["harness", "destroy"], "{json}");

    let second = azure.promote(OTHER);
    assert_eq!(second.code, 0, "{second}");
    assert!(second.stdout.contains(FIRST), "{second}");
    let first = azure.run("plan");
    assert!(
        first.stdout.contains("resource group other still exists"),
        "{first}"
    );
    // It is no drift of the second, and each goes by itself.
    let drift = azure.run(&format!("drift {OTHER}"));
    assert_eq!(drift.code, 0, "{drift}");
    assert!(drift.stdout.contains(FIRST), "{drift}");
    let gone = azure.run("destroy --yes");
    assert_eq!(gone.code, 0, "{gone}");
    assert!(
        gone.stderr.contains("! resource group other still exists"),
        "{gone}"
    );
    let drift = azure.run(&format!("drift {OTHER}"));
    assert_eq!(drift.code, 0, "{drift}");
    assert!(!drift.to_string().contains("still exists"), "{drift}");
    let last = azure.run(&format!("destroy --yes {OTHER}"));
    assert_eq!(last.code, 0, "{last}");
    assert!(!last.to_string().contains("still exists"), "{last}");
    assert!(azure.content().is_empty());
}

#[test]
fn a_group_that_somebody_else_removed_or_took_over_is_told_of_no_more() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    azure.change_cloud(|cloud| {
        let groups = cloud["groups"].as_object_mut().expect("a map");
        let ours = groups.values_mut().next().expect("the group");
        ours["tags"]["harness-profile"] = serde_json::json!("theirs");
    });
    let taken = azure.run(&format!("plan {OTHER}"));
    assert!(!taken.stdout.contains("still exists"), "{taken}");
    azure.change_cloud(|cloud| {
        for kind in ["groups", "resources", "stacks"] {
            cloud[kind] = serde_json::json!({});
        }
    });
    let gone = azure.run(&format!("plan {OTHER}"));
    assert!(!gone.stdout.contains("still exists"), "{gone}");
}

#[test]
fn a_promotion_that_was_refused_left_nothing_to_tell_of() {
    let azure = Subscription::new();
    assert_eq!(azure.run("promote").code, 77);
    let plan = azure.run(&format!("plan {OTHER}"));
    assert!(!plan.stdout.contains("promoted to"), "{plan}");
}
