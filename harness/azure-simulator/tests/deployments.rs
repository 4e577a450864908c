//! The operations of a stack's deployment while it runs.

use std::time::Duration;

use serde_json::Value;

use super::super::{Fault, Refusal, Script, Settings, What};
use super::stack::{STACK, resources, shown, stack};
use super::{GROUP, World, code};

fn deployment(world: &mut World) -> String {
    let id = shown(world)["deploymentId"].clone();
    let id = id.as_str().expect("a running stack has a deployment");
    id.rsplit('/').next().expect("a name").to_owned()
}

fn operations(world: &mut World, deployment: &str) -> Vec<Value> {
    let path = format!("{GROUP}/deployments/{deployment}/operations");
    let answer = world.call("GET", &path, "2024-03-01", None);
    assert_eq!(answer.status, 200, "{:?}", answer.document());
    answer.document()["value"]
        .as_array()
        .expect("a list")
        .clone()
}

/// Name and state of each resource that was started.
fn states(operations: &[Value]) -> Vec<String> {
    let state = |one: &Value| {
        let properties = &one["properties"];
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let name = text(&properties["targetResource"]["resourceName"]);
        format!("{name} {}", text(&properties["provisioningState"]))
    };
    operations.iter().map(state).collect()
}

#[test]
fn the_operations_of_a_deployment_appear_as_it_runs() {
    let mut world = World::prepared();
    let body = stack(&world, &resources(&world));
    let begun = world.call("PUT", STACK, "2024-03-01", Some(&body));
    let name = deployment(&mut world);
    let mut seen: Vec<Vec<String>> = Vec::new();
    for _ in 0..90 {
        let now = states(&operations(&mut world, &name));
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        world.now += Duration::from_secs(10);
    }
    assert_eq!(world.finish(&begun).document()["status"], "succeeded");
    let seen: Vec<_> = seen.iter().map(|one| one.join(", ")).collect();
    insta::assert_snapshot!(seen.join("\n"), @"
    h.private.mysql.database.azure.com Running, net Running, cluster Succeeded
    h.private.mysql.database.azure.com Running, net Succeeded, cluster Succeeded
    h.private.mysql.database.azure.com/net Running, h.private.mysql.database.azure.com Succeeded, net Succeeded, cluster Succeeded
    hdb Running, h.private.mysql.database.azure.com/net Succeeded, h.private.mysql.database.azure.com Succeeded, net Succeeded, cluster Succeeded
    hdb/temporal Running, hdb Succeeded, h.private.mysql.database.azure.com/net Succeeded, h.private.mysql.database.azure.com Succeeded, net Succeeded, cluster Succeeded
    hdb/temporal Succeeded, hdb Succeeded, h.private.mysql.database.azure.com/net Succeeded, h.private.mysql.database.azure.com Succeeded, net Succeeded, cluster Succeeded, - Succeeded
    ");
    assert_eq!(
        deployment(&mut world),
        name,
        "the name stays after the deployment"
    );
    let all = operations(&mut world, &name);
    let server = all.iter().find(|one| {
        let kind = &one["properties"]["targetResource"]["resourceType"];
        kind == "Microsoft.DBforMySQL/flexibleServers"
    });
    let server = server.expect("the operation is listed");
    assert_eq!(server["properties"]["duration"], "PT330.000S");
    let id = server["operationId"].as_str().expect("an id");
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/{name}/operations/{id}");
    let one = world.call("GET", &path, "2024-03-01", None);
    assert_eq!(one.document(), server);
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/{name}");
    let whole = world.call("GET", &path, "2024-03-01", None);
    assert_eq!(
        whole.document()["properties"]["provisioningState"],
        "Succeeded"
    );
}

#[test]
fn an_operation_in_progress_has_a_duration() {
    let mut world = World::prepared();
    let body = stack(&world, &resources(&world));
    world.call("PUT", STACK, "2024-03-01", Some(&body));
    let name = deployment(&mut world);
    let lasted = |world: &mut World| {
        let all = operations(world, &name);
        let running = all
            .iter()
            .filter(|one| one["properties"]["provisioningState"] == "Running");
        let mut lasted = running.map(|one| {
            let properties = &one["properties"];
            (
                properties["timestamp"].clone(),
                properties["duration"].clone(),
            )
        });
        lasted.next_back().expect("an operation runs")
    };
    world.now += Duration::from_mins(2);
    let (since, first) = lasted(&mut world);
    world.now += Duration::from_secs(30);
    let (still_since, second) = lasted(&mut world);
    assert_eq!(since, still_since);
    assert_ne!(first, second);
}

#[test]
fn a_failed_operation_has_its_error_and_its_dependents_do_not_start() {
    let error = Refusal::conflict("SkuNotAvailable", "none left");
    let fault = Fault::at(
        "/flexibleServers/hdb$",
        What::FailsAfter { polls: 1, error },
    );
    let script = Script::new(vec![fault]);
    let mut world = World::prepared_with(Settings::invented(), script);
    let body = stack(&world, &resources(&world));
    let begun = world.call("PUT", STACK, "2024-03-01", Some(&body));
    assert_eq!(world.finish(&begun).document()["status"], "failed");
    let name = deployment(&mut world);
    let all = operations(&mut world, &name);
    insta::assert_snapshot!(states(&all).join("\n"), @"
    hdb Failed
    h.private.mysql.database.azure.com/net Succeeded
    h.private.mysql.database.azure.com Succeeded
    net Succeeded
    cluster Succeeded
    ");
    let failed = all
        .iter()
        .find(|one| one["properties"]["provisioningState"] == "Failed");
    let message = &failed.expect("the operation is listed")["properties"]["statusMessage"];
    assert_eq!(message["error"]["code"], "SkuNotAvailable");
    let path = format!("{GROUP}/deployments/{name}");
    let whole = world.call("GET", &path, "2024-03-01", None);
    assert_eq!(
        whole.document()["properties"]["provisioningState"],
        "Failed"
    );
}

#[test]
fn a_missing_deployment_is_not_found() {
    let mut world = World::prepared();
    let path = format!("{GROUP}/deployments/none/operations");
    let answer = world.call("GET", &path, "2024-03-01", None);
    assert_eq!((answer.status, code(&answer)), (404, "DeploymentNotFound"));
    let path = "/resourceGroups/none/deployments/none/operations";
    let answer = world.call("GET", path, "2024-03-01", None);
    assert_eq!(
        (answer.status, code(&answer)),
        (404, "ResourceGroupNotFound")
    );
    let answer = world.call("GET", path, "1999-01-01", None);
    assert_eq!(
        (answer.status, code(&answer)),
        (400, "NoRegisteredProviderFound")
    );
}

#[test]
fn a_cancelled_deployment_ends_and_starts_no_more_resources() {
    let mut world = World::prepared();
    let body = stack(&world, &resources(&world));
    let begun = world.call("PUT", STACK, "2024-03-01", Some(&body));
    let name = deployment(&mut world);
    let path = format!("{GROUP}/providers/Microsoft.Resources/deployments/{name}");
    let cancel = format!("{path}/cancel");
    world.now += Duration::from_secs(20);
    assert_eq!(world.call("POST", &cancel, "2024-03-01", None).status, 204);
    assert_eq!(world.finish(&begun).document()["status"], "canceled");
    let cancelled = world.call("GET", &path, "2024-03-01", None);
    let state = &cancelled.document()["properties"]["provisioningState"];
    assert_eq!(state, "Canceled");
    let stacked = world.call("GET", STACK, "2024-03-01", None);
    let state = &stacked.document()["properties"]["provisioningState"];
    assert_eq!(state, "canceled");
    let before = states(&operations(&mut world, &name));
    insta::assert_snapshot!(before.join("\n"), @"
    h.private.mysql.database.azure.com Canceled
    net Succeeded
    cluster Succeeded
    ");
    world.now += Duration::from_mins(30);
    assert_eq!(states(&operations(&mut world, &name)), before);
    let late = world.call("POST", &cancel, "2024-03-01", None);
    assert_eq!(late.status, 409);
    assert_eq!(
        late.document()["error"]["code"],
        "DeploymentCannotBeCancelled"
    );
    // The next deployment creates the remaining resources.
    let begun = world.call("PUT", STACK, "2024-03-01", Some(&body));
    assert_eq!(world.finish(&begun).document()["status"], "succeeded");
}
