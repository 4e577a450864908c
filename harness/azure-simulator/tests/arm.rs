//! Tokens, groups, providers, and resources of each type.

use std::time::Duration;

use serde_json::json;

use super::super::{Casing, Script, Settings};
use super::{GROUP, NETWORK, SERVER, World, ZONE, code, network, server, with_server};

#[test]
fn a_wrong_secret_gets_no_token() {
    let mut world = World::new();
    let answer = world.ask_for_token("https://management.azure.com/.default", "wrong");
    assert_eq!(answer.status, 401);
    assert_eq!(answer.document()["error"], "invalid_client");
}

#[test]
fn a_request_needs_a_valid_token_for_azure_resource_manager() {
    let mut world = World::new();
    let codes = |world: &mut World| {
        let answer = world.call("GET", GROUP, "2024-03-01", None);
        let challenge = answer.header("WWW-Authenticate").unwrap_or_default();
        assert_eq!(
            challenge.starts_with("Bearer authorization_uri="),
            answer.status == 401
        );
        code(&answer).to_owned()
    };
    assert_eq!(codes(&mut world), "ResourceGroupNotFound");
    world.now += Duration::from_hours(1);
    assert_eq!(codes(&mut world), "ExpiredAuthenticationToken");
    world.token = world.sign_in("https://containerregistry.azure.net/.default");
    assert_eq!(codes(&mut world), "InvalidAuthenticationTokenAudience");
    world.token = "invented".to_owned();
    assert_eq!(codes(&mut world), "InvalidAuthenticationToken");
}

#[test]
fn a_resource_needs_a_registered_provider() {
    let mut world = World::new();
    world.call(
        "PUT",
        GROUP,
        "2024-03-01",
        Some(&json!({"location": "West Europe"})),
    );
    let path = format!("{GROUP}/providers/{}", NETWORK.0);
    let answer = world.call("PUT", &path, NETWORK.1, Some(&network()));
    assert_eq!(code(&answer), "MissingSubscriptionRegistration");
    let state = |world: &mut World| {
        let answer = world.call("GET", "/providers/microsoft.network", "2024-03-01", None);
        answer.document()["registrationState"]
            .as_str()
            .expect("a state")
            .to_owned()
    };
    assert_eq!(state(&mut world), "NotRegistered");
    world.call(
        "POST",
        "/providers/Microsoft.Network/register",
        "2024-03-01",
        None,
    );
    assert_eq!(state(&mut world), "Registering");
    world.now += Duration::from_mins(2);
    assert_eq!(state(&mut world), "Registered");
}

#[test]
fn the_deletion_of_a_group_deletes_its_resources() {
    let mut world = with_server();
    let listed = world.call("GET", &format!("{GROUP}/resources"), "2024-03-01", None);
    assert_eq!(listed.document()["value"].as_array().map(Vec::len), Some(4));
    let answer = world.call("DELETE", GROUP, "2024-03-01", None);
    assert_eq!(
        (answer.status, answer.header("Azure-AsyncOperation")),
        (202, None)
    );
    let during = world.call(
        "PUT",
        GROUP,
        "2024-03-01",
        Some(&json!({"location": "westeurope"})),
    );
    assert_eq!(code(&during), "ResourceGroupBeingDeleted");
    assert_eq!(world.finish(&answer).status, 200);
    assert_eq!(world.call("HEAD", GROUP, "2024-03-01", None).status, 404);
    assert!(world.ids().is_empty());
}

#[test]
fn versions_types_and_locations_are_checked() {
    let mut world = World::prepared();
    let path = format!("{GROUP}/providers/{}", NETWORK.0);
    let mut codes = |path: &str, version: &str, body: serde_json::Value| {
        code(&world.call("PUT", path, version, Some(&body))).to_owned()
    };
    assert_eq!(
        codes(&path, "2019-01-01", network()),
        "NoRegisteredProviderFound"
    );
    assert_eq!(
        codes(
            &format!("{GROUP}/providers/Microsoft.Network/moons/x"),
            "2024-01-01",
            network()
        ),
        "InvalidResourceType"
    );
    assert_eq!(
        codes(&path, NETWORK.1, json!({"location": "atlantis"})),
        "LocationNotAvailableForResourceType"
    );
    assert_eq!(
        codes(&path, NETWORK.1, json!({"location": "westeurope"})),
        "InvalidParameter"
    );
    assert_eq!(
        codes(
            "/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/n",
            NETWORK.1,
            network()
        ),
        "ResourceGroupNotFound"
    );
    let zone = format!("{GROUP}/providers/{}/virtualNetworkLinks/l", ZONE.0);
    assert_eq!(
        codes(&zone, ZONE.1, json!({"location": "global"})),
        "ParentResourceNotFound"
    );
}

#[test]
fn a_server_takes_time_to_change_and_hides_its_password() {
    let mut world = with_server();
    let path = format!("{GROUP}/providers/{}", SERVER.0);
    let shown = world.call("GET", &path, SERVER.1, None);
    let properties = &shown.document()["properties"];
    assert_eq!(
        properties["fullyQualifiedDomainName"],
        "hdb.mysql.database.azure.com"
    );
    assert_eq!(properties["administratorLoginPassword"], json!(null));
    assert!(
        !serde_json::to_string(world.cloud.state())
            .expect("a document")
            .contains("Secret123456")
    );
    let body = server(&world);
    let answer = world.call("PUT", &path, SERVER.1, Some(&body));
    assert_eq!(answer.status, 202);
    let child = format!("{path}/databases/temporal");
    let busy = world.call("PUT", &child, SERVER.1, Some(&json!({"properties": {}})));
    assert_eq!((busy.status, code(&busy)), (409, "ServerIsBusy"));
    world.finish(&answer);
    assert_eq!(
        world
            .call("PUT", &child, SERVER.1, Some(&json!({"properties": {}})))
            .status,
        202
    );
    let other = world.call(
        "PUT",
        &format!("{path}/databases/other"),
        SERVER.1,
        Some(&json!({"properties": {}})),
    );
    assert_eq!(code(&other), "ServerIsBusy");
}

#[test]
fn a_resource_in_use_cannot_be_deleted() {
    let mut world = with_server();
    let mut deleted = |path: &str, version: &str| {
        let answer = world.call(
            "DELETE",
            &format!("{GROUP}/providers/{path}"),
            version,
            None,
        );
        if answer.status == 202 {
            world.finish(&answer);
        }
        (answer.status, code(&answer).to_owned())
    };
    assert_eq!(
        deleted(NETWORK.0, NETWORK.1),
        (400, "InUseSubnetCannotBeDeleted".to_owned())
    );
    assert_eq!(
        deleted(ZONE.0, ZONE.1),
        (409, "CannotDeleteResource".to_owned())
    );
    for (path, version) in [
        (SERVER.0.to_owned(), SERVER.1),
        (format!("{}/virtualNetworkLinks/net", ZONE.0), ZONE.1),
        (ZONE.0.to_owned(), ZONE.1),
        (NETWORK.0.to_owned(), NETWORK.1),
    ] {
        assert_eq!(deleted(&path, version).0, 202, "{path}");
        assert_eq!(deleted(&path, version).0, 204, "{path}");
    }
    assert!(world.ids().is_empty());
}

#[test]
fn the_offers_of_a_region_can_be_queried() {
    let mut world = with_server();
    let path = "/providers/Microsoft.DBforMySQL/locations/westeurope";
    let has = world.call("GET", &format!("{path}/capabilities"), "2023-12-30", None);
    let sku =
        "/value/0/supportedFlexibleServerEditions/0/supportedServerVersions/2/supportedSkus/2/name";
    assert_eq!(has.document().pointer(sku), Some(&json!("Standard_B2s")));
    let ask = json!({"name": "hdb", "type": "Microsoft.DBforMySQL/flexibleServers"});
    let free = world.call(
        "POST",
        &format!("{path}/checkNameAvailability"),
        "2023-12-30",
        Some(&ask),
    );
    assert_eq!(free.document()["nameAvailable"], false);
    let path = "/providers/Microsoft.Compute/locations/westeurope/usages";
    let usage = world.call("GET", path, "2024-03-01", None);
    assert_eq!(usage.document()["value"][0]["name"]["value"], "cores");
}

#[test]
fn the_questions_of_clients_before_they_create_a_server_in_a_network_are_answered() {
    let mut world = with_server();
    let base = world.cloud.settings.base_url.clone();
    let suffix = "/providers/Microsoft.DBforMySQL/getPrivateDnsZoneSuffix";
    let suffix = format!("{base}{suffix}?api-version=2023-12-30");
    let answer = world.call_at("POST", &suffix, None);
    assert_eq!(
        answer.document()["privateDnsZoneSuffix"],
        "private.mysql.database.azure.com"
    );
    let path =
        "/providers/Microsoft.DBforMySQL/locations/westeurope/checkVirtualNetworkSubnetUsage";
    let ask = json!({"virtualNetworkResourceId": world.id(NETWORK.0)});
    let usage = world.call("POST", path, "2023-12-30", Some(&ask));
    assert_eq!(
        usage.document()["delegatedSubnetsUsage"],
        json!([{"subnetName": "mysql", "usage": 1}])
    );
}

#[test]
fn ids_come_back_in_the_case_of_the_settings() {
    let settings = Settings {
        casing: Casing::Mixed,
        ..Settings::invented()
    };
    let mut world = World::prepared_with(settings, Script::default());
    world.make(NETWORK.0, NETWORK.1, &network());
    let shown = world.call(
        "GET",
        &format!("/RESOURCEGROUPS/RG/providers/{}", NETWORK.0),
        NETWORK.1,
        None,
    );
    assert!(
        shown.document()["id"]
            .as_str()
            .is_some_and(|id| id.contains("/resourcegroups/"))
    );
}

/// Hooks that have kubeconfigs and record database passwords.
#[derive(Default)]
struct RecordingHooks(std::sync::Mutex<Vec<String>>);

impl super::super::Hooks for RecordingHooks {
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        Ok(format!("config of {cluster}"))
    }

    fn mysql_password(&self, server: &str, administrator: &str, password: &base::secret::Secret) {
        let entry = format!("{administrator}@{server} {}", password.reveal());
        self.0.lock().expect("nobody panicked").push(entry);
    }
}

#[test]
fn the_kubeconfig_of_a_cluster_comes_from_the_hooks() {
    let hooks = std::sync::Arc::new(RecordingHooks::default());
    let settings = Settings {
        hooks: hooks.clone(),
        ..Settings::invented()
    };
    let mut world = World::prepared_with(settings, Script::default());
    world.make(NETWORK.0, NETWORK.1, &network());
    let identity = "Microsoft.ManagedIdentity/userAssignedIdentities/cluster";
    world.make(identity, "2023-01-31", &json!({"location": "westeurope"}));
    let mut body = json!({"location": "westeurope", "identity": {"type": "UserAssigned", "userAssignedIdentities": {world.id(identity): {}}}, "properties": {
        "dnsPrefix": "dev",
        "agentPoolProfiles": [{"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1, "vnetSubnetID": format!("{}/subnets/aks", world.id(NETWORK.0))}],
        "oidcIssuerProfile": {"enabled": true},
    }});
    let path = "Microsoft.ContainerService/managedClusters/dev";
    let made = world.make(path, "2024-02-01", &body);
    assert_eq!(
        (
            made.status,
            &made.document()["properties"]["provisioningState"]
        ),
        (201, &json!("Creating"))
    );
    let path = format!("{GROUP}/providers/{path}");
    let shown = world.call("GET", &path, "2024-02-01", None);
    let properties = &shown.document()["properties"];
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert!(properties["oidcIssuerProfile"]["issuerURL"].is_string());
    assert!(properties["identityProfile"]["kubeletidentity"]["objectId"].is_string());
    let answer = world.call(
        "POST",
        &format!("{path}/listClusterUserCredential"),
        "2024-02-01",
        None,
    );
    assert_eq!(
        answer.document()["kubeconfigs"][0]["value"],
        "Y29uZmlnIG9mIGRldg=="
    );
    body["properties"]["agentPoolProfiles"][0]["vmSize"] = json!("Standard_D4s_v5");
    let changed = world.call("PUT", &path, "2024-02-01", Some(&body));
    assert_eq!(changed.document()["code"], "PropertyChangeNotAllowed");
    world.make(ZONE.0, ZONE.1, &json!({"location": "global"}));
    let link = json!({"location": "global", "properties": {"virtualNetwork": {"id": world.id(NETWORK.0)}}});
    world.make(
        &format!("{}/virtualNetworkLinks/net", ZONE.0),
        ZONE.1,
        &link,
    );
    let body = server(&world);
    world.make(SERVER.0, SERVER.1, &body);
    assert_eq!(
        *hooks.0.lock().expect("nobody panicked"),
        ["temporal@hdb Secret123456"]
    );
}
