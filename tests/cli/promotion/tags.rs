//! What a plan tells of the resource group and of the stack, which no what-if tells of.

use serde_json::{Value, json};

use super::Subscription;
use support::world::Run;

const HOURS: &str = "--set backend.azure.time-to-live=2h";
const DAYS: &str = "--set backend.azure.time-to-live=3d";

/// The lines of a plan or a drift about a name.
fn about<'a>(run: &'a Run, name: &str) -> Vec<&'a str> {
    let lines = run.stdout.lines().map(str::trim);
    lines.filter(|line| line.contains(name)).collect()
}

fn of_stack(run: &Run) -> Vec<&str> {
    about(run, "deploymentStacks")
}

#[test]
fn another_time_to_live_is_told_as_when_it_expires_and_the_passing_of_time_is_not() {
    let azure = Subscription::new();
    assert_eq!(azure.promote(HOURS).code, 0);
    for verb in ["plan", "drift"] {
        let same = azure.run(&format!("{verb} {HOURS}"));
        assert!(about(&same, "expires").is_empty(), "{same}");
    }
    assert_eq!(azure.run(&format!("drift {HOURS}")).code, 0);
    let expires = |azure: &Subscription| {
        let groups = azure.cloud()["groups"].clone();
        let mut groups = groups.as_object().expect("a map").values();
        groups.find_map(|group| group["tags"].get("harness-expires").cloned())
    };
    let before = expires(&azure).expect("it expires");
    let drift = azure.run(&format!("drift {DAYS}"));
    assert_eq!(drift.code, 2, "{drift}");
    let line =
        format!("harness-azure: tags.harness-expires: {before} > \"3d after the promotion\"");
    assert_eq!(about(&drift, "expires"), [&line]);
    let plan = azure.run(&format!("plan {DAYS} --output json")).json();
    let told = json!([{
        "kind": "Microsoft.Resources/resourceGroups", "name": "harness-azure", "act": "modify",
        "certain": true, "properties": [{
            "path": "tags.harness-expires", "before": before, "after": "3d after the promotion",
        }],
    }]);
    assert_eq!(plan["differences"], told);
    // The time until which a plan counts is not that of the clock.
    let file = "later.json";
    azure.run(&format!("plan {DAYS} --out {file}"));
    let promoted = azure.promote(&format!("{DAYS} --plan {file}"));
    assert_eq!(promoted.code, 0, "{promoted}");
    assert_ne!(expires(&azure), Some(before));
    assert_eq!(azure.run(&format!("drift {DAYS}")).code, 0);
    let never = azure.run("drift");
    let [line] = &about(&never, "expires")[..] else {
        panic!("{never}");
    };
    assert!(line.ends_with(" > (none)"), "{never}");
    assert_eq!(azure.promote("").code, 0);
    assert_eq!(expires(&azure), None);
}

#[test]
fn what_counts_for_destroy_is_the_time_that_was_promoted() {
    let azure = Subscription::new();
    assert_eq!(azure.promote(DAYS).code, 0);
    let none = azure.run("destroy --expired --yes --set backend.azure.time-to-live=1ms");
    assert_eq!(none.code, 0, "{none}");
    assert!(none.stdout.contains("the time to live ends at"), "{none}");
    assert_eq!(azure.promote("").code, 0);
    let without = azure.run(&format!("destroy --expired --yes {HOURS}"));
    let told = "the promotion set no `time-to-live`: nothing was deleted";
    assert!(without.stdout.contains(told), "{without}");
}

#[test]
fn a_stack_is_listed_with_what_differs_of_it_and_never_bare() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    // What its resources tell needs no line of its own.
    let grown = azure.run("drift --set backend.azure.kubernetes.node-pools.system.count=3");
    assert_eq!(grown.code, 2, "{grown}");
    assert_eq!(of_stack(&grown), [""; 0], "{grown}");
    let replicas = azure.run("drift --set worker.replicas=7");
    assert_eq!(of_stack(&replicas).len(), 1, "{replicas}");
    assert_eq!(about(&replicas, "tags.harness-topology").len(), 1);
    let wider = "--set backend.azure.mysql.storage=32";
    let storage = azure.run(&format!("drift {wider}"));
    let line = "harness-azure: tags.harness-storage-gib: \"20\" > \"32\"";
    assert_eq!(about(&storage, "harness-storage-gib"), [line], "{storage}");
}

#[test]
fn a_tag_of_the_stack_that_somebody_changed_added_or_took_away_is_drift_and_is_put_right() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let changes: [(&str, Value, &str); 4] = [
        ("owner", json!("ops"), "tags.owner: \"ops\" > (none)"),
        (
            "harness-topology",
            Value::Null,
            "tags.harness-topology: (none) > ",
        ),
        (
            "harness-profile",
            json!("theirs"),
            "tags.harness-profile: \"theirs\" > \"azure\"",
        ),
        (
            "harness-digest",
            Value::Null,
            "it has no digest of its template and parameters",
        ),
    ];
    for (name, value, told) in changes {
        azure.change_cloud(|cloud| {
            let stacks = cloud["stacks"].as_object_mut().expect("a map");
            let [stack] = &mut stacks.values_mut().collect::<Vec<_>>()[..] else {
                panic!("one stack");
            };
            let tags = stack["tags"].as_object_mut().expect("tags");
            match value {
                Value::Null => drop(tags.remove(name)),
                value => drop(tags.insert(name.to_owned(), value)),
            }
        });
        let drift = azure.run("drift");
        assert_eq!(drift.code, 2, "{drift}");
        assert_eq!(about(&drift, told).len(), 1, "{drift}");
        let put_right = azure.promote("");
        assert_eq!(put_right.code, 0, "{put_right}");
        let drift = azure.run("drift");
        assert_eq!(drift.code, 0, "{drift}");
    }
}

#[test]
fn a_lock_that_somebody_put_on_the_stack_is_drift_and_is_taken_off() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    azure.change_cloud(|cloud| {
        let stacks = cloud["stacks"].as_object_mut().expect("a map");
        for stack in stacks.values_mut() {
            stack["wanted"]["denySettings"]["mode"] = json!("denyDelete");
        }
    });
    let drift = azure.run("drift");
    assert_eq!(drift.code, 2, "{drift}");
    let line = "harness-azure: denySettings.mode: \"DenyDelete\" > \"None\"";
    assert_eq!(about(&drift, "denySettings"), [line], "{drift}");
    assert_eq!(azure.promote("").code, 0);
    assert_eq!(azure.run("drift").code, 0);
}

#[test]
fn a_tag_of_the_group_that_the_profile_sets_is_drift_and_one_of_others_is_not() {
    let azure = Subscription::new();
    let team = "--set backend.azure.tags={\"team\":\"payments\"}";
    assert_eq!(azure.promote(team).code, 0);
    let change = |value: &str, other: &str| {
        azure.change_cloud(|cloud| {
            let groups = cloud["groups"].as_object_mut().expect("a map");
            let mut ours = groups.values_mut();
            let group = ours.find(|it| it["tags"]["harness-profile"] == "azure");
            let tags = &mut group.expect("the group is there")["tags"];
            tags["team"] = json!(value);
            tags["owner"] = json!(other);
        });
    };
    change("payments", "ops");
    assert_eq!(azure.run(&format!("drift {team}")).code, 0);
    change("orders", "ops");
    let drift = azure.run(&format!("drift {team}"));
    assert_eq!(drift.code, 2, "{drift}");
    let line = "harness-azure: tags.team: \"orders\" > \"payments\"";
    assert_eq!(about(&drift, "tags.team"), [line], "{drift}");
    assert_eq!(azure.promote(team).code, 0);
    assert_eq!(azure.run(&format!("drift {team}")).code, 0);

    // A name counts without its case, and is there once.
    azure.change_cloud(|cloud| {
        let groups = cloud["groups"].as_object_mut().expect("a map");
        for group in groups.values_mut() {
            let tags = group["tags"].as_object_mut().expect("tags");
            tags.remove("team");
            tags.insert("Team".to_owned(), json!("orders"));
        }
    });
    assert_eq!(azure.run(&format!("drift {team}")).code, 2);
    let put_right = azure.promote(team);
    assert_eq!(put_right.code, 0, "{put_right}");
    assert_eq!(azure.run(&format!("drift {team}")).code, 0);
}
