//! PATCH requests.

use serde_json::{Value, json};

use super::super::Response;
use super::super::kind::Kind;
use super::compute::{CLUSTER, VERSION, cluster};
use super::{GROUP, NETWORK, SERVER, World, code, network, with_server};

const REGISTRY: (&str, &str) = (
    "Microsoft.ContainerRegistry/registries/images",
    "2023-07-01",
);
const IDENTITY: (&str, &str) = (
    "Microsoft.ManagedIdentity/userAssignedIdentities/mine",
    "2023-01-31",
);

fn patch(world: &mut World, (path, version): (&str, &str), body: &Value) -> Response {
    let path = format!("{GROUP}/providers/{path}");
    let answer = world.call("PATCH", &path, version, Some(body));
    let pending = ["Azure-AsyncOperation", "Location"];
    if pending.iter().any(|name| answer.header(name).is_some()) {
        world.finish(&answer);
    }
    answer
}

fn shown(world: &mut World, (path, version): (&str, &str)) -> Value {
    let path = format!("{GROUP}/providers/{path}");
    world.call("GET", &path, version, None).document().clone()
}

#[test]
fn a_patch_of_a_server_keeps_the_rest() {
    let mut world = with_server();
    let before = shown(&mut world, SERVER);
    let update = json!({"tags": {"a": "b"}, "sku": {"name": "Standard_D2ds_v4", "tier": "GeneralPurpose"},
        "properties": {"storage": {"storageSizeGB": 64}, "backup": {"backupRetentionDays": 14}}});
    let answer = patch(&mut world, SERVER, &update);
    assert_eq!(answer.status, 202, "{:?}", answer.document());
    let after = shown(&mut world, SERVER);
    let mut expected = before.clone();
    expected["sku"] = update["sku"].clone();
    expected["tags"] = update["tags"].clone();
    expected["properties"]["storage"]["storageSizeGB"] = json!(64);
    expected["properties"]["backup"] = json!({"backupRetentionDays": 14});
    assert_eq!(after, expected);
    for (properties, expected) in [
        (
            json!({"storage": {"storageSizeGB": 32}}),
            "StorageSizeDecreaseNotSupported",
        ),
        (
            json!({"storage": {"storageSizeGB": 16385}}),
            "InvalidParameterValue",
        ),
        (
            json!({"backup": {"backupRetentionDays": 36}}),
            "InvalidParameterValue",
        ),
        (
            json!({"administratorLoginPassword": "short"}),
            "PasswordTooShort",
        ),
        (json!({"version": "8.0.21"}), "OperationNotAllowed"),
    ] {
        let answer = patch(&mut world, SERVER, &json!({"properties": properties}));
        assert_eq!(code(&answer), expected, "{properties}");
    }
    assert_eq!(shown(&mut world, SERVER), after);
}

#[test]
fn a_patch_sets_a_parameter_even_if_it_has_its_default() {
    let mut world = with_server();
    let path = format!("{}/configurations/max_connections", SERVER.0);
    let parameter = (path.as_str(), SERVER.1);
    let set = |value: &str| json!({"properties": {"value": value, "source": "user-override"}});
    let answer = patch(&mut world, parameter, &set("400"));
    assert_eq!(answer.status, 202, "{:?}", answer.document());
    assert_eq!(shown(&mut world, parameter)["properties"]["value"], "400");
    patch(&mut world, parameter, &set("500"));
    assert_eq!(shown(&mut world, parameter)["properties"]["value"], "500");
    let beyond = patch(&mut world, parameter, &set("100000"));
    assert_eq!(code(&beyond), "InvalidParameterValue");
    let database = format!("{}/databases/temporal", SERVER.0);
    world.make(&database, SERVER.1, &json!({"properties": {}}));
    let none = patch(&mut world, (&database, SERVER.1), &json!({}));
    assert_eq!((none.status, code(&none)), (405, "HttpMethodNotAllowed"));
}

#[test]
fn a_patch_replaces_tags_and_changes_nothing_else() {
    let mut world = World::prepared();
    world.make(NETWORK.0, NETWORK.1, &network());
    world.make(
        IDENTITY.0,
        IDENTITY.1,
        &json!({"location": "westeurope", "tags": {"old": "1"}}),
    );
    let made = world.put(&cluster("1.35", "Standard_D2s_v5", 2));
    world.finish(&made);
    let dev = "Microsoft.ContainerService/managedClusters/dev";
    for resource in [NETWORK, IDENTITY, (dev, VERSION)] {
        let before = shown(&mut world, resource);
        let answer = patch(&mut world, resource, &json!({"tags": {"team": "a"}}));
        assert_eq!(answer.status, 200, "{:?}", answer.document());
        let mut expected = before;
        expected["tags"] = json!({"team": "a"});
        assert_eq!(answer.document(), &expected);
        assert_eq!(shown(&mut world, resource), expected);
        let more = json!({"tags": {}, "properties": {"dnsPrefix": "other"}});
        let refused = patch(&mut world, resource, &more);
        assert_eq!(code(&refused), "InvalidRequestContent");
        let long = json!({"tags": {"a": "v".repeat(257)}});
        let refused = patch(&mut world, resource, &long);
        assert_eq!(code(&refused), "InvalidTagValueLength");
        let missing = format!("{}x", resource.0);
        let none = patch(&mut world, (&missing, resource.1), &json!({"tags": {}}));
        assert_eq!((none.status, code(&none)), (404, "ResourceNotFound"));
    }
    let pool = format!("{CLUSTER}/agentPools/system");
    let none = world.call("PATCH", &pool, VERSION, Some(&json!({"properties": {}})));
    assert_eq!((none.status, code(&none)), (405, "HttpMethodNotAllowed"));
}

#[test]
fn a_patch_of_a_registry_follows_the_rules_of_a_put() {
    let mut world = World::prepared();
    let body = json!({"location": "westeurope", "sku": {"name": "Basic"},
        "properties": {"adminUserEnabled": false}});
    world.make(REGISTRY.0, REGISTRY.1, &body);
    let created = shown(&mut world, REGISTRY)["properties"]["creationDate"].clone();
    let refused = patch(
        &mut world,
        REGISTRY,
        &json!({"properties": {"publicNetworkAccess": "Disabled"}}),
    );
    assert_eq!(code(&refused), "PublicNetworkAccessNotSupported");
    let answer = patch(&mut world, REGISTRY, &json!({"sku": {"name": "Premium"}}));
    assert_eq!(answer.status, 200);
    let after = shown(&mut world, REGISTRY);
    assert_eq!(after["sku"], json!({"name": "Premium", "tier": "Premium"}));
    assert_eq!(after["properties"]["adminUserEnabled"], false);
    assert_eq!(after["properties"]["creationDate"], created);
}

#[test]
fn every_type_refuses_a_document_with_wrong_json_types() {
    let mut world = with_server();
    let wrong = [
        json!({"properties": "x"}),
        json!({"properties": []}),
        json!({"identity": "x"}),
        json!({"sku": 1}),
        json!({"properties": {"agentPoolProfiles": ["x"]}}),
        json!({"properties": {"agentPoolProfiles": {}}}),
        json!({"properties": {"subnets": [{"name": "a", "properties": "x"}]}}),
    ];
    for kind in Kind::all() {
        let mut parts = kind.name.split('/');
        let namespace = parts.next().expect("a namespace");
        let types = parts.map(|kind| format!("/{kind}/none"));
        let path = format!("{GROUP}/providers/{namespace}{}", types.collect::<String>());
        for mut body in wrong.clone() {
            body["location"] = json!("westeurope");
            let answer = world.call("PUT", &path, kind.versions[0], Some(&body));
            assert_eq!(code(&answer), "InvalidRequestContent", "{path} {body}");
        }
    }
    let subnet = format!("{}/subnets/mysql", NETWORK.0);
    for (path, version) in [SERVER, (&*subnet, NETWORK.1)] {
        let path = format!("{GROUP}/providers/{path}");
        let method = if path.contains("subnets") {
            "PUT"
        } else {
            "PATCH"
        };
        let answer = world.call(method, &path, version, Some(&wrong[0]));
        assert_eq!(code(&answer), "InvalidRequestContent", "{path}");
    }
}
