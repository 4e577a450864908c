//! What-if results of stacks.

use serde_json::{Value, json};

use super::super::{Dialect, Script, Settings};
use super::stack::{IDENTITY, entry, put, resources, stack};
use super::{GROUP, NETWORK, World, ZONE, code};

const PREVIEW: &str =
    "/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacksWhatIfResults/look";

/// The body of a what-if request for a stack with these resources.
fn what_if_body(world: &World, resources: &[Value], retention: &str) -> Value {
    let mut body = stack(world, resources);
    body["properties"]["deploymentStackResourceId"] =
        json!(world.id("Microsoft.Resources/deploymentStacks/harness-dev"));
    body["properties"]["retentionInterval"] = json!(retention);
    body
}

fn changes(answer: &super::super::Response) -> Vec<Value> {
    let changes = &answer.document()["properties"]["changes"]["resourceChanges"];
    changes.as_array().cloned().unwrap_or_default()
}

/// A resource that is not there yet.
fn another(world: &World) -> Value {
    let kind = "Microsoft.ContainerRegistry/registries/images";
    let sku = json!({"location": "westeurope", "sku": {"name": "Basic"}});
    entry(world, (kind, "2023-07-01"), &[], sku)
}

/// The changes with the properties of each resource, which only the request `whatIf` returns.
fn details(world: &mut World, dialect: Dialect) -> Vec<Value> {
    let mut asked = world.call("POST", &format!("{PREVIEW}/whatIf"), "2025-07-01", None);
    if dialect == Dialect::Documented {
        assert_eq!(asked.status, 202);
        let location = asked.header("Location").expect("a location").to_owned();
        world.now += std::time::Duration::from_mins(1);
        asked = world.call_at("GET", &location, None);
    }
    assert_eq!(asked.status, 200);
    changes(&asked)
}

/// The names of the resources with their change types, sorted.
fn found(changes: &[Value]) -> Vec<String> {
    let lines = changes.iter().map(|one| {
        let id = one["id"].as_str().unwrap_or_default();
        let name = id.rsplit('/').next().unwrap_or_default();
        format!("{name} {}", one["changeType"].as_str().unwrap_or_default())
    });
    let mut found: Vec<String> = lines.collect();
    found.sort();
    found
}

#[test]
fn a_what_if_lists_creations_changes_and_deletions() {
    for dialect in [Dialect::Recorded, Dialect::Documented] {
        let settings = Settings {
            dialect,
            ..Settings::invented()
        };
        let mut world = World::prepared_with(settings, Script::default());
        let all = resources(&world);
        let body = stack(&world, &all);
        put(&mut world, &body);
        let mut body = what_if_body(&world, &all[1..], "P1D");
        body["properties"]["template"]["resources"][0]["sku"]["name"] = json!("Standard_B2ms");
        body["properties"]["template"]["resources"]
            .as_array_mut()
            .expect("a list")
            .push(another(&world));
        let made = world.call("PUT", PREVIEW, "2025-07-01", Some(&body));
        assert_eq!(made.status, 201, "{:?}", made.document());
        assert_eq!(
            made.document()["properties"]["provisioningState"],
            "initializing"
        );
        assert!(made.document()["properties"]["changes"].is_null());
        assert_eq!(made.header("Location"), None);
        assert_eq!(world.finish(&made).document()["status"], "succeeded");
        // The resources that change, without their properties.
        let read = world.call("GET", PREVIEW, "2025-07-01", None);
        assert_eq!(changes(&read).len(), 7);
        let properties = |one: &Value| one["resourceConfigurationChanges"].is_object();
        assert!(!changes(&read).iter().any(properties));
        let changes = details(&mut world, dialect);
        assert!(changes.iter().all(properties));
        assert_eq!(
            found(&changes),
            [
                "cluster noChange",
                "h.private.mysql.database.azure.com noChange",
                "hdb modify",
                "images create",
                "net noChange",
                "net noChange",
                "temporal delete"
            ]
        );
        let of = |kind: &str| {
            let one = changes.iter().find(|one| one["changeType"] == kind);
            one.expect("the change is listed").clone()
        };
        let delta = &of("modify")["resourceConfigurationChanges"]["delta"];
        let paths: Vec<&str> = delta
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["path"].as_str())
            .collect();
        assert_eq!(paths, ["properties.administratorLoginPassword", "sku.name"]);
        let made = &of("create");
        let before = match dialect {
            Dialect::Recorded => "notManaged",
            Dialect::Documented => "unmanaged",
        };
        assert_eq!(made["managementStatusChange"]["before"], before);
        assert!(made["resourceConfigurationChanges"].get("before").is_none());
        assert!(
            !serde_json::to_string(world.cloud.state())
                .expect("a document")
                .contains("Secret123456")
        );
        assert_eq!(
            world.call("DELETE", PREVIEW, "2025-07-01", None).status,
            200
        );
        let gone = world.call("GET", PREVIEW, "2025-07-01", None);
        assert_eq!(code(&gone), "DeploymentStackWhatIfResourceNotFound");
    }
}

#[test]
fn a_what_if_lists_tags_that_were_added_or_changed_in_case() {
    let mut world = World::prepared();
    let mut all = resources(&world);
    all[4]["tags"] = json!({"harness": "Azure"});
    let body = stack(&world, &all);
    put(&mut world, &body);
    let path = format!(
        "{GROUP}/providers/{}/providers/Microsoft.Resources/tags/default",
        NETWORK.0
    );
    let tags = json!({"operation": "Replace",
        "properties": {"tags": {"Harness": "azure", "owner": "ops"}}});
    let set = world.call("PATCH", &path, "2021-04-01", Some(&tags));
    assert_eq!(set.status, 200, "{:?}", set.document());
    // A resource without tags in the template.
    let path = format!(
        "{GROUP}/providers/{}/providers/Microsoft.Resources/tags/default",
        ZONE.0
    );
    let set = world.call("PATCH", &path, "2021-04-01", Some(&tags));
    assert_eq!(set.status, 200, "{:?}", set.document());
    let body = what_if_body(&world, &all, "P1D");
    let made = world.call("PUT", PREVIEW, "2025-07-01", Some(&body));
    world.finish(&made);
    let asked = world.call("POST", &format!("{PREVIEW}/whatIf"), "2025-07-01", None);
    let changes = changes(&asked);
    let delta = |path: &str| {
        let id = world.id(path);
        let of = |one: &&Value| {
            one["id"]
                .as_str()
                .is_some_and(|it| it.eq_ignore_ascii_case(&id))
        };
        let one = changes.iter().find(of).expect("the change is listed");
        one["resourceConfigurationChanges"]["delta"].clone()
    };
    let owner =
        json!({"path": "tags.owner", "changeType": "delete", "before": "ops", "after": null});
    assert_eq!(
        delta(NETWORK.0),
        json!([
            {"path": "tags.harness", "changeType": "modify", "before": "azure", "after": "Azure"},
            owner,
        ])
    );
    let both = json!({"Harness": "azure", "owner": "ops"});
    assert_eq!(
        delta(ZONE.0),
        json!([{"path": "tags", "changeType": "delete", "before": both}])
    );
    let body = stack(&world, &all);
    put(&mut world, &body);
    let after = world.call(
        "GET",
        &format!("{GROUP}/providers/{}", NETWORK.0),
        NETWORK.1,
        None,
    );
    assert_eq!(after.document()["tags"], json!({"harness": "Azure"}));
}

#[test]
fn a_what_if_shows_unevaluated_expressions_and_deny_modes_with_capitals() {
    let mut world = World::prepared();
    let mut all = resources(&world);
    let body = stack(&world, &all);
    put(&mut world, &body);
    let written = format!(
        "[reference('{}', '2023-01-31').principalId]",
        world.id(IDENTITY)
    );
    all[4]["tags"] = json!({"principal": written});
    let mut body = what_if_body(&world, &all, "P30D");
    body["properties"]["denySettings"]["mode"] = json!("denyDelete");
    let made = world.call("PUT", PREVIEW, "2025-07-01", Some(&body));
    world.finish(&made);
    let found = world.call("POST", &format!("{PREVIEW}/whatIf"), "2025-07-01", None);
    let changes = changes(&found);
    let network = changes
        .iter()
        .find(|one| one["type"] == "Microsoft.Network/virtualNetworks");
    let network = &network.expect("the change is listed")["resourceConfigurationChanges"];
    assert_eq!(network["after"]["tags"]["principal"], json!(written));
    assert_eq!(network["delta"][0]["after"]["principal"], json!(written));
    let deny = &found.document()["properties"]["changes"]["denySettingsChange"];
    assert_eq!(deny["after"]["mode"], "DenyDelete");
    assert_eq!(
        deny["delta"],
        json!([{"path": "Mode", "changeType": "modify", "before": "None", "after": "DenyDelete"}])
    );
}

#[test]
fn the_retention_of_a_what_if_is_one_to_thirty_days() {
    let mut world = World::prepared();
    let all = resources(&world);
    for (retention, status) in [
        ("PT2H", 400),
        ("PT23H59M", 400),
        ("P31D", 400),
        ("P1M", 400),
        ("soon", 400),
        ("P1D", 201),
        ("PT36H", 200),
        ("P30D", 200),
    ] {
        world.now += std::time::Duration::from_mins(1);
        let body = what_if_body(&world, &all, retention);
        let answer = world.call("PUT", PREVIEW, "2025-07-01", Some(&body));
        assert_eq!(
            answer.status,
            status,
            "{retention}: {:?}",
            answer.document()
        );
    }
}
