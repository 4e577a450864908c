//! Rules from Microsoft's descriptions, from its clients and from recorded traffic.

use serde_json::json;

use super::super::{Dialect, Response, Script, Settings};
use super::stack::{STACK, resources, stack};
use super::{GROUP, SERVER, World, code, with_server};

const WHAT_IFS: &str =
    "/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacksWhatIfResults";

fn prepared(dialect: Dialect) -> World {
    let settings = Settings {
        dialect,
        ..Settings::invented()
    };
    World::prepared_with(settings, Script::default())
}

/// Status of a response, and which headers announce its operation.
fn announced(answer: &Response) -> (u16, bool, bool) {
    let has = |name| answer.header(name).is_some();
    (answer.status, has("Azure-AsyncOperation"), has("Location"))
}

#[test]
fn each_dialect_announces_operations_with_its_own_headers() {
    // In each pair: as described, and as recorded (azd, 2026-04) if a recording exists.
    let both = [Dialect::Documented, Dialect::Recorded].map(|dialect| {
        let mut world = prepared(dialect);
        let body = stack(&world, &resources(&world));
        let ask = format!("{STACK}/validate");
        let validate = world.call("POST", &ask, "2024-03-01", Some(&body));
        let put = world.call("PUT", STACK, "2024-03-01", Some(&body));
        world.finish(&put);
        let server = format!("{GROUP}/providers/{}", SERVER.0);
        let again = super::server(&world);
        let change = world.call("PUT", &server, SERVER.1, Some(&again));
        world.finish(&change);
        let everything = format!("{STACK}?unmanageAction.Resources=delete");
        let delete = world.call("DELETE", &everything, "2024-03-01", None);
        world.finish(&delete);
        let group = world.call("DELETE", GROUP, "2024-03-01", None);
        [validate, put, change, delete, group].map(|answer| announced(&answer))
    });
    let (status_only, location_only) = ((true, false), (false, true));
    let of = |status: u16, (by_status, by_location)| (status, by_status, by_location);
    assert_eq!(
        both[0],
        [
            of(202, location_only),
            of(201, status_only),
            of(202, location_only),
            of(202, location_only),
            of(202, location_only),
        ]
    );
    assert_eq!(
        both[1],
        [
            of(202, location_only),
            of(201, status_only),
            of(202, (true, true)),
            of(202, status_only),
            of(202, location_only),
        ]
    );
}

#[test]
fn a_validation_lists_the_resources_that_the_stack_would_have() {
    let mut world = World::prepared();
    let body = stack(&world, &resources(&world));
    let path = format!("{STACK}/validate");
    let answer = world.call("POST", &path, "2024-03-01", Some(&body));
    let found = world.finish(&answer);
    assert_eq!(found.status, 200);
    let resources = &found.document()["properties"]["validatedResources"];
    assert_eq!(resources.as_array().map(Vec::len), Some(6));
    assert!(!found.document().to_string().contains("Secret123456"));
    assert!(world.ids().is_empty());
    let missing = world.call("GET", STACK, "2024-03-01", None);
    assert_eq!(code(&missing), "DeploymentStackResourceNotFound");
    let empty = json!({"properties": {"actionOnUnmanage": {"resources": "delete"}, "denySettings": {"mode": "none"}, "template": {}}});
    let wrong = world.call("POST", &path, "2024-03-01", Some(&empty));
    assert_eq!((wrong.status, code(&wrong)), (400, "InvalidTemplate"));
}

#[test]
fn a_what_if_is_listed_and_has_the_time_of_the_stacks_last_change() {
    let mut world = World::prepared();
    let mut body = stack(&world, &resources(&world));
    let properties = &mut body["properties"];
    properties["deploymentStackResourceId"] =
        json!(world.id("Microsoft.Resources/deploymentStacks/harness-dev"));
    properties["retentionInterval"] = json!("P1D");
    let path = format!("{WHAT_IFS}/look");
    let modified =
        |answer: &Response| answer.document()["properties"]["deploymentStackLastModified"].clone();
    let before = world.call("PUT", &path, "2025-07-01", Some(&body));
    assert_eq!(modified(&before), "0001-01-01T00:00:00Z");
    let put = stack(&world, &resources(&world));
    let put = world.call("PUT", STACK, "2024-03-01", Some(&put));
    world.finish(&put);
    let shown = world.call("GET", STACK, "2024-03-01", None);
    let after = world.call("PUT", &path, "2025-07-01", Some(&body));
    world.finish(&after);
    let after = world.call("GET", &path, "2025-07-01", None);
    assert_eq!(
        modified(&after),
        shown.document()["systemData"]["lastModifiedAt"]
    );
    let listed = world.call("GET", WHAT_IFS, "2025-07-01", None);
    assert_eq!(listed.document()["value"][0]["name"], "look");
}

#[test]
fn a_setting_cannot_be_deleted_by_itself() {
    let mut world = with_server();
    let path = format!("{}/configurations/max_connections", SERVER.0);
    let body = json!({"properties": {"value": "500", "source": "user-override"}});
    world.make(&path, SERVER.1, &body);
    let path = format!("{GROUP}/providers/{path}");
    let answer = world.call("DELETE", &path, SERVER.1, None);
    assert_eq!(code(&answer), "HttpMethodNotAllowed");
}

#[test]
fn the_deletion_of_an_assignment_returns_the_assignment() {
    let mut world = World::prepared();
    let subscription = world.cloud.settings.subscription.clone();
    let role = "4d97b98b-1d4f-4787-a291-c67834d212e7";
    let body = json!({"properties": {
        "roleDefinitionId": format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "principalId": "22222222-2222-4222-8222-222222222222",
        "principalType": "User",
    }});
    let name = "11111111-2222-4333-8444-555555555555";
    let path = format!("{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}");
    let made = world.call("PUT", &path, "2022-04-01", Some(&body));
    assert_eq!(made.status, 201);
    let gone = world.call("DELETE", &path, "2022-04-01", None);
    assert_eq!((gone.status, gone.document()), (200, made.document()));
    let again = world.call("DELETE", &path, "2022-04-01", None);
    assert_eq!(again.status, 204);
}
