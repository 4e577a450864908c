//! What a role permits, and when it takes effect.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Arrival, Circumstances, Response, Script, Settings};
use super::stack::{STACK, shown, stack};
use super::{GROUP, World};

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters/dev";
const CONTROL_PLANE: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/control-plane";
const KUBELET: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/kubelet";
const OPERATOR: &str = "f1a07417-d97a-45cb-824c-7a7467783830";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

/// A cloud with both identities, and with this arrival of role assignments.
fn prepared(arrival: Arrival) -> World {
    let mut circumstances = Circumstances::default();
    let Circumstances {
        arrival: arrives, ..
    } = &mut circumstances;
    *arrives = arrival;
    let script = Script::default().under(circumstances);
    let mut world = World::prepared_with(Settings::invented(), script);
    for identity in [CONTROL_PLANE, KUBELET] {
        world.make(identity, "2023-01-31", &json!({"location": "westeurope"}));
    }
    world
}

fn principal(world: &World, identity: &str) -> Value {
    let found = world.cloud.state().resource(&world.id(identity));
    found.expect("an identity").document["properties"]["principalId"].clone()
}

/// Assigns a role to the control plane.
fn assign(world: &mut World, role: &str, scope: &str) {
    let subscription = world.cloud.settings.subscription.clone();
    let body = json!({"properties": {
        "roleDefinitionId": format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "principalId": principal(world, CONTROL_PLANE),
        "principalType": "ServicePrincipal",
    }});
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{role}");
    let made = world.call("PUT", &path, "2022-04-01", Some(&body));
    assert_eq!(made.status, 201, "{:?}", made.document());
}

fn cluster(world: &World) -> Value {
    let control_plane = world.id(CONTROL_PLANE);
    json!({
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {control_plane: {}}},
        "properties": {
            "dnsPrefix": "dev",
            "agentPoolProfiles": [
                {"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1},
            ],
            "identityProfile": {"kubeletidentity": {"resourceId": world.id(KUBELET)}},
        },
    })
}

fn put(world: &mut World, body: &Value) -> Response {
    let path = format!("{GROUP}/providers/{CLUSTER}");
    world.call("PUT", &path, "2024-02-01", Some(body))
}

/// The code of an error in the format of AKS.
fn aks_error(answer: &Response) -> &str {
    answer.document()["code"].as_str().unwrap_or_default()
}

const MISSING: &str = "CustomKubeletIdentityMissingPermissionError";

#[test]
fn a_control_plane_needs_the_operator_role_to_assign_the_identity_of_the_nodes() {
    let kubelet = format!("{GROUP}/providers/{KUBELET}");
    let control_plane = format!("{GROUP}/providers/{CONTROL_PLANE}");
    for (role, scope, enough) in [
        (OPERATOR, kubelet.as_str(), true),
        (OPERATOR, GROUP, true),
        (OPERATOR, control_plane.as_str(), false),
        (READER, kubelet.as_str(), false),
    ] {
        let mut world = prepared(Arrival::default());
        let body = cluster(&world);
        assert_eq!(aks_error(&put(&mut world, &body)), MISSING);
        assign(&mut world, role, scope);
        let answer = put(&mut world, &body);
        let context = format!("{role} on {scope}");
        assert_eq!(answer.status, if enough { 201 } else { 400 }, "{context}");
        assert_eq!(
            aks_error(&answer),
            if enough { "" } else { MISSING },
            "{context}"
        );
    }
}

#[test]
fn the_refusal_has_the_format_of_aks() {
    let mut world = prepared(Arrival::default());
    let body = cluster(&world);
    let answer = put(&mut world, &body);
    let document = answer.document();
    assert_eq!((answer.status, &document["error"]), (400, &Value::Null));
    assert_eq!(document["code"], MISSING);
    assert_eq!(document["subcode"], "");
    assert_eq!(document["details"], Value::Null);
    let message = document["message"].as_str().unwrap_or_default();
    assert!(message.contains("must be granted 'Managed Identity Operator'"));
}

#[test]
fn a_late_role_takes_effect_at_its_time_and_not_a_second_earlier() {
    let minutes = Duration::from_mins(4);
    let mut world = prepared(Arrival::After(minutes));
    assign(
        &mut world,
        OPERATOR,
        &format!("{GROUP}/providers/{KUBELET}"),
    );
    let body = cluster(&world);
    world.now += minutes.saturating_sub(Duration::from_secs(1));
    assert_eq!(aks_error(&put(&mut world, &body)), MISSING);
    world.now += Duration::from_secs(1);
    assert_eq!(put(&mut world, &body).status, 201);

    let mut world = prepared(Arrival::Never);
    assign(
        &mut world,
        OPERATOR,
        &format!("{GROUP}/providers/{KUBELET}"),
    );
    world.now += Duration::from_mins(40);
    assert_eq!(aks_error(&put(&mut world, &body)), MISSING);
}

#[test]
fn a_system_assigned_identity_cannot_assign_a_kubelet_identity() {
    let mut world = prepared(Arrival::default());
    let mut body = cluster(&world);
    body["identity"] = json!({"type": "SystemAssigned"});
    let expected = "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster";
    assert_eq!(aks_error(&put(&mut world, &body)), expected);
}

#[test]
fn a_stack_has_the_refusal_as_text_and_the_http_reason_as_code() {
    let mut world = prepared(Arrival::default());
    let mut entry = cluster(&world);
    entry["type"] = json!("Microsoft.ContainerService/managedClusters");
    entry["name"] = json!("dev");
    entry["apiVersion"] = json!("2024-02-01");
    let mut body = stack(&world, &[entry]);
    body["properties"]["template"]["outputs"] = json!({});
    let begun = world.call("PUT", STACK, "2024-03-01", Some(&body));
    world.finish(&begun);
    let error = shown(&mut world)["error"].clone();
    assert_eq!(error["code"], "DeploymentFailed");
    assert_eq!(error["details"][0]["code"], "BadRequest");
    let text = error["details"][0]["message"].as_str().unwrap_or_default();
    let inner: Value = serde_json::from_str(text).expect("JSON as text");
    assert_eq!(inner["code"], MISSING);
}
