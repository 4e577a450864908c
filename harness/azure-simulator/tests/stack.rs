//! Deployment stacks: order, outputs, and which resources are deleted.

use serde_json::{Value, json};

use super::super::{Dialect, Fault, Script, Settings, State, What};
use super::{GROUP, NETWORK, SERVER, World, ZONE, code, network};
use crate::Cloud;

pub(super) const STACK: &str =
    "/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacks/harness-dev";
pub(super) const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/cluster";

pub(super) fn entry(world: &World, path: (&str, &str), after: &[&str], mut body: Value) -> Value {
    let (kind, name) = path.0.rsplit_once('/').expect("a type and a name");
    // The type and the name of a child resource alternate in its path.
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

pub(super) fn put(world: &mut World, body: &Value) -> (u16, Value, Value) {
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
fn a_stack_deploys_in_order_and_has_outputs() {
    let mut world = World::prepared();
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
fn resources_that_a_template_no_longer_contains_are_deleted_or_detached() {
    for (action, left) in [("delete", 4), ("detach", 6)] {
        let mut world = World::prepared();
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
fn the_deletion_of_a_stack_deletes_its_resources() {
    for dialect in [Dialect::Recorded, Dialect::Documented] {
        let settings = Settings {
            dialect,
            ..Settings::invented()
        };
        let mut world = World::prepared_with(settings, Script::default());
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
fn a_stack_stays_and_names_the_resources_that_it_could_not_delete() {
    let script = Script::new(vec![Fault::at("/flexibleservers/hdb$", What::NotDeleted)]);
    let mut world = World::prepared_with(Settings::invented(), script);
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
    // The resource that the database needs is still in use.
    assert_eq!(stack["failedResources"].as_array().map(Vec::len), Some(2));
    let answer = world.call("DELETE", &path, "2024-03-01", None);
    world.finish(&answer);
    assert!(world.ids().is_empty());
}

#[test]
fn a_failed_resource_fails_the_stack_which_can_be_put_again() {
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
    let mut world = World::prepared_with(Settings::invented(), script);
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
fn invalid_templates_are_refused_before_anything_is_created() {
    let mut world = World::prepared();
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
fn the_next_process_continues_a_stack_in_progress() {
    let mut world = World::prepared();
    let body = stack(&world, &resources(&world));
    let answer = world.call("PUT", STACK, "2024-03-01", Some(&body));
    let busy = world.call("PUT", STACK, "2024-03-01", Some(&body));
    assert_eq!(code(&busy), "DeploymentStackInNonTerminalState");
    let saved = serde_json::to_string(world.cloud.state()).expect("a document");
    assert!(!saved.contains("Secret123456"));
    let state: State = serde_json::from_str(&saved).expect("a valid state");
    world.cloud = Cloud::new(world.cloud.settings.clone(), state, Script::default());
    world.token = world.sign_in("https://management.azure.com/.default");
    assert_eq!(world.finish(&answer).document()["status"], "succeeded");
}

#[test]
fn only_the_stack_can_delete_what_its_deny_settings_protect() {
    let mut world = World::prepared();
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
