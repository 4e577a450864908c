//! What is not ours is left alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Subscription;

#[test]
fn what_is_not_ours_is_named_and_stays() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    azure.change_cloud(|cloud| {
        let resources = cloud["resources"].as_object_mut().expect("a map");
        let network = resources
            .iter()
            .find(|(id, _)| id.contains("/userassignedidentities/"));
        let (id, entry) = network.expect("there is one");
        let (id, mut entry) = (id.clone(), entry.clone());
        let (folder, _) = id.rsplit_once('/').expect("an id");
        let id = format!("{folder}/theirs");
        entry["id"] = json!(id);
        entry["document"]["name"] = json!("theirs");
        resources.insert(id, entry);
    });
    let shown = azure.run("destroy");
    assert!(
        shown
            .stdout
            .contains("stays: not created by the harness; the group stays too"),
        "{shown}"
    );
    let destroyed = azure.run("destroy --yes");
    assert_eq!(destroyed.code, 73, "{destroyed}");
    assert!(
        destroyed
            .stderr
            .contains("has resources that the harness did not create"),
        "{destroyed}"
    );
    let left = azure.content();
    assert_eq!(left.len(), 2, "{left:#?}");
    azure.change_cloud(|cloud| cloud["resources"] = json!({}));
    assert_eq!(azure.run("destroy --yes").code, 0);
    assert_eq!(azure.content(), BTreeSet::new());
}

#[test]
fn a_group_whose_tag_is_gone_is_nobodys_to_touch() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let content = azure.content();
    azure.change_cloud(|cloud| {
        for group in cloud["groups"].as_object_mut().expect("a map").values_mut() {
            group["tags"] = json!({});
        }
    });
    for line in [
        "promote --override-gate=untested",
        "destroy --yes",
        "drift",
        "outputs",
    ] {
        let run = azure.run(line);
        assert_eq!(run.code, 77, "{line}: {run}");
        assert!(
            run.stderr.contains("was not created by the harness"),
            "{line}: {run}"
        );
    }
    assert_eq!(azure.content(), content);
}

#[test]
fn what_somebody_else_promotes_is_left_to_them() {
    let azure = Subscription::new();
    let at_speed = |speed: u32, line: &str| {
        let mut command = azure.command(line);
        command.env("HARNESS_REHEARSAL_SPEED", speed.to_string());
        command
    };
    // At Azure's own speed it is at work for as long as anybody looks here.
    let busy = |line: &str| azure.world.output(at_speed(1, line));
    let deploying = |cloud: Value| {
        let stacks = cloud["stacks"].as_object().expect("a map").clone();
        stacks.values().any(|stack| stack["phase"] == "Deploying")
    };
    let promote = "promote --override-gate=untested";
    // So that no provider has to be registered, which takes its time.
    assert_eq!(azure.promote("").code, 0);
    assert_eq!(azure.run("destroy --yes").code, 0);
    for step in (60..).step_by(6) {
        let mut cut = at_speed(30, promote);
        cut.env("HARNESS_CUT_POINT", step.to_string());
        let status = cut.output().expect("the binary starts").status;
        assert!(status.code().is_none(), "it was never seen at work");
        if deploying(azure.cloud()) {
            break;
        }
    }
    // Another folder has another id.
    fs_err::remove_file(azure.state().join("promoter")).expect("it is there");
    let refused = busy(promote);
    assert_eq!(refused.code, 77, "{refused}");
    assert!(
        refused
            .stderr
            .contains("another promotion of this profile is running"),
        "{refused}"
    );
    let refused = busy("destroy --yes");
    assert_eq!(refused.code, 77, "{refused}");
    assert!(
        refused
            .stderr
            .contains("another promotion of this profile is running"),
        "{refused}"
    );
}
