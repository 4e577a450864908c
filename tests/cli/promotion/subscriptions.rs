//! Subscriptions of every kind: what a promotion says of them before anything is made.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Subscription;
use support::world::Run;

const POOL: &str = "backend.azure.kubernetes.node-pools.system";

impl Subscription {
    /// Has a subscription registered for everything, as it is after a first promotion.
    fn registered(self) -> Self {
        assert_eq!(self.promote("").code, 0);
        assert_eq!(self.run("destroy --yes").code, 0);
        self
    }

    /// Nothing was made, be it only a group.
    fn is_untouched(&self) {
        assert_eq!(self.content(), BTreeSet::new());
    }
}

/// What of the preflight is not well, as people see it.
fn questions(run: &Run) -> String {
    let preflight = run.stdout.lines().skip_while(|line| *line != "preflight");
    let preflight = preflight.skip(1).take_while(|line| !line.is_empty());
    let open = preflight.filter(|line| !line.starts_with("  ✓") || line.contains(": "));
    open.collect::<Vec<_>>().join("\n")
}

/// What stands in the way, by the error alone.
fn obstacles(run: &Run) -> String {
    assert_eq!(run.code, 77, "{run}");
    let error = run
        .stderr
        .lines()
        .skip_while(|line| !line.starts_with("error:"));
    let obstacles = error.skip(1).take_while(|line| !line.contains("hint:"));
    obstacles.map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plan_registers_nothing_and_says_what_is_not_known_before_that() {
    let azure = Subscription::new();
    let plan = azure.run("plan");
    assert_eq!(plan.code, 77, "{plan}");
    assert_snapshot!(questions(&plan), @"
    ✓ provider Microsoft.ContainerService: the promotion registers the subscription for it
    ✓ provider Microsoft.ContainerRegistry: the promotion registers the subscription for it
    ✓ provider Microsoft.DBforMySQL: the promotion registers the subscription for it
    ✓ provider Microsoft.ManagedIdentity: the promotion registers the subscription for it
    ✓ provider Microsoft.Network: the promotion registers the subscription for it
    ✓ provider Microsoft.Compute: the promotion registers the subscription for it
    ? name of the registry azure1bff1d2026: unknown until Microsoft.ContainerRegistry is registered
    ? name of the MySQL server azure-1bff1d2026: unknown until Microsoft.DBforMySQL is registered
    ? MySQL server Standard_B2s: unknown until Microsoft.DBforMySQL is registered
    ? Kubernetes 1.35: unknown until Microsoft.ContainerService is registered
    ? size Standard_D2s_v5 of node pool system: unknown until Microsoft.Compute is registered
    ? core quota in westeurope: unknown until Microsoft.Compute is registered
    ");
    assert_eq!(azure.cloud()["providers"], json!({}));
    let plan = azure.run("plan --output json").json();
    let unknown = |what: &str| {
        let checks = plan["checks"].as_array().expect("a list");
        let found = checks.iter().find(|it| it["what"] == what);
        found.unwrap_or_else(|| panic!("{what}: {plan}")).clone()
    };
    let version = unknown("Kubernetes 1.35");
    assert_eq!(version["problem"], Value::Null);
    let why = "unknown until Microsoft.ContainerService is registered";
    assert_eq!(version["unknown"], why);
}

#[test]
fn a_subscription_that_is_registered_for_nothing_is_registered_and_asked_before_anything_is_made() {
    let azure = Subscription::new();
    let promoted = azure.promote("");
    assert_eq!(promoted.code, 0, "{promoted}");
    let at = |what: &str| {
        promoted
            .stderr
            .find(what)
            .unwrap_or_else(|| panic!("{what}: {promoted}"))
    };
    assert!(
        at("registering the subscription for Microsoft.ContainerService, ") < at("create group/")
    );
    assert!(at("repeating the checks that had no answer") < at("create group/"));
    assert_eq!(questions(&promoted), "", "{promoted}");
    assert!(
        promoted
            .stdout
            .contains("✓ core quota of standardDSv5Family in westeurope"),
        "{promoted}"
    );
    let again = azure.promote("");
    assert_eq!(again.code, 0, "{again}");
    assert!(!again.stderr.contains("registering"), "{again}");
}

#[test]
fn a_closed_gate_registers_nothing() {
    let azure = Subscription::new();
    let closed = azure.run("promote");
    assert_eq!(closed.code, 77, "{closed}");
    assert!(!closed.stderr.contains("registering"), "{closed}");
    assert_eq!(azure.cloud()["providers"], json!({}));
}

#[test]
fn without_quota_or_sizes_the_error_names_cause_and_remedy_and_nothing_is_made() {
    let mut told = Vec::new();
    for (fault, registered) in [
        ("no-family-quota", false),
        ("no-family-quota", true),
        ("no-regional-quota", true),
        ("restricted-sizes", true),
    ] {
        let azure = Subscription::new();
        let azure = if registered {
            azure.registered()
        } else {
            azure
        };
        let refused = azure.promote(&format!("--fault {fault}"));
        told.push(format!("{fault}\n{}", obstacles(&refused)));
        azure.is_untouched();
        let plan = azure.run(&format!("plan --fault {fault}"));
        assert_eq!(plan.code, 77, "{plan}");
        assert!(plan.stdout.contains("\n  ✗ "), "{plan}");
    }
    assert_snapshot!(told.join("\n\n"), @"
    no-family-quota
    core quota of standardDSv5Family in westeurope: exceeded: 4 vCPUs needed, 0 of 0 left; ask for a higher quota in the portal under Quotas, or choose fewer nodes (`backend.azure.kubernetes.node-pools`), another size or another region

    no-family-quota
    core quota of standardDSv5Family in westeurope: exceeded: 4 vCPUs needed, 0 of 0 left; ask for a higher quota in the portal under Quotas, or choose fewer nodes (`backend.azure.kubernetes.node-pools`), another size or another region

    no-regional-quota
    core quota in westeurope: exceeded: 4 vCPUs needed, 0 of 0 left; ask for a higher quota in the portal under Quotas, or choose fewer nodes (`backend.azure.kubernetes.node-pools`), another size or another region

    restricted-sizes
    size Standard_D2s_v5 of node pool system: the subscription may not use it in westeurope (NotAvailableForSubscription); choose another `backend.azure.kubernetes.node-pools.system.vm-size` or region, or ask for access with a support request of the type `Service and subscription limits (quotas)`
    ");
}

#[test]
fn what_does_not_exist_is_refused_with_what_there_is_instead() {
    let azure = Subscription::new().registered();
    let mut told = Vec::new();
    for set in [
        format!("{POOL}.vm-size=Standard_Nonsense_v9"),
        format!("{POOL}.vm-size=Standard_B1ms"),
        "backend.azure.kubernetes.version=\"1.20\"".to_owned(),
        "backend.azure.kubernetes.version=\"1.33\"".to_owned(),
        format!("{POOL}.count=51"),
        "backend.azure.kubernetes.node-pools.work.vm-size=Standard_B2ts_v2".to_owned(),
        "backend.azure.region=atlantis".to_owned(),
    ] {
        let refused = azure.promote(&format!("--set {set}"));
        told.push(format!("{set}\n{}", obstacles(&refused)));
        azure.is_untouched();
    }
    assert_snapshot!(told.join("\n\n"), @r#"
    backend.azure.kubernetes.node-pools.system.vm-size=Standard_Nonsense_v9
    size Standard_Nonsense_v9 of node pool system: westeurope does not have this size; choose another `backend.azure.kubernetes.node-pools.system.vm-size` or region: `az vm list-skus --location westeurope --resource-type virtualMachines --output table` lists the available sizes

    backend.azure.kubernetes.node-pools.system.vm-size=Standard_B1ms
    size Standard_B1ms of node pool system: the system pool needs at least 2 vCPUs and 4 GiB of memory, but it has 1 vCPUs and 2 GiB; choose a larger `backend.azure.kubernetes.node-pools.system.vm-size`

    backend.azure.kubernetes.version="1.20"
    Kubernetes 1.20: AKS does not offer it in westeurope; choose another `backend.azure.kubernetes.version`: westeurope offers 1.34, 1.35, 1.36, 1.37 (preview)

    backend.azure.kubernetes.version="1.33"
    Kubernetes 1.33: AKS offers it in westeurope only with long-term support; choose another `backend.azure.kubernetes.version` (westeurope offers 1.34, 1.35, 1.36, 1.37 (preview)), or set `backend.azure.kubernetes.tier` to `premium`, which has long-term support

    backend.azure.kubernetes.node-pools.system.count=51
    core quota in westeurope: exceeded: 102 vCPUs needed, 100 of 100 left; ask for a higher quota in the portal under Quotas, or choose fewer nodes (`backend.azure.kubernetes.node-pools`), another size or another region
    core quota of standardDSv5Family in westeurope: exceeded: 102 vCPUs needed, 100 of 100 left; ask for a higher quota in the portal under Quotas, or choose fewer nodes (`backend.azure.kubernetes.node-pools`), another size or another region

    backend.azure.kubernetes.node-pools.work.vm-size=Standard_B2ts_v2
    size Standard_B2ts_v2 of node pool work: a node needs at least 2 GiB of memory, but it has 2 vCPUs and 1 GiB; choose a larger `backend.azure.kubernetes.node-pools.work.vm-size`

    backend.azure.region=atlantis
    provider Microsoft.ContainerService: atlantis does not offer managedClusters; choose another `backend.azure.region`
    provider Microsoft.ContainerRegistry: atlantis does not offer registries; choose another `backend.azure.region`
    provider Microsoft.DBforMySQL: atlantis does not offer flexibleServers; choose another `backend.azure.region`
    provider Microsoft.ManagedIdentity: atlantis does not offer userAssignedIdentities; choose another `backend.azure.region`
    provider Microsoft.Network: atlantis does not offer virtualNetworks; choose another `backend.azure.region`
    provider Microsoft.Compute: atlantis does not offer virtualMachines; choose another `backend.azure.region`
    "#);
    let supported = "--set backend.azure.kubernetes.version=\"1.33\" \
                     --set backend.azure.kubernetes.tier=premium";
    let promoted = azure.promote(supported);
    assert_eq!(promoted.code, 0, "{promoted}");
}

#[test]
fn a_version_of_kubernetes_that_is_a_preview_is_told_as_one_and_is_no_obstacle() {
    let azure = Subscription::new().registered();
    let preview = "--set backend.azure.kubernetes.version=\"1.37\"";
    let plan = azure.run(&format!("plan {preview}"));
    let told = "✓ Kubernetes 1.37: it is a preview in westeurope without support";
    assert!(plan.stdout.contains(told), "{plan}");
    let promoted = azure.promote(preview);
    assert_eq!(promoted.code, 0, "{promoted}");
    assert!(promoted.stdout.contains(told), "{promoted}");
}

#[test]
fn a_pool_that_grows_needs_a_quota_for_what_it_grows_by() {
    let azure = Subscription::new();
    assert_eq!(azure.promote(&format!("--set {POOL}.count=40")).code, 0);
    let more = azure.promote(&format!("--set {POOL}.count=50"));
    assert_eq!(more.code, 0, "{more}");
    let too_many = azure.promote(&format!("--set {POOL}.count=51"));
    assert_snapshot!(obstacles(&too_many), @"
    core quota in westeurope: exceeded: 2 vCPUs needed, 0 of 100 left; ask for a higher quota in the portal under Quotas, or choose fewer nodes (`backend.azure.kubernetes.node-pools`), another size or another region
    core quota of standardDSv5Family in westeurope: exceeded: 2 vCPUs needed, 0 of 100 left; ask for a higher quota in the portal under Quotas, or choose fewer nodes (`backend.azure.kubernetes.node-pools`), another size or another region
    ");
    let kept = azure.promote("--fault no-family-quota");
    assert_eq!(kept.code, 0, "{kept}");
}

#[test]
fn a_pool_of_a_size_that_the_subscription_lost_stays_and_does_not_grow() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let restricted = "--fault restricted-sizes";
    let kept = azure.promote(restricted);
    assert_eq!(kept.code, 0, "{kept}");
    let more = azure.promote(&format!("{restricted} --set {POOL}.count=3"));
    let told = obstacles(&more);
    assert!(told.contains("NotAvailableForSubscription"), "{told}");
}

#[test]
fn a_pool_whose_promotion_failed_has_its_quota_already() {
    let azure = Subscription::new();
    assert_eq!(azure.promote(&format!("--set {POOL}.count=50")).code, 0);
    azure.change_cloud(|cloud| {
        let resources = cloud["resources"].as_object_mut().expect("a map");
        let pool = resources
            .iter_mut()
            .find(|(id, _)| id.ends_with("/agentpools/system"));
        pool.expect("the pool").1["progress"] = json!("Failed");
    });
    let again = azure.promote(&format!("--set {POOL}.count=50"));
    assert_eq!(again.code, 0, "{again}");
}

#[test]
fn rights_on_the_group_alone_do_where_somebody_has_made_it() {
    let azure = Subscription::new();
    let rights = "--fault rights-on-group";
    let hidden = azure.promote(rights);
    assert_snapshot!(obstacles(&hidden), @"resource group harness-azure: these credentials may not read it, so it does not exist or they have no role on it; the owner of the subscription can create it with `az group create --name harness-azure --location westeurope --tags harness-profile=azure`, and give these credentials Contributor and User Access Administrator on it");
    azure.is_untouched();
    let promoted = azure.promote(&format!("{rights} --fault prepared-group"));
    assert_eq!(promoted.code, 0, "{promoted}");
    assert_snapshot!(questions(&promoted), @"
    ? provider Microsoft.ContainerService: unknown: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.ContainerRegistry: unknown: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.DBforMySQL: unknown: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.ManagedIdentity: unknown: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.Network: unknown: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.Compute: unknown: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? name of the registry azure1bff1d2026: unknown: these credentials lack Microsoft.ContainerRegistry/checkNameAvailability/read
    ? name of the MySQL server azure-1bff1d2026: unknown: these credentials lack Microsoft.DBforMySQL/checkNameAvailability/action
    ? MySQL server Standard_B2s: unknown: these credentials lack Microsoft.DBforMySQL/locations/capabilities/read
    ? Kubernetes 1.35: unknown: these credentials lack Microsoft.ContainerService/locations/kubernetesVersions/read
    ? size Standard_D2s_v5 of node pool system: unknown: these credentials lack Microsoft.Compute/skus/read
    ? core quota in westeurope: unknown: these credentials lack Microsoft.Compute/skus/read
    ");
    assert!(azure.content().len() > 15, "{promoted}");
    let again = azure.promote(rights);
    assert_eq!(again.code, 0, "{again}");
    // Whoever has rights on the group alone could not make another one.
    for said in [
        "stays: not created by the harness",
        "deleted everything except resource group harness-azure, which the harness did not create",
    ] {
        let destroyed = azure.run(&format!("destroy --yes {rights}"));
        assert_eq!(destroyed.code, 0, "{destroyed}");
        assert!(destroyed.stdout.contains(said), "{destroyed}");
        let content = azure.content();
        let group = content.iter().next().expect("the group");
        assert!(group.ends_with("/resourcegroups/harness-azure"), "{group}");
        assert_eq!(content.len(), 1, "{content:?}");
    }
    let anew = azure.promote(rights);
    assert_eq!(anew.code, 0, "{anew}");
}

#[test]
fn what_would_change_in_a_group_that_is_there_is_asked_once_the_subscription_is_registered() {
    let azure = Subscription::new();
    let group = "--fault unregistered-group";
    let plan = azure.run(&format!("plan {group}"));
    assert_eq!(plan.code, 77, "{plan}");
    let unknown = "\nchanges: unknown until Microsoft.";
    assert!(plan.stdout.contains(unknown), "{plan}");
    assert_eq!(azure.cloud()["providers"], json!({}));
    let drift = azure.run("drift");
    assert_eq!(drift.code, 69, "{drift}");
    let promoted = azure.promote(group);
    assert_eq!(promoted.code, 0, "{promoted}");
    assert!(!promoted.stdout.contains("unknown until"), "{promoted}");
    let made = |line: &str| line.starts_with("create") && line.contains("managedClusters");
    assert!(promoted.stdout.lines().any(made), "{promoted}");
    assert_eq!(questions(&promoted), "", "{promoted}");
}

#[test]
fn who_may_not_register_is_told_who_does_and_how() {
    let azure = Subscription::new();
    // Somebody has made the group, and has not thought of the rest.
    let group = "--fault prepared-group --fault reader-on-subscription";
    assert_eq!(azure.run(&format!("plan {group}")).code, 77);
    azure.change_cloud(|cloud| {
        let providers = cloud["providers"].as_object_mut().expect("a map");
        providers.retain(|name, _| name != "microsoft.compute" && name != "microsoft.dbformysql");
    });
    let before = azure.content();
    let refused = azure.promote("--fault reader-on-subscription");
    assert_eq!(refused.code, 77, "{refused}");
    let error = refused
        .stderr
        .lines()
        .skip_while(|line| !line.starts_with("error:"));
    assert_snapshot!(error.collect::<Vec<_>>().join("\n"), @"
    error: the subscription is not registered for Microsoft.DBforMySQL, Microsoft.Compute, and these credentials may not register it
      hint: Have an Owner or Contributor of the subscription run, once: `az provider register --namespace Microsoft.DBforMySQL --wait`, `az provider register --namespace Microsoft.Compute --wait`.
    ");
    assert_eq!(azure.content(), before);
    let none = Subscription::new().promote("--fault reader-on-subscription");
    assert_snapshot!(obstacles(&none), @"
    right to assign roles: these credentials lack Microsoft.Authorization/roleAssignments/write; ask for Owner, User Access Administrator or Role Based Access Control Administrator on the subscription, or on an existing resource group
    right to create resources: these credentials lack Microsoft.Resources/subscriptions/resourceGroups/write; ask for Owner or Contributor on the subscription, or on an existing resource group
    ");
}

#[test]
fn a_closed_region_is_known_when_something_is_made_there_and_the_error_says_so() {
    let azure = Subscription::new();
    let refused = azure.promote("--fault region-closed");
    assert_eq!(refused.code, 69, "{refused}");
    let error = refused
        .stderr
        .lines()
        .skip_while(|line| !line.starts_with("error:"));
    assert_snapshot!(error.collect::<Vec<_>>().join("\n"), @r#"
    error: could not create `stack/harness-azure`
      caused by: could not create the resources of the stack in Azure
      caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
      caused by: RequestDisallowedByAzure (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.ManagedIdentity/userAssignedIdentities/azure-control-plane): Resource 'azure-control-plane' was disallowed by Azure: The selected region is currently not accepting new customers: https://aka.ms/locationineligible.
      hint: Choose another `backend.azure.region`, or ask Azure's support for access. This region is closed to the subscription, and only the first request there shows it. To remove the empty resource group in this region, run `harness destroy --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'`.
    "#);
    assert_eq!(azure.run("destroy --yes").code, 0);
    azure.is_untouched();
}
