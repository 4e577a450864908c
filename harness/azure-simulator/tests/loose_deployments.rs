//! Deployments without a stack.

use std::time::Duration;

use azure::resource_type::IDENTITY;
use serde_json::{Value, json};

use super::{GROUP, World, code, identity, names};

fn deployment(mode: &str) -> Value {
    let identity = json!({"type": IDENTITY, "apiVersion": "2024-11-30", "name": "[parameters('name')]", "location": "[resourceGroup().location]"});
    let zone = json!({"type": "Microsoft.Network/privateDnsZones", "apiVersion": "2024-06-01", "name": "x.example", "location": "global"});
    json!({"properties": {"mode": mode, "parameters": {"name": {"value": "made"}}, "template": {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"name": {"type": "string"}},
        "resources": [identity, zone],
        "outputs": {"name": {"type": "string", "value": "[parameters('name')]"}},
    }}})
}

#[test]
fn a_deployment_without_a_stack_runs_and_is_listed_and_deleted() {
    let mut world = World::prepared();
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/First");
    let version = "2026-06-01";
    let body = deployment("Incremental");
    let checked = world.call("POST", &format!("{path}/validate"), version, Some(&body));
    assert_eq!(
        checked.document()["properties"]["provisioningState"],
        "Succeeded"
    );
    assert_eq!(world.call("HEAD", &path, version, None).status, 404);
    let begun = world.call("PUT", &path, version, Some(&body));
    assert_eq!(begun.status, 201);
    for method in ["PUT", "DELETE"] {
        let busy = world.call(method, &path, version, Some(&body));
        assert_eq!((busy.status, code(&busy)), (409, "DeploymentActive"));
    }
    world.now += Duration::from_mins(2);
    assert_eq!(world.finish(&begun).document()["status"], "Succeeded");
    let shown = world.call("GET", &path.to_lowercase(), version, None);
    let properties = &shown.document()["properties"];
    assert_eq!(shown.document()["name"], "First");
    assert_eq!(properties["outputs"]["name"]["value"], "made");
    assert_eq!(
        properties["outputResources"].as_array().map(Vec::len),
        Some(2)
    );
    // azure-cli leaves the provider out of the path.
    let operations = format!("{GROUP}/deployments/First/operations");
    let operations = world.call("GET", &operations, version, None);
    assert_eq!(
        operations.document()["value"].as_array().map(Vec::len),
        Some(3)
    );
    let all = format!("{GROUP}/providers/Microsoft.Resources/deployments/");
    assert_eq!(names(&world.call("GET", &all, version, None)), ["First"]);
    assert_eq!(world.call("DELETE", &path, version, None).status, 204);
    assert_eq!(world.call("GET", &path, version, None).status, 404);
    assert_eq!(world.ids().len(), 2, "the resources stay");
}

#[test]
fn the_what_if_of_a_deployment_creates_nothing() {
    let mut world = World::prepared();
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/First");
    let version = "2026-06-01";
    let mut body = deployment("Incremental");
    identity(&mut world, "other", &json!({}));
    identity(&mut world, "made", &json!({"a": "b"}));
    let resources = body["properties"]["template"]["resources"].as_array_mut();
    resources.expect("a list")[0]["tags"] = json!({"a": "c"});
    let look = |world: &mut World, body: &Value| {
        let asked = world.call("POST", &format!("{path}/whatIf"), version, Some(body));
        assert_eq!(asked.status, 202, "{:?}", asked.document());
        let found = world.finish(&asked).document().clone();
        assert_eq!(found["status"], "Succeeded");
        found["properties"]["changes"].clone()
    };
    let changes = look(&mut world, &body);
    let summary = |one: &Value| {
        let id = one["resourceId"].as_str().expect("an id");
        let name = id.rsplit('/').next().expect("a name");
        format!("{} {name}", one["changeType"].as_str().expect("a text"))
    };
    let summary: Vec<String> = changes
        .as_array()
        .expect("a list")
        .iter()
        .map(summary)
        .collect();
    assert_eq!(summary, ["Modify made", "Create x.example", "Ignore other"]);
    let modified = &changes[0];
    assert_eq!(
        modified["delta"],
        json!([{"path": "tags.a", "propertyChangeType": "Modify", "before": "b", "after": "c"}])
    );
    assert_eq!(modified["before"]["tags"], json!({"a": "b"}));
    assert_eq!(world.call("HEAD", &path, version, None).status, 404);

    body["properties"]["whatIfSettings"] = json!({"resultFormat": "ResourceIdOnly"});
    let brief = look(&mut world, &body);
    assert_eq!(brief[0]["changeType"], "Modify");
    assert_eq!(
        (&brief[0]["delta"], &brief[0]["before"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn an_unsupported_deployment_is_refused() {
    let mut world = World::prepared();
    let path = "/providers/Microsoft.Resources/deployments/one";
    let group = format!("{GROUP}{path}");
    let long = format!("{GROUP}{path}{}", "x".repeat(64));
    for (path, mode, wanted) in [
        (path, "Incremental", "InvalidTemplate"),
        (&group, "Complete", "InvalidTemplate"),
        (&long, "Incremental", "InvalidDeploymentName"),
    ] {
        let answer = world.call("PUT", path, "2024-11-01", Some(&deployment(mode)));
        assert_eq!((answer.status, code(&answer)), (400, wanted));
    }
}
