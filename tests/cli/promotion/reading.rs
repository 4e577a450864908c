//! What people read of a promotion.

use super::Subscription;
use support::world::Run;

/// Lines that nobody can read.
fn too_long(run: &Run) -> Vec<&str> {
    let lines = run.stdout.lines();
    lines.filter(|line| line.chars().count() > 200).collect()
}

#[test]
fn roles_are_read_as_who_gets_which_role_on_what() {
    let azure = Subscription::new();
    let plan = azure.run("plan");
    for line in [
        "identity azure-control-plane gets Managed Identity Operator on identity azure-kubelet",
        "identity azure-control-plane gets Network Contributor on subnet azure-network/nodes",
        "identity azure-kubelet gets AcrPull on registry azure1bff1d2026",
        "the promoter gets AcrPush on registry azure1bff1d2026",
        "the promoter gets Azure Kubernetes Service RBAC Cluster Admin on cluster azure-aks",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {plan}");
    }
    let json = azure.run("plan --output json").json();
    let all = json["differences"].as_array().expect("a list");
    let role = all
        .iter()
        .find(|it| it["kind"] == "Microsoft.Authorization/roleAssignments");
    let role = role.expect("there is one");
    assert_eq!(role["name"].as_str().map(str::len), Some(36), "{role}");
    // One that somebody has taken away.
    assert_eq!(azure.promote("").code, 0);
    azure.change_cloud(|cloud| {
        let resources = cloud["resources"].as_object_mut().expect("a map");
        let roles = resources
            .keys()
            .filter(|id| id.contains("/roleassignments/") && id.contains("/registries/"));
        let lost: Vec<String> = roles.cloned().collect();
        resources.retain(|id, _| !lost.contains(id));
    });
    let drift = azure.run("drift");
    assert_eq!(drift.code, 2, "{drift}");
    assert!(
        drift
            .stdout
            .contains("identity azure-kubelet gets AcrPull on registry"),
        "{drift}"
    );
}

#[test]
fn no_change_is_a_line_that_nobody_can_read() {
    let azure = Subscription::new();
    let many = "--set backend.azure.kubernetes.node-pools.batch.count=3 \
                --set backend.azure.kubernetes.node-pools.web.count=3 \
                --set backend.azure.tags.team=payments --set backend.azure.tags.note=x";
    for line in ["plan", &format!("plan {many}")] {
        let plan = azure.run(line);
        assert_eq!(too_long(&plan), [] as [&str; 0], "{plan}");
    }
    assert_eq!(azure.promote("").code, 0);
    azure.change_resource("/managedclusters/azure-aks", |cluster| {
        cluster["properties"]["networkProfile"] = serde_json::json!({});
        cluster["properties"]["securityProfile"] = serde_json::json!(null);
    });
    for line in [format!("plan {many}"), "drift".to_owned()] {
        let run = azure.run(&line);
        assert!(run.stdout.contains("azure-aks: properties."), "{run}");
        assert_eq!(too_long(&run), [] as [&str; 0], "{run}");
    }
}

#[test]
fn a_plan_after_an_overridden_promotion_says_which_gate_is_closed_and_why_it_exits_77() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let plan = azure.run("plan");
    assert_eq!(plan.code, 77, "{plan}");
    let end = plan.stdout.split("USD a month;").last().unwrap_or_default();
    let (_, end) = end.split_once('\n').unwrap_or_default();
    insta::assert_snapshot!(end, @r#"
    `promote` would refuse this plan (exit code 77):
      ✗ gate: smoke: never run; `harness test scenarios/smoke.yaml --profile k3d --set 'worker.run={"image":"example/worker:1"}'` runs it
    the running topology was promoted with the gate overridden ("untested"); an override counts once: run the missing scenarios, or give `--override-gate REASON` again
    "#);
}
