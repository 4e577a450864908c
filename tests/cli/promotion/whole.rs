//! What every verb does about a promoted topology.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Subscription, files};

#[test]
fn a_topology_is_promoted_looked_at_and_destroyed() {
    let azure = Subscription::new();
    let promoted = azure.promote("");
    assert_eq!(promoted.code, 0, "{promoted}");
    assert!(promoted.stdout.contains("gate overridden"), "{promoted}");
    let content = azure.content();
    assert!(content.len() > 15, "{content:#?}");

    for (line, code) in [
        ("plan --output json", 77),
        ("drift", 0),
        ("status", 0),
        ("outputs", 0),
    ] {
        let run = azure.run(line);
        assert_eq!(run.code, code, "{line}: {run}");
    }
    let again = azure.promote("--output json");
    assert_eq!(again.code, 0, "{again}");
    let steps = again.json()["steps"]["steps"].clone();
    let kept = |step: &Value| step["action"] == "keep";
    assert!(
        steps.as_array().is_some_and(|all| all.iter().all(kept)),
        "{again}"
    );

    let refused = azure.run("destroy");
    assert_eq!(refused.code, 77, "{refused}");
    assert_eq!(azure.content(), content);
    let destroyed = azure.run("destroy --yes");
    assert_eq!(destroyed.code, 0, "{destroyed}");
    assert_eq!(azure.content(), BTreeSet::new());
    let again = azure.run("destroy --yes");
    assert_eq!(again.code, 0, "{again}");
    assert!(!azure.state().join("secrets").exists());
}

#[test]
fn a_closed_gate_and_a_plan_that_the_world_has_moved_from_are_refused() {
    let azure = Subscription::new();
    let closed = azure.run("promote");
    assert_eq!(closed.code, 77, "{closed}");
    assert_snapshot!(closed.stderr, @r#"
    · profile azure (profiles/azure.yaml): backend azure-rehearsal (a rehearsal of the Azure resources only: no Docker engine answers, so no workload can run), engine server, database mysql, topology [digest]
    · signing in
    · reading the current state and the changes
    error: the gate is closed:
      gate: smoke: never run; `harness test scenarios/smoke.yaml --profile k3d --set 'worker.run={"image":"example/worker:1"}'` runs it
      hint: Run the missing scenarios, or override the gate with `--override-gate REASON`.
    "#);
    assert_eq!(azure.content(), BTreeSet::new());

    let plan = azure.run("plan --out plan.json");
    assert_eq!(plan.code, 77, "{plan}");
    let kept = azure.promote("--plan plan.json");
    assert_eq!(kept.code, 0, "{kept}");
    let moved = azure.promote("--plan plan.json");
    assert_eq!(moved.code, 77, "{moved}");
    assert!(moved.stderr.contains("is outdated"), "{moved}");
}

#[test]
fn the_password_is_in_one_private_file_and_nowhere_else() {
    let azure = Subscription::new();
    let runs = [
        azure.promote("--events -vv"),
        azure.run("plan --output json"),
        azure.run("outputs --output json"),
        azure.run("render"),
    ];
    let file = azure.state().join("secrets/mysql-under-way");
    let password = fs_err::read_to_string(&file).expect("it is on its way");
    assert_eq!(password.len(), 32);
    for (path, text) in files(azure.world.path()) {
        assert!(path == file || !text.contains(&password), "{path}");
    }
    for run in runs {
        assert!(!run.to_string().contains(&password), "it was printed");
    }
}

#[test]
fn what_somebody_has_changed_is_drift_and_is_put_right() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    azure.change_cloud(|cloud| {
        let resources = cloud["resources"].as_object_mut().expect("a map");
        for (id, entry) in resources {
            if id.ends_with("/configurations/max_connections") {
                entry["document"]["properties"]["value"] = json!("17");
            }
        }
    });
    let drift = azure.run("drift");
    assert_eq!(drift.code, 2, "{drift}");
    assert!(
        drift.stdout.contains("max_connections: properties.value"),
        "{drift}"
    );
    let promoted = azure.promote("");
    assert_eq!(promoted.code, 0, "{promoted}");
    assert_eq!(azure.run("drift").code, 0);
}

#[test]
fn a_place_whose_time_is_over_is_destroyed_and_one_whose_is_not_stays() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let never = azure.run("destroy --expired --yes");
    assert!(never.stdout.contains("set no `time-to-live`"), "{never}");
    // Its time begins with the promotion that sets it, and with each after that.
    let timed = "--set backend.azure.time-to-live=1h --set backend.azure.tags.team=x";
    assert_eq!(azure.promote(timed).code, 0);
    let stays = azure.run("destroy --expired --yes");
    assert_eq!(stays.code, 0, "{stays}");
    assert!(stays.stdout.contains("nothing was deleted"), "{stays}");
    assert!(!azure.content().is_empty());
    azure.change_cloud(|cloud| {
        for group in cloud["groups"].as_object_mut().expect("a map").values_mut() {
            group["tags"]["harness-expires"] = json!("2020-01-01T00:00:00Z");
        }
    });
    let goes = azure.run("destroy --expired --yes");
    assert_eq!(goes.code, 0, "{goes}");
    assert_eq!(azure.content(), BTreeSet::new());
}

#[test]
fn verbs_of_this_machine_say_what_does_it_in_azure() {
    let azure = Subscription::new();
    for (line, instead) in [("up", "promote"), ("down", "destroy")] {
        let run = azure.run(line);
        assert_eq!(run.code, 64, "{run}");
        assert!(
            run.stderr
                .contains(&format!("`harness {instead} --profile azure --rehearse ")),
            "{run}"
        );
    }
    let test = azure.run("test scenarios/smoke.yaml");
    assert_eq!(test.code, 69, "{test}");
    assert!(test.stderr.contains("Run `harness promote"), "{test}");
}
