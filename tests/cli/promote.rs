//! `promote` and what follows it, on the built-in Azure without a cluster: the part of Azure
//! Resource Manager, whose every request may be the last one.

use std::collections::BTreeSet;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use insta::assert_snapshot;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::cost::AZURE;
use crate::fixture::{Run, World};

const SMOKE: &str = include_str!("../../scenarios/smoke.yaml");

/// The profile, with a worker that nobody has to build.
const TARGET: &str = "-p azure --rehearse --set promotion.require=[scenarios/smoke.yaml] \
                      --set worker.run={\"image\":\"example/worker:1\"}";

/// So fast that waiting is for what has to be computed, not for time.
const SPEED: &str = "3000";

/// A folder with a profile of a place in Azure, on a machine without Docker.
struct Subscription {
    world: World,
}

impl Subscription {
    fn new() -> Self {
        let world = World::new();
        world.write("profiles/azure.yaml", AZURE);
        world.write("scenarios/smoke.yaml", SMOKE);
        Self { world }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.world.command();
        command
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .env("HARNESS_REHEARSAL_SPEED", SPEED)
            .args(line.split_whitespace())
            .args(TARGET.split_whitespace());
        command
    }

    fn run(&self, line: &str) -> Run {
        self.world.output(self.command(line))
    }

    /// Promotes although nothing was tested.
    fn promote(&self, more: &str) -> Run {
        self.run(&format!("promote --override-gate=untested {more}"))
    }

    /// The same, killed at one of its steps; whether there was such a step.
    fn cut(&self, line: &str, step: u32) -> bool {
        let mut command = self.command(line);
        let status = command
            .env("HARNESS_CUT_POINT", step.to_string())
            .output()
            .expect("the binary starts")
            .status;
        status.code().is_none()
    }

    fn state(&self) -> Utf8PathBuf {
        self.world.path().join(".harness/azure.rehearsal")
    }

    fn cloud(&self) -> Value {
        let text = fs_err::read_to_string(self.state().join("cloud/cloud.json"));
        serde_json::from_str(&text.expect("the cloud is kept")).expect("JSON")
    }

    /// Changes what Azure has behind everybody's back.
    fn change_cloud(&self, change: impl FnOnce(&mut Value)) {
        let mut cloud = self.cloud();
        change(&mut cloud);
        let path = self.state().join("cloud/cloud.json");
        fs_err::write(path, cloud.to_string()).expect("writable");
    }

    /// All that there is in Azure: groups, stacks, resources with what they are like.
    fn content(&self) -> BTreeSet<String> {
        let cloud = self.cloud();
        let mut all = BTreeSet::new();
        for part in ["groups", "stacks", "resources"] {
            let entries = cloud[part].as_object().expect("a map");
            all.extend(entries.iter().map(|(id, entry)| match part {
                "resources" => format!("{id} {}", entry["progress"]),
                _ => id.clone(),
            }));
        }
        all
    }
}

/// Every file below a folder, with its content.
fn files(folder: &Utf8Path) -> Vec<(Utf8PathBuf, String)> {
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().expect("a folder") {
        let path = entry.expect("readable").into_path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs_err::read(&path).expect("readable");
            found.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

#[test]
fn a_topology_is_promoted_looked_at_and_destroyed() {
    let azure = Subscription::new();
    let promoted = azure.promote("");
    assert_eq!(promoted.code, 0, "{promoted}");
    assert!(promoted.stdout.contains("gate passed by"), "{promoted}");
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
    assert_snapshot!(closed.stderr, @"
    · profile azure: backend azure-rehearsal (a rehearsal of the Azure part alone: no Docker engine answers, so nothing can run), engine server, database mysql, topology [digest]
    · signing in
    · asking what is there and what would change
    error: the gate is closed:
      gate: smoke: never run; `harness test scenarios/smoke.yaml --profile k3d` runs it (with the same `--set`, if there is one)
      hint: run what is missing, or pass by the gate with `--override-gate REASON`
    ");
    assert_eq!(azure.content(), BTreeSet::new());

    let plan = azure.run("plan --out plan.json");
    assert_eq!(plan.code, 77, "{plan}");
    let kept = azure.promote("--plan plan.json");
    assert_eq!(kept.code, 0, "{kept}");
    let moved = azure.promote("--plan plan.json");
    assert_eq!(moved.code, 77, "{moved}");
    assert!(moved.stderr.contains("is not so any more"), "{moved}");
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

/// Something that the harness did not make, in a group of its own.
fn foreign(cloud: &mut Value) {
    let subscription = "/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f";
    let id = format!("{subscription}/resourceGroups/theirs");
    cloud["groups"][id.to_lowercase()] =
        json!({"id": id, "location": "westeurope", "tags": {}, "deleting": false});
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
            .contains("not ours: stays, and the group with it"),
        "{shown}"
    );
    let destroyed = azure.run("destroy --yes");
    assert_eq!(destroyed.code, 73, "{destroyed}");
    assert!(
        destroyed
            .stderr
            .contains("has what the harness did not make"),
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
            run.stderr.contains("was not made by the harness"),
            "{line}: {run}"
        );
    }
    assert_eq!(azure.content(), content);
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
    assert!(never.stdout.contains("sets no `time-to-live`"), "{never}");
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
fn what_somebody_else_promotes_is_left_to_them() {
    let azure = Subscription::new();
    let slowly = |line: &str| {
        let mut command = azure.command(line);
        command.env("HARNESS_REHEARSAL_SPEED", "30");
        command
    };
    let deploying = |cloud: Value| {
        let stacks = cloud["stacks"].as_object().expect("a map").clone();
        stacks.values().any(|stack| stack["phase"] == "Deploying")
    };
    let promote = "promote --override-gate=untested";
    // So that no provider has to be registered, which takes its time.
    assert_eq!(azure.promote("").code, 0);
    assert_eq!(azure.run("destroy --yes").code, 0);
    for step in (60..).step_by(6) {
        let mut cut = slowly(promote);
        cut.env("HARNESS_CUT_POINT", step.to_string());
        let status = cut.output().expect("the binary starts").status;
        assert!(status.code().is_none(), "it was never seen at work");
        if deploying(azure.cloud()) {
            break;
        }
    }
    // Another folder has another id.
    fs_err::remove_file(azure.state().join("promoter")).expect("it is there");
    let busy = azure.world.output(slowly(promote));
    assert_eq!(busy.code, 77, "{busy}");
    assert!(
        busy.stderr
            .contains("another promotion of this profile is under way"),
        "{busy}"
    );
    let busy = azure.world.output(slowly("destroy --yes"));
    assert_eq!(busy.code, 77, "{busy}");
    assert!(
        busy.stderr
            .contains("another promotion of this profile is under way"),
        "{busy}"
    );
}

#[test]
fn verbs_of_this_machine_say_what_does_it_in_azure() {
    let azure = Subscription::new();
    for (line, instead) in [("up", "promote"), ("down", "destroy")] {
        let run = azure.run(line);
        assert_eq!(run.code, 64, "{run}");
        assert!(
            run.stderr
                .contains(&format!("`harness {instead} -p azure --rehearse`")),
            "{run}"
        );
    }
    let test = azure.run("test scenarios/smoke.yaml");
    assert_eq!(test.code, 69, "{test}");
    assert!(test.stderr.contains("run `harness promote"), "{test}");
}

/// What is drawn for the test below; printed when it fails.
const SEED: u64 = 7;
const DRAWS: usize = 10;

#[test]
fn whatever_goes_wrong_and_wherever_it_is_killed_nothing_of_ours_is_left_in_the_end() {
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    for draw in 0..DRAWS {
        let azure = Subscription::new();
        let mishaps: Vec<&str> = (0..2)
            .map(|_| MISHAPS[chance.random_range(0..MISHAPS.len())])
            .collect();
        let step = chance.random_range(30..110);
        let faults = format!("--fault {} --fault {}", mishaps[0], mishaps[1]);
        azure.cut(&format!("promote --override-gate=untested {faults}"), step);
        let again = chance.random_bool(0.5);
        if again {
            azure.promote(&format!("--fault {}", mishaps[1]));
        }
        let told = format!("draw {draw} of seed {SEED}: {faults}, step {step}, again {again}");
        let destroyed = azure.run("destroy --yes");
        assert_eq!(destroyed.code, 0, "{told}: {destroyed}");
        assert_eq!(azure.content(), BTreeSet::new(), "{told}");
    }
}

/// What may go wrong with a promotion.
const MISHAPS: [&str; 10] = [
    "throttled",
    "another-operation",
    "server-error",
    "connection-reset",
    "operation-failed",
    "principal-not-found",
    "sku-not-available",
    "quota-exceeded",
    "authorization-failed",
    "server-busy",
];

/// Whatever goes wrong, either the client copes, or the error names cause and remedy and the same
/// command goes on from there.
#[test]
fn each_mishap_is_survived_or_explained_and_gone_on_from() {
    let mut told = Vec::new();
    for mishap in MISHAPS {
        let azure = Subscription::new();
        let run = azure.promote(&format!("--fault {mishap}"));
        told.push(format!("{mishap}: exit {}\n{}", run.code, errors(&run)));
        let again = azure.promote("");
        assert_eq!(again.code, 0, "{mishap}: {again}");
        let destroyed = azure.run("destroy --yes");
        assert_eq!(destroyed.code, 0, "{mishap}: {destroyed}");
        assert_eq!(azure.content(), BTreeSet::new(), "{mishap}");
    }
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let run = azure.run("destroy --yes --fault delete-failed");
    told.push(format!(
        "delete-failed: exit {}\n{}",
        run.code,
        errors(&run)
    ));
    assert_eq!(azure.run("destroy --yes").code, 0);
    assert_eq!(azure.content(), BTreeSet::new());
    assert_snapshot!(told.join("\n"), @r#"
    throttled: exit 69
      error: could not sign in to Azure
        caused by: Azure answered 429 to GET /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f
        caused by: SubscriptionRequestsThrottled: Number of requests for subscription and operation exceeded the limit. Please try again later.
        hint: Azure limits how often it is asked: wait some minutes and run the same command again, it goes on from there

    another-operation: exit 0

    server-error: exit 0

    connection-reset: exit 0

    operation-failed: exit 69
      error: could not create `stack/harness-azure`
        caused by: Azure did not make what is in the stack
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: ServerProvisioningFailed (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourcegroups/harness-azure/providers/Microsoft.DBforMySQL/flexibleServers/azure-1bff1d2026): The server could not be provisioned.
        hint: run `harness promote --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'` again to go on from here

    principal-not-found: exit 0

    sku-not-available: exit 69
      error: could not create `stack/harness-azure`
        caused by: Azure did not make what is in the stack
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: SkuNotAvailable (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourcegroups/harness-azure/providers/Microsoft.ContainerService/managedClusters/azure-aks): The requested size for resource is currently not available in location. Please try another size or deploy to a different location: Standard_D2s_v5.
        hint: take another size or another region: `az vm list-skus --location REGION --output table` and `az mysql flexible-server list-skus --location REGION` list what there is
        hint: run `harness promote --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'` again to go on from here

    quota-exceeded: exit 69
      error: could not create `stack/harness-azure`
        caused by: Azure did not make what is in the stack
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: QuotaExceeded (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourcegroups/harness-azure/providers/Microsoft.ContainerService/managedClusters/azure-aks): Operation could not be completed as it results in exceeding approved Total Regional Cores quota.
        hint: ask for a higher quota in the portal under Quotas, or take fewer or smaller machines, or another region
        hint: run `harness promote --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'` again to go on from here

    authorization-failed: exit 77
      error: could not create `stack/harness-azure`
        caused by: Azure did not make what is in the stack
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: AuthorizationFailed (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.ManagedIdentity/userAssignedIdentities/azure-kubelet/providers/Microsoft.Authorization/roleAssignments/e675eda8-69ca-5375-8a46-d5c609d23f57): The client does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/write' or the scope is invalid. If access was recently granted, please refresh your credentials.
        hint: ask for the role `Role Based Access Control Administrator`, `User Access Administrator` or `Owner` on the resource group: the promotion assigns roles
        hint: run `harness promote --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'` again to go on from here

    server-busy: exit 0

    delete-failed: exit 73
      error: could not remove `stack/harness-azure`
        caused by: these were not deleted: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourcegroups/harness-azure/providers/Microsoft.DBforMySQL/flexibleServers/azure-1bff1d2026/databases/temporal_visibility
        hint: what Azure says against it is in the activity log of the resource group
        hint: run `harness destroy --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'` again to go on from here
    "#);
}

/// The error of a run, without what differs from run to run.
fn errors(run: &Run) -> String {
    let lines = run
        .stderr
        .lines()
        .skip_while(|line| !line.starts_with("error:"));
    let lines = lines.filter(|line| !line.contains("request id"));
    lines.flat_map(|line| ["  ", line, "\n"]).collect()
}
