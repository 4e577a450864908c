//! Questions about machines, versions and quotas.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Circumstances, Sizes};
use super::compute::{CLUSTER, VERSION, aks_error, cluster, under};
use super::{World, code};

#[test]
fn a_quota_counts_existing_nodes_and_a_growing_pool_needs_the_difference() {
    let circumstances = Circumstances {
        regional_cores: 10,
        family_cores: 6,
        ..Circumstances::default()
    };
    let mut world = under(circumstances);
    assert_eq!(world.quota("standardDSv5Family"), (json!(0), json!(6)));
    assert_eq!(
        world.put(&cluster("1.35", "Standard_D2s_v5", 2)).status,
        201
    );
    world.now += Duration::from_mins(10);
    assert_eq!(world.quota("standardDSv5Family"), (json!(4), json!(6)));
    assert_eq!(world.quota("cores"), (json!(4), json!(10)));
    let (_, code, message) = aks_error(&world.put(&cluster("1.35", "Standard_D2s_v5", 4)));
    assert_eq!(code, "ErrCode_InsufficientVCPUQuota");
    let says = "Insufficient vcpu quota requested 4, remaining 2 for family standardDSv5Family";
    assert!(message.starts_with(says), "{message}");
    let (_, _, message) = aks_error(&world.put(&cluster("1.35", "Standard_D2s_v5", 6)));
    let says = "Insufficient regional vcpu quota left for location westeurope. left regional vcpu \
                quota 6, requested quota 8.";
    assert!(message.starts_with(says), "{message}");
    assert_eq!(
        world.put(&cluster("1.35", "Standard_D2s_v5", 3)).status,
        200
    );
    assert_eq!(world.quota("standardDSv5Family"), (json!(6), json!(6)));
    assert_eq!(world.call("DELETE", CLUSTER, VERSION, None).status, 409);
    world.now += Duration::from_mins(10);
    assert_eq!(world.call("DELETE", CLUSTER, VERSION, None).status, 202);
    world.now += Duration::from_mins(10);
    assert_eq!(world.quota("cores"), (json!(0), json!(10)));
}

#[test]
fn sizes_are_listed_with_their_restrictions() {
    let circumstances = Circumstances {
        sizes: Sizes::Burstable,
        ..Circumstances::default()
    };
    let mut world = under(circumstances);
    let path = "/providers/Microsoft.Compute/skus?$filter=location eq 'westeurope'";
    let answer = world.call("GET", path, "2021-07-01", None);
    let all = answer.document()["value"]
        .as_array()
        .expect("a list")
        .clone();
    assert!(all.iter().any(|it| it["resourceType"] == "disks"));
    assert!(
        all.iter()
            .all(|it| it["locations"] == json!(["westeurope"]))
    );
    let of = |name: &str| {
        all.iter()
            .find(|it| it["name"] == name)
            .expect("it is listed")
    };
    let (small, large) = (of("Standard_B2s"), of("Standard_D2s_v5"));
    assert_eq!(small["restrictions"], json!([]));
    assert_eq!(
        large["restrictions"][0]["reasonCode"],
        "NotAvailableForSubscription"
    );
    assert_eq!(large["family"], "standardDSv5Family");
    assert_eq!(of("Standard_DS2_v2")["capabilities"][1]["value"], "7");
    let path = "/providers/Microsoft.Compute/skus?$filter=location ne 'westeurope'";
    let answer = world.call("GET", path, "2021-07-01", None);
    let elsewhere = answer.document()["value"].as_array().expect("a list");
    assert!(!elsewhere.is_empty());
    assert!(
        elsewhere
            .iter()
            .all(|it| it["locations"] != json!(["westeurope"]))
    );
    let (status, code, message) = aks_error(&world.put(&cluster("1.35", "Standard_D2s_v5", 1)));
    assert_eq!((status, code.as_str()), (400, "BadRequest"));
    let says = "The VM size of Standard_D2s_v5 is not allowed in your subscription in location \
                'westeurope'. The available VM sizes are 'standard_b1s,standard_b1ms,";
    assert!(message.starts_with(says), "{message}");
}

#[test]
fn versions_are_listed_with_their_support_plans() {
    let mut world = World::prepared();
    let path = "/providers/Microsoft.ContainerService/locations/westeurope/kubernetesVersions";
    let answer = world.call("GET", path, VERSION, None);
    let body = answer.document();
    assert!(body.get("value").is_none());
    let of = |minor: &str| {
        let all = body["values"].as_array().expect("a list");
        all.iter()
            .find(|it| it["version"] == minor)
            .expect("listed")
            .clone()
    };
    let plans = |minor: &str| of(minor)["capabilities"]["supportPlan"].clone();
    assert_eq!(plans("1.33"), json!(["AKSLongTermSupport"]));
    assert_eq!(
        plans("1.35"),
        json!(["KubernetesOfficial", "AKSLongTermSupport"])
    );
    assert_eq!(
        (&of("1.35")["isDefault"], &of("1.36")["isDefault"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(of("1.37")["isPreview"], true);
    let upgrades = &of("1.34")["patchVersions"]["1.34.5"]["upgrades"];
    assert_eq!(upgrades, &json!(["1.34.6", "1.35.3", "1.35.4"]));
    assert_eq!(of("1.37")["patchVersions"]["1.37.0"]["upgrades"], json!([]));
}

#[test]
fn an_unregistered_provider_answers_no_question() {
    let mut world = World::new();
    let unregistered = (409, "MissingSubscriptionRegistration");
    for (path, version) in [
        (
            "/providers/Microsoft.Compute/locations/westeurope/usages",
            "2024-03-01",
        ),
        ("/providers/Microsoft.Compute/skus", "2021-07-01"),
        (
            "/providers/Microsoft.ContainerService/locations/westeurope/kubernetesVersions",
            VERSION,
        ),
        (
            "/providers/Microsoft.DBforMySQL/locations/westeurope/capabilities",
            "2023-12-30",
        ),
    ] {
        let answer = world.call("GET", path, version, None);
        assert_eq!((answer.status, code(&answer)), unregistered, "{path}");
    }
    let name = json!({"name": "hdb", "type": "Microsoft.DBforMySQL/flexibleServers"});
    let path = "/providers/Microsoft.DBforMySQL/checkNameAvailability";
    let answer = world.call("POST", path, "2023-12-30", Some(&name));
    assert_eq!((answer.status, code(&answer)), unregistered);
    let name = json!({"name": "hdb12", "type": "Microsoft.ContainerRegistry/registries"});
    let path = "/providers/Microsoft.ContainerRegistry/checkNameAvailability";
    let answer = world.call("POST", path, "2023-07-01", Some(&name));
    assert_eq!(
        (answer.status, code(&answer)),
        (404, "SubscriptionNotFound")
    );
}

#[test]
fn the_refusal_of_a_region_or_version_lists_the_supported_ones() {
    let mut world = World::prepared();
    for (provider, question, version) in [
        ("Compute", "usages", "2024-03-01"),
        ("ContainerService", "kubernetesVersions", "2024-02-01"),
        ("DBforMySQL", "capabilities", "2023-12-30"),
    ] {
        let at =
            |region: &str| format!("/providers/Microsoft.{provider}/locations/{region}/{question}");
        assert_eq!(
            world.call("GET", &at("westeurope"), version, None).status,
            200
        );
        for (region, version) in [("atlantis", version), ("westeurope", "1999-01-01")] {
            let refused = world.call("GET", &at(region), version, None);
            assert_eq!(
                (refused.status, code(&refused)),
                (400, "NoRegisteredProviderFound")
            );
            let message = refused.document()["error"]["message"].to_string();
            let says = format!(
                "No registered resource provider found for location '{region}' and API version \
                 '{version}' for type 'locations/{question}'. The supported api-versions are '"
            );
            assert!(message.contains(&says), "{message}");
            assert!(message.contains("westeurope"), "{message}");
        }
    }
    for (path, version) in [
        ("/providers/Microsoft.Compute/skus", "1999-01-01"),
        (
            "/providers/Microsoft.Authorization/permissions",
            "1999-01-01",
        ),
    ] {
        let refused = world.call("GET", path, version, None);
        assert_eq!(code(&refused), "NoRegisteredProviderFound", "{path}");
    }
    let refused = world.call("GET", "/resourcegroups", "1999-01-01", None);
    assert_eq!(code(&refused), "InvalidApiVersionParameter");
}

#[test]
fn a_provider_lists_every_question_with_its_versions() {
    let mut world = World::prepared();
    for (namespace, name, versions) in super::super::offer::QUESTIONS {
        let path = format!("/providers/{namespace}");
        let answer = world.call("GET", &path, "2024-03-01", None);
        let types = answer.document()["resourceTypes"].as_array().cloned();
        let types = types.expect("a list");
        let found = types.iter().find(|one| one["resourceType"] == *name);
        let found = found.unwrap_or_else(|| panic!("{namespace}/{name}"));
        assert_eq!(found["apiVersions"], json!(versions), "{namespace}/{name}");
    }
    let answer = world.call("GET", "/providers/Microsoft.Resources", "2024-03-01", None);
    let types = answer.document()["resourceTypes"].as_array().cloned();
    assert!(types.expect("a list").len() > 3);
}
