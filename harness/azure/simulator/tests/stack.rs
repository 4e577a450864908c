//! Deployment stacks: order, outputs, what goes, what stays, and what would change.

use serde_json::{Value, json};

use super::super::{Dialect, Fault, Script, Settings, State, What};
use super::{GROUP, NETWORK, SERVER, World, ZONE, code, network};
use crate::azure::simulator::Cloud;

pub(super) const STACK: &str =
    "/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacks/harness-dev";
const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/cluster";

fn entry(world: &World, path: (&str, &str), after: &[&str], mut body: Value) -> Value {
    let (kind, name) = path.0.rsplit_once('/').expect("a type and a name");
    // A child's type and name are woven into its id.
    let parts: Vec<&str> = path.0.split('/').collect();
    let (kind, name) = if parts.len() > 3 {
        (
            format!("{}/{}/{}", parts[0], parts[1], parts[3]),
            format!("{}/{}", parts[2], parts[4]),
        )
    } else {
        (kind.to_owned(), name.to_owned())
    };
    body["type"] = json!(kind);
    body["name"] = json!(name);
    body["apiVersion"] = json!(path.1);
    body["dependsOn"] = after.iter().map(|one| json!(world.id(one))).collect();
    body
}

pub(super) fn resources(world: &World) -> Vec<Value> {
    let link = format!("{}/virtualNetworkLinks/net", ZONE.0);
    let database = format!("{}/databases/temporal", SERVER.0);
    let mut server = super::server(world);
    server["properties"]["administratorLoginPassword"] = json!("[parameters('mysqlPassword')]");
    let linked = json!({"location": "global", "properties": {"registrationEnabled": false, "virtualNetwork": {"id": world.id(NETWORK.0)}}});
    vec![
        entry(
            world,
            (&database, SERVER.1),
            &[SERVER.0],
            json!({"properties": {"charset": "utf8mb4"}}),
        ),
        entry(world, SERVER, &[NETWORK.0, &link], server),
        entry(world, (&link, ZONE.1), &[ZONE.0, NETWORK.0], linked),
        entry(world, ZONE, &[], json!({"location": "global"})),
        entry(world, NETWORK, &[], network()),
        entry(
            world,
            (IDENTITY, "2023-01-31"),
            &[],
            json!({"location": "westeurope"}),
        ),
    ]
}

pub(super) fn stack(world: &World, resources: &[Value]) -> Value {
    let host = format!(
        "[reference('{}', '2023-12-30').fullyQualifiedDomainName]",
        world.id(SERVER.0)
    );
    let principal = format!(
        "[reference('{}', '2023-01-31').principalId]",
        world.id(IDENTITY)
    );
    json!({"properties": {
        "template": {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"mysqlPassword": {"type": "securestring"}},
            "resources": resources,
            "outputs": {"mysqlHost": {"type": "string", "value": host}, "CLUSTER_PRINCIPAL": {"type": "string", "value": principal}},
        },
        "parameters": {"mysqlPassword": {"value": "Secret123456"}},
        "actionOnUnmanage": {"resources": "delete", "resourceGroups": "detach", "managementGroups": "detach"},
        "denySettings": {"mode": "none"},
    }})
}

fn put(world: &mut World, body: &Value) -> (u16, Value, Value) {
    let answer = world.call("PUT", STACK, "2024-03-01", Some(body));
    assert!(answer.status < 300, "{:?}", answer.document());
    let state = answer.document()["properties"]["provisioningState"].clone();
    assert_eq!(answer.header("Location"), None);
    let end = world.finish(&answer).document().clone();
    (answer.status, state, end)
}

pub(super) fn shown(world: &mut World) -> Value {
    world.call("GET", STACK, "2024-03-01", None).document()["properties"].clone()
}

#[test]
fn a_stack_deploys_in_order_and_tells_its_outputs() {
    let mut world = World::furnished();
    let body = stack(&world, &resources(&world));
    let (status, state, end) = put(&mut world, &body);
    assert_eq!((status, state), (201, json!("initializing")));
    assert_eq!(end["status"], "succeeded", "{end}");
    let stack = shown(&mut world);
    assert_eq!(stack["provisioningState"], "succeeded");
    assert_eq!(stack["resources"].as_array().map(Vec::len), Some(6));
    assert_eq!(
        stack["outputs"]["mysqlHost"]["value"],
        "hdb.mysql.database.azure.com"
    );
    assert!(stack["outputs"]["clusteR_PRINCIPAL"]["value"].is_string());
    assert!(
        !serde_json::to_string(world.cloud.state())
            .expect("a document")
            .contains("Secret123456")
    );
    let again = stack_again(&mut world, &body);
    assert_eq!(again, (200, json!("succeeded")));
}

fn stack_again(world: &mut World, body: &Value) -> (u16, Value) {
    let (status, _, end) = put(world, body);
    (status, end["status"].clone())
}

#[test]
fn what_a_template_no_longer_has_goes_or_stays_as_it_is_told() {
    for (action, left) in [("delete", 4), ("detach", 6)] {
        let mut world = World::furnished();
        let all = resources(&world);
        let body = stack(&world, &all);
        put(&mut world, &body);
        let kept: Vec<Value> = all[2..].to_vec();
        let mut body = stack(&world, &kept);
        body["properties"]["template"]["outputs"] = json!({});
        body["properties"]["actionOnUnmanage"]["resources"] = json!(action);
        assert_eq!(stack_again(&mut world, &body).1, "succeeded");
        assert_eq!(world.ids().len(), left, "{action}");
        assert_eq!(
            shown(&mut world)["resources"].as_array().map(Vec::len),
            Some(4)
        );
    }
}

#[test]
fn a_stack_is_deleted_with_what_it_manages_children_first() {
    for dialect in [Dialect::Recorded, Dialect::Documented] {
        let settings = Settings {
            dialect,
            ..Settings::invented()
        };
        let mut world = World::furnished_with(settings, Script::default());
        let body = stack(&world, &resources(&world));
        put(&mut world, &body);
        let path =
            format!("{STACK}?unmanageAction.Resources=delete&unmanageAction.ResourceGroups=detach");
        let answer = world.call("DELETE", &path, "2024-03-01", None);
        assert_eq!(answer.status, 202);
        assert_eq!(
            answer.header("Location").is_some(),
            dialect == Dialect::Documented
        );
        assert_eq!(
            answer.header("Azure-AsyncOperation").is_some(),
            dialect == Dialect::Recorded
        );
        world.finish(&answer);
        assert!(world.ids().is_empty(), "{:?}", world.ids());
        assert_eq!(world.call("GET", STACK, "2024-03-01", None).status, 404);
        assert_eq!(world.call("DELETE", &path, "2024-03-01", None).status, 204);
    }
}

#[test]
fn what_cannot_be_deleted_is_named_and_the_stack_stays() {
    let script = Script::new(vec![Fault::at("/flexibleservers/hdb$", What::NotDeleted)]);
    let mut world = World::furnished_with(Settings::invented(), script);
    let body = stack(&world, &resources(&world));
    put(&mut world, &body);
    let path = format!("{STACK}?unmanageAction.Resources=delete");
    let answer = world.call("DELETE", &path, "2024-03-01", None);
    let end = world.finish(&answer);
    assert_eq!(
        end.document()["error"]["code"],
        "DeploymentStackDeleteResourcesFailed"
    );
    let stack = shown(&mut world);
    let mut statuses: Vec<&Value> = stack["resources"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["status"])
        .collect();
    statuses.dedup();
    assert_eq!(statuses, [&json!("deleteFailed")]);
    // What the database stands on is still in use.
    assert_eq!(stack["failedResources"].as_array().map(Vec::len), Some(2));
    let answer = world.call("DELETE", &path, "2024-03-01", None);
    world.finish(&answer);
    assert!(world.ids().is_empty());
}

#[test]
fn a_failed_resource_fails_the_stack_with_its_cause_and_may_be_tried_again() {
    let error = super::super::Refusal::conflict("ProvisioningFailed", "no capacity");
    let script = Script::new(vec![
        Fault::at(
            "/flexibleservers/hdb$",
            What::FailsAfter { polls: 1, error },
        )
        .method("PUT"),
        Fault::at("/flexibleservers/hdb$", What::server_is_busy())
            .method("PUT")
            .after(1),
    ]);
    let mut world = World::furnished_with(Settings::invented(), script);
    let body = stack(&world, &resources(&world));
    for expected in ["ProvisioningFailed", "ServerIsBusy"] {
        let (_, _, end) = put(&mut world, &body);
        assert_eq!(end["status"], "failed");
        assert_eq!(end["error"]["code"], "DeploymentFailed");
        assert_eq!(end["error"]["details"][0]["code"], expected);
    }
    assert_eq!(stack_again(&mut world, &body).1, "succeeded");
}

#[test]
fn wrong_templates_are_refused_before_anything_is_made() {
    let mut world = World::furnished();
    let all = resources(&world);
    let mut refused = |change: &dyn Fn(&mut Value)| {
        let mut body = stack(&world, &all);
        change(&mut body["properties"]);
        let answer = world.call("PUT", STACK, "2024-03-01", Some(&body));
        assert!(world.ids().is_empty());
        (answer.status, code(&answer).to_owned())
    };
    let template = (400, "InvalidTemplate".to_owned());
    assert_eq!(refused(&|stack| stack["parameters"] = json!({})), template);
    assert_eq!(
        refused(&|stack| stack["parameters"]["other"] = json!({"value": 1})),
        template
    );
    assert_eq!(
        refused(&|stack| stack["template"]["contentVersion"] = json!(null)),
        template
    );
    assert_eq!(
        refused(&|stack| stack["template"]["resources"][0]["dependsOn"] = json!(["nothing"])),
        template
    );
    assert_eq!(
        refused(&|stack| stack["template"]["resources"][3]["dependsOn"] = json!(["hdb"])),
        template
    );
    assert_eq!(
        refused(&|stack| stack["template"]["resources"][0]["tags"] = json!("[nonsense('x')]")),
        template
    );
    assert_eq!(
        refused(&|stack| stack["denySettings"] = json!({})).1,
        "InvalidDeploymentStackDefinition"
    );
    assert_eq!(
        refused(&|stack| stack["template"]["resources"][0]["apiVersion"] = json!("2001-01-01")).1,
        "NoRegisteredProviderFound"
    );
}

#[test]
fn a_stack_in_progress_is_carried_on_by_the_next_process() {
    let mut world = World::furnished();
    let body = stack(&world, &resources(&world));
    let answer = world.call("PUT", STACK, "2024-03-01", Some(&body));
    let busy = world.call("PUT", STACK, "2024-03-01", Some(&body));
    assert_eq!(code(&busy), "DeploymentStackInNonTerminalState");
    let saved = serde_json::to_string(world.cloud.state()).expect("a document");
    assert!(!saved.contains("Secret123456"));
    let state: State = serde_json::from_str(&saved).expect("the same");
    world.cloud = Cloud::new(world.cloud.settings.clone(), state, Script::default());
    world.token = world.sign_in("https://management.azure.com/.default");
    assert_eq!(world.finish(&answer).document()["status"], "succeeded");
}

const PREVIEW: &str =
    "/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacksWhatIfResults/look";

/// The question what a stack of some resources would do.
fn question(world: &World, resources: &[Value], kept: &str) -> Value {
    let mut body = stack(world, resources);
    body["properties"]["deploymentStackResourceId"] =
        json!(world.id("Microsoft.Resources/deploymentStacks/harness-dev"));
    body["properties"]["retentionInterval"] = json!(kept);
    body
}

fn changes(answer: &super::super::Response) -> Vec<Value> {
    let changes = &answer.document()["properties"]["changes"]["resourceChanges"];
    changes.as_array().cloned().unwrap_or_default()
}

#[test]
fn a_preview_tells_what_would_be_made_changed_and_deleted() {
    for dialect in [Dialect::Recorded, Dialect::Documented] {
        let settings = Settings {
            dialect,
            ..Settings::invented()
        };
        let mut world = World::furnished_with(settings, Script::default());
        let all = resources(&world);
        let body = stack(&world, &all);
        put(&mut world, &body);
        let mut body = question(&world, &all[1..], "P1D");
        body["properties"]["template"]["resources"][0]["sku"]["name"] = json!("Standard_B2ms");
        let extra = entry(
            &world,
            (
                "Microsoft.ContainerRegistry/registries/images",
                "2023-07-01",
            ),
            &[],
            json!({"location": "westeurope", "sku": {"name": "Basic"}}),
        );
        body["properties"]["template"]["resources"]
            .as_array_mut()
            .expect("a list")
            .push(extra);
        let made = world.call("PUT", PREVIEW, "2025-07-01", Some(&body));
        assert_eq!(made.status, 201, "{:?}", made.document());
        assert_eq!(
            made.document()["properties"]["provisioningState"],
            "initializing"
        );
        assert!(made.document()["properties"]["changes"].is_null());
        assert_eq!(made.header("Location"), None);
        assert_eq!(world.finish(&made).document()["status"], "succeeded");
        // Which resources, and nothing of what about them.
        let read = world.call("GET", PREVIEW, "2025-07-01", None);
        assert_eq!(changes(&read).len(), 7);
        let properties = |one: &Value| one["resourceConfigurationChanges"].is_object();
        assert!(!changes(&read).iter().any(properties));
        let mut asked = world.call("POST", &format!("{PREVIEW}/whatIf"), "2025-07-01", None);
        if dialect == Dialect::Documented {
            assert_eq!(asked.status, 202);
            let location = asked.header("Location").expect("a place").to_owned();
            world.now += std::time::Duration::from_mins(1);
            asked = world.call_at("GET", &location, None);
        }
        assert_eq!(asked.status, 200);
        let changes = changes(&asked);
        assert!(changes.iter().all(properties));
        let mut told: Vec<String> = changes
            .iter()
            .map(|one| {
                let id = one["id"].as_str().unwrap_or_default();
                let name = id.rsplit('/').next().unwrap_or_default();
                format!("{name} {}", one["changeType"].as_str().unwrap_or_default())
            })
            .collect();
        told.sort();
        assert_eq!(
            told,
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
            one.expect("there is one").clone()
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
fn a_preview_tells_of_tags_that_somebody_added_or_wrote_in_another_case() {
    let mut world = World::furnished();
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
    // One of which the template says nothing.
    let path = format!(
        "{GROUP}/providers/{}/providers/Microsoft.Resources/tags/default",
        ZONE.0
    );
    let set = world.call("PATCH", &path, "2021-04-01", Some(&tags));
    assert_eq!(set.status, 200, "{:?}", set.document());
    let body = question(&world, &all, "P1D");
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
        let one = changes.iter().find(of).expect("it is told");
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
fn a_preview_has_expressions_as_they_are_written_and_denials_with_capitals() {
    let mut world = World::furnished();
    let mut all = resources(&world);
    let body = stack(&world, &all);
    put(&mut world, &body);
    let written = format!(
        "[reference('{}', '2023-01-31').principalId]",
        world.id(IDENTITY)
    );
    all[4]["tags"] = json!({"principal": written});
    let mut body = question(&world, &all, "P30D");
    body["properties"]["denySettings"]["mode"] = json!("denyDelete");
    let made = world.call("PUT", PREVIEW, "2025-07-01", Some(&body));
    world.finish(&made);
    let told = world.call("POST", &format!("{PREVIEW}/whatIf"), "2025-07-01", None);
    let changes = changes(&told);
    let network = changes
        .iter()
        .find(|one| one["type"] == "Microsoft.Network/virtualNetworks");
    let network = &network.expect("there is one")["resourceConfigurationChanges"];
    assert_eq!(network["after"]["tags"]["principal"], json!(written));
    assert_eq!(network["delta"][0]["after"]["principal"], json!(written));
    let deny = &told.document()["properties"]["changes"]["denySettingsChange"];
    assert_eq!(deny["after"]["mode"], "DenyDelete");
    assert_eq!(
        deny["delta"],
        json!([{"path": "Mode", "changeType": "modify", "before": "None", "after": "DenyDelete"}])
    );
}

#[test]
fn a_preview_is_kept_for_a_day_to_thirty() {
    let mut world = World::furnished();
    let all = resources(&world);
    for (kept, status) in [
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
        let body = question(&world, &all, kept);
        let answer = world.call("PUT", PREVIEW, "2025-07-01", Some(&body));
        assert_eq!(answer.status, status, "{kept}: {:?}", answer.document());
    }
}

#[test]
fn what_a_stack_protects_only_the_stack_deletes() {
    let mut world = World::furnished();
    let mut body = stack(&world, &resources(&world));
    body["properties"]["denySettings"]["mode"] = json!("denyDelete");
    put(&mut world, &body);
    let path = format!("{GROUP}/providers/{IDENTITY}");
    let answer = world.call("DELETE", &path, "2023-01-31", None);
    assert_eq!(code(&answer), "DenyAssignmentAuthorizationFailed");
    let same = json!({"location": "westeurope"});
    assert_eq!(
        world.call("PUT", &path, "2023-01-31", Some(&same)).status,
        200
    );
    let path = format!("{STACK}?unmanageAction.Resources=delete");
    let answer = world.call("DELETE", &path, "2024-03-01", None);
    world.finish(&answer);
    assert!(world.ids().is_empty());
}
