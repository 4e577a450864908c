//! The client's permissions and their scope.

use serde_json::json;

use super::super::{Circumstances, Prepared, Rights, Role, Script, Settings};
use super::compute::cluster;
use super::{GROUP, World, code};

#[test]
fn a_role_assignment_needs_a_known_principal_and_is_unique() {
    let mut world = World::prepared();
    let identity = world.make(
        "Microsoft.ManagedIdentity/userAssignedIdentities/kubelet",
        "2023-01-31",
        &json!({"location": "westeurope"}),
    );
    let principal = identity.document()["properties"]["principalId"].clone();
    let role = format!(
        "/subscriptions/{}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d",
        world.cloud.settings.subscription
    );
    let mut assign = |name: &str, body: serde_json::Value| {
        let path = format!("{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}");
        let answer = world.call(
            "PUT",
            &path,
            "2022-04-01",
            Some(&json!({"properties": body})),
        );
        (answer.status, code(&answer).to_owned())
    };
    let one = "11111111-2222-4333-8444-555555555555";
    let new = json!({"roleDefinitionId": role, "principalId": principal});
    assert_eq!(assign(one, new.clone()).1, "PrincipalNotFound");
    let mut typed = new;
    typed["principalType"] = json!("ServicePrincipal");
    assert_eq!(assign("x", typed.clone()).1, "InvalidRoleAssignmentId");
    assert_eq!(assign(one, typed.clone()).0, 201);
    assert_eq!(assign(one, typed.clone()).0, 200);
    assert_eq!(
        assign("21111111-2222-4333-8444-555555555555", typed).1,
        "RoleAssignmentExists"
    );
}

#[test]
fn a_contributor_cannot_assign_roles_and_sees_that_in_its_permissions() {
    let settings = Settings {
        role: Role::Contributor,
        ..Settings::invented()
    };
    let mut world = World::prepared_with(settings, Script::default());
    let path = format!("{GROUP}/providers/Microsoft.Authorization");
    let rights = world.call("GET", &format!("{path}/permissions"), "2022-04-01", None);
    assert_eq!(
        rights.document()["value"][0]["notActions"][1],
        "Microsoft.Authorization/*/Write"
    );
    let body = json!({"properties": {}});
    let answer = world.call(
        "PUT",
        &format!("{path}/roleAssignments/x"),
        "2022-04-01",
        Some(&body),
    );
    assert_eq!((answer.status, code(&answer)), (403, "AuthorizationFailed"));
}

#[test]
fn a_refusal_of_a_reader_names_the_action_and_a_reader_may_check_names() {
    let settings = Settings {
        role: Role::Reader,
        ..Settings::invented()
    };
    let mut world = World::with(settings, Script::default());
    let provider = "/providers/Microsoft.Compute";
    assert_eq!(world.call("GET", provider, "2024-03-01", None).status, 200);
    let group = "Microsoft.Resources/subscriptions/resourceGroups";
    for (method, path, action) in [
        (
            "POST",
            "/providers/Microsoft.Compute/register",
            "Microsoft.Compute/register/action".to_owned(),
        ),
        ("PUT", GROUP, format!("{group}/write")),
        ("DELETE", GROUP, format!("{group}/delete")),
    ] {
        let body = (method == "PUT").then(|| json!({"location": "westeurope"}));
        let answer = world.call(method, path, "2024-03-01", body.as_ref());
        let message = answer.document()["error"]["message"].as_str();
        let message = message.expect("a message");
        assert_eq!((answer.status, code(&answer)), (403, "AuthorizationFailed"));
        assert!(
            message.contains(&format!("perform action '{action}' over")),
            "{message}"
        );
    }
    let name = json!({"name": "images", "type": "Microsoft.ContainerRegistry/registries"});
    let path = "/providers/Microsoft.ContainerRegistry/checkNameAvailability";
    let asked = world.call("POST", path, "2023-07-01", Some(&name));
    // The client may ask. The refusal is another one: the provider is not registered.
    assert_eq!((asked.status, code(&asked)), (404, "SubscriptionNotFound"));
}

#[test]
fn rights_on_groups_do_not_count_outside_of_groups() {
    let prepared = Prepared {
        group: "rg".to_owned(),
        region: "westeurope".to_owned(),
        tags: [("a".to_owned(), "b".to_owned())].into(),
        registered: true,
    };
    for (rights, reads) in [(Rights::Groups, 403), (Rights::GroupsAndReading, 200)] {
        let circumstances = Circumstances {
            rights,
            prepared: Some(prepared.clone()),
            ..Circumstances::default()
        };
        let script = Script::default().under(circumstances);
        let mut world = World::with(Settings::invented(), script);
        let usages = "/providers/Microsoft.Compute/locations/westeurope/usages";
        for (method, path, version, status) in [
            ("GET", "", "2022-12-01", 200),
            ("GET", GROUP, "2024-03-01", 200),
            (
                "GET",
                "/resourceGroups/other",
                "2024-03-01",
                if reads == 200 { 404 } else { 403 },
            ),
            ("PUT", "/resourceGroups/other", "2024-03-01", 403),
            ("GET", "/providers/Microsoft.Compute", "2024-03-01", reads),
            (
                "POST",
                "/providers/Microsoft.Compute/register",
                "2024-03-01",
                403,
            ),
            ("GET", usages, "2024-03-01", reads),
        ] {
            let body = (method == "PUT").then(|| json!({"location": "westeurope"}));
            let answer = world.call(method, path, version, body.as_ref());
            assert_eq!(answer.status, status, "{method} {path}");
        }
        let refused = world.call(
            "POST",
            "/providers/Microsoft.Compute/register",
            "2024-03-01",
            None,
        );
        let message = refused.document()["error"]["message"]
            .as_str()
            .expect("a text");
        assert!(
            message.contains("'Microsoft.Compute/register/action' over scope"),
            "{message}"
        );
        assert_eq!(
            world.put(&cluster("1.35", "Standard_D2s_v5", 1)).status,
            201
        );
    }
}
