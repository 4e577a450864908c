//! Subscriptions of every kind: what a promotion says of them before anything is made.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Subscription;
use crate::fixture::Run;

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
    ✓ provider Microsoft.ContainerService: the subscription will be registered for it
    ✓ provider Microsoft.ContainerRegistry: the subscription will be registered for it
    ✓ provider Microsoft.DBforMySQL: the subscription will be registered for it
    ✓ provider Microsoft.ManagedIdentity: the subscription will be registered for it
    ✓ provider Microsoft.Network: the subscription will be registered for it
    ✓ provider Microsoft.Compute: the subscription will be registered for it
    ? name of the registry azure1bff1d2026: not known until Microsoft.ContainerRegistry is registered
    ? name of the MySQL server azure-1bff1d2026: not known until Microsoft.DBforMySQL is registered
    ? MySQL server Standard_B2s: not known until Microsoft.DBforMySQL is registered
    ? Kubernetes 1.35: not known until Microsoft.ContainerService is registered
    ? size Standard_D2s_v5 of node pool system: not known until Microsoft.Compute is registered
    ? quota of cores in westeurope: not known until Microsoft.Compute is registered
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
    let why = "not known until Microsoft.ContainerService is registered";
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
    assert!(at("asking what was not known before") < at("create group/"));
    assert_eq!(questions(&promoted), "", "{promoted}");
    assert!(
        promoted
            .stdout
            .contains("✓ quota of standardDSv5Family in westeurope"),
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
    quota of standardDSv5Family in westeurope: 4 vCPUs are needed, and 0 of 0 are left; ask for more of it in the portal under Quotas, or take fewer nodes (`backend.azure.kubernetes.node-pools`), another size, or another region

    no-family-quota
    quota of standardDSv5Family in westeurope: 4 vCPUs are needed, and 0 of 0 are left; ask for more of it in the portal under Quotas, or take fewer nodes (`backend.azure.kubernetes.node-pools`), another size, or another region

    no-regional-quota
    quota of cores in westeurope: 4 vCPUs are needed, and 0 of 0 are left; ask for more of it in the portal under Quotas, or take fewer nodes (`backend.azure.kubernetes.node-pools`), another size, or another region

    restricted-sizes
    size Standard_D2s_v5 of node pool system: the subscription may not have it in westeurope (NotAvailableForSubscription); choose another `backend.azure.kubernetes.node-pools.system.vm-size` or region, or ask for access by a support request of the kind `Service and subscription limits (quotas)`
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
    size Standard_Nonsense_v9 of node pool system: there is no such size in westeurope; choose another `backend.azure.kubernetes.node-pools.system.vm-size` or region: `az vm list-skus --location westeurope --resource-type virtualMachines --output table` lists what there is

    backend.azure.kubernetes.node-pools.system.vm-size=Standard_B1ms
    size Standard_B1ms of node pool system: the system's pool takes 2 vCPUs and 4 GiB of memory at least, and it has 1 vCPUs and 2 GiB; choose a larger `backend.azure.kubernetes.node-pools.system.vm-size`

    backend.azure.kubernetes.version="1.20"
    Kubernetes 1.20: AKS does not have it in westeurope; choose another `backend.azure.kubernetes.version`: westeurope has 1.34, 1.35, 1.36, 1.37 (preview)

    backend.azure.kubernetes.version="1.33"
    Kubernetes 1.33: AKS has it in westeurope with long-term support only; choose another `backend.azure.kubernetes.version` (westeurope has 1.34, 1.35, 1.36, 1.37 (preview)), or set `backend.azure.kubernetes.tier` to `premium`, which has long-term support

    backend.azure.kubernetes.node-pools.system.count=51
    quota of cores in westeurope: 102 vCPUs are needed, and 100 of 100 are left; ask for more of it in the portal under Quotas, or take fewer nodes (`backend.azure.kubernetes.node-pools`), another size, or another region
    quota of standardDSv5Family in westeurope: 102 vCPUs are needed, and 100 of 100 are left; ask for more of it in the portal under Quotas, or take fewer nodes (`backend.azure.kubernetes.node-pools`), another size, or another region

    backend.azure.kubernetes.node-pools.work.vm-size=Standard_B2ts_v2
    size Standard_B2ts_v2 of node pool work: a node takes 2 GiB of memory at least, and it has 2 vCPUs and 1 GiB; choose a larger `backend.azure.kubernetes.node-pools.work.vm-size`

    backend.azure.region=atlantis
    provider Microsoft.ContainerService: managedClusters is not to be had in atlantis; choose another `backend.azure.region`
    provider Microsoft.ContainerRegistry: registries is not to be had in atlantis; choose another `backend.azure.region`
    provider Microsoft.DBforMySQL: flexibleServers is not to be had in atlantis; choose another `backend.azure.region`
    provider Microsoft.ManagedIdentity: userAssignedIdentities is not to be had in atlantis; choose another `backend.azure.region`
    provider Microsoft.Network: virtualNetworks is not to be had in atlantis; choose another `backend.azure.region`
    provider Microsoft.Compute: virtualMachines is not to be had in atlantis; choose another `backend.azure.region`
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
    let told = "✓ Kubernetes 1.37: it is a preview in westeurope, without support";
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
    quota of cores in westeurope: 2 vCPUs are needed, and 0 of 100 are left; ask for more of it in the portal under Quotas, or take fewer nodes (`backend.azure.kubernetes.node-pools`), another size, or another region
    quota of standardDSv5Family in westeurope: 2 vCPUs are needed, and 0 of 100 are left; ask for more of it in the portal under Quotas, or take fewer nodes (`backend.azure.kubernetes.node-pools`), another size, or another region
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
    assert_snapshot!(obstacles(&hidden), @"resource group harness-azure: these credentials may not look at it, so it is not there or they have no role on it; whoever owns the subscription makes it with `az group create --name harness-azure --location westeurope --tags harness-profile=azure`, and gives these credentials Contributor and User Access Administrator on it");
    azure.is_untouched();
    let promoted = azure.promote(&format!("{rights} --fault prepared-group"));
    assert_eq!(promoted.code, 0, "{promoted}");
    assert_snapshot!(questions(&promoted), @"
    ? provider Microsoft.ContainerService: not known: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.ContainerRegistry: not known: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.DBforMySQL: not known: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.ManagedIdentity: not known: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.Network: not known: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? provider Microsoft.Compute: not known: these credentials lack Microsoft.Resources/subscriptions/providers/read
    ? name of the registry azure1bff1d2026: not known: these credentials lack Microsoft.ContainerRegistry/checkNameAvailability/read
    ? name of the MySQL server azure-1bff1d2026: not known: these credentials lack Microsoft.DBforMySQL/checkNameAvailability/action
    ? MySQL server Standard_B2s: not known: these credentials lack Microsoft.DBforMySQL/locations/capabilities/read
    ? Kubernetes 1.35: not known: these credentials lack Microsoft.ContainerService/locations/kubernetesVersions/read
    ? size Standard_D2s_v5 of node pool system: not known: these credentials lack Microsoft.Compute/skus/read
    ? quota of cores in westeurope: not known: these credentials lack Microsoft.Compute/skus/read
    ");
    assert!(azure.content().len() > 15, "{promoted}");
    let again = azure.promote(rights);
    assert_eq!(again.code, 0, "{again}");
    // Whoever has rights on the group alone could not make another one.
    for said in [
        "the harness did not make it: stays",
        "everything is gone but resource group harness-azure, which the harness did not make",
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
    let unknown = "\nchanges: not known until Microsoft.";
    assert!(plan.stdout.contains(unknown), "{plan}");
    assert_eq!(azure.cloud()["providers"], json!({}));
    let drift = azure.run("drift");
    assert_eq!(drift.code, 69, "{drift}");
    let promoted = azure.promote(group);
    assert_eq!(promoted.code, 0, "{promoted}");
    assert!(!promoted.stdout.contains("not known until"), "{promoted}");
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
      hint: whoever is Owner or Contributor of the subscription runs, once: `az provider register --namespace Microsoft.DBforMySQL --wait`, `az provider register --namespace Microsoft.Compute --wait`
    ");
    assert_eq!(azure.content(), before);
    let none = Subscription::new().promote("--fault reader-on-subscription");
    assert_snapshot!(obstacles(&none), @"
    right to assign roles: Microsoft.Authorization/roleAssignments/write is not allowed; it takes Owner, User Access Administrator or Role Based Access Control Administrator on the subscription, or on a resource group that is there
    right to make resources: Microsoft.Resources/subscriptions/resourceGroups/write is not allowed; it takes Owner or Contributor on the subscription, or on a resource group that is there
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
      caused by: Azure did not make what is in the stack
      caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
      caused by: RequestDisallowedByAzure (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.ManagedIdentity/userAssignedIdentities/azure-control-plane): Resource 'azure-control-plane' was disallowed by Azure: The selected region is currently not accepting new customers: https://aka.ms/locationineligible.
      hint: this region is closed to the subscription, which cannot be known before something is made there: take another `backend.azure.region` (an empty group in the closed one is removed by `harness destroy --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'`), or ask Azure's support for access
    "#);
    assert_eq!(azure.run("destroy --yes").code, 0);
    azure.is_untouched();
}
