//! Requests about single subnets.

use serde_json::{Value, json};

use super::super::Response;
use super::stack::STACK;
use super::{GROUP, NETWORK, SERVER, World, code, network, with_server};

fn subnet(name: &str) -> String {
    format!("{GROUP}/providers/{}/subnets/{name}", NETWORK.0)
}

fn with_prefix(prefix: &str) -> Value {
    json!({"name": "other", "properties": {"addressPrefix": prefix}})
}

fn names(world: &mut World) -> Vec<String> {
    let path = format!("{GROUP}/providers/{}", NETWORK.0);
    let network = world.call("GET", &path, NETWORK.1, None);
    assert_eq!(
        network.document()["type"],
        "Microsoft.Network/virtualNetworks"
    );
    let subnets = network.document()["properties"]["subnets"].as_array();
    let name = |one: &Value| one["name"].as_str().expect("a name").to_owned();
    subnets.expect("a list").iter().map(name).collect()
}

fn put(world: &mut World, name: &str, prefix: &str) -> Response {
    let body = with_prefix(prefix);
    world.call("PUT", &subnet(name), NETWORK.1, Some(&body))
}

/// A network with a subnet that was added by a request of its own.
fn with_other() -> World {
    let mut world = World::prepared();
    world.make(NETWORK.0, NETWORK.1, &network());
    let made = put(&mut world, "other", "10.1.8.0/24");
    assert_eq!(made.status, 201, "{:?}", made.document());
    let document = made.document();
    assert_eq!(
        (&document["name"], &document["properties"]["addressPrefix"]),
        (&json!("other"), &json!("10.1.8.0/24"))
    );
    let busy = put(&mut world, "more", "10.1.9.0/24");
    assert_eq!(code(&busy), "AnotherOperationInProgress");
    world.finish(&made);
    world
}

#[test]
fn a_subnet_is_added_to_its_network_and_removed_again() {
    let early = put(&mut World::prepared(), "other", "10.1.8.0/24");
    assert_eq!(code(&early), "ParentResourceNotFound");
    let mut world = with_other();
    assert_eq!(names(&mut world), ["aks", "mysql", "other"]);
    let all = format!("{GROUP}/providers/{}/subnets", NETWORK.0);
    let listed = world.call("GET", &all, NETWORK.1, None);
    let listed = listed.document()["value"].as_array().expect("a list");
    let listed: Vec<&str> = listed.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(listed, ["aks", "mysql", "other"]);

    let path = subnet("other");
    let gone = world.call("DELETE", &path, NETWORK.1, None);
    assert_eq!(gone.status, 202);
    world.finish(&gone);
    assert_eq!(names(&mut world), ["aks", "mysql"]);
    assert_eq!(world.call("GET", &path, NETWORK.1, None).status, 404);
    assert_eq!(world.call("DELETE", &path, NETWORK.1, None).status, 204);
}

#[test]
fn a_subnet_is_resized_and_moved_and_occupies_its_new_range() {
    let mut world = with_other();
    for (name, prefix) in [("OTHER", "10.1.8.0/25"), ("other", "10.1.9.0/24")] {
        let changed = put(&mut world, name, prefix);
        assert_eq!(changed.status, 200);
        world.finish(&changed);
        assert_eq!(names(&mut world), ["aks", "mysql", "other"]);
        let read = world.call("GET", &subnet("other"), NETWORK.1, None);
        assert_eq!(read.document()["properties"]["addressPrefix"], prefix);
    }
    let overlapping = put(&mut world, "more", "10.1.9.0/25");
    assert_eq!(code(&overlapping), "NetcfgSubnetRangesOverlap");
}

#[test]
fn a_request_for_a_single_subnet_follows_the_rules_of_the_network() {
    let mut world = with_server();
    for (name, prefix, refusal) in [
        ("other", "10.9.0.0/24", "NetcfgSubnetRangeOutsideVnet"),
        ("other", "10.1.0.0/24", "NetcfgSubnetRangesOverlap"),
        ("mysql", "10.1.5.0/28", "InUseSubnetCannotBeUpdated"),
    ] {
        let answer = put(&mut world, name, prefix);
        assert_eq!(code(&answer), refusal, "{prefix}");
    }
    let undelegated = put(&mut world, "mysql", "10.1.4.0/28");
    assert_eq!(code(&undelegated), "SubnetMissingRequiredDelegation");
    let used = world.call("DELETE", &subnet("mysql"), NETWORK.1, None);
    assert_eq!(code(&used), "InUseSubnetCannotBeDeleted");
    assert_eq!(names(&mut world), ["aks", "mysql"]);
    let server = format!("{GROUP}/providers/{}", SERVER.0);
    assert_eq!(world.call("GET", &server, SERVER.1, None).status, 200);
}

#[test]
fn a_stack_creates_and_deletes_subnets() {
    let mut world = World::prepared();
    world.make(NETWORK.0, NETWORK.1, &network());
    let one = |name: &str, prefix: &str, after: &[&str]| {
        json!({"type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": NETWORK.1,
            "name": format!("net/{name}"), "properties": {"addressPrefix": prefix}, "dependsOn": after})
    };
    let first = "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'x')]";
    let both = json!([
        one("x", "10.1.8.0/24", &[]),
        one("y", "10.1.9.0/24", &[first])
    ]);
    for (resources, left) in [
        (both, &["aks", "mysql", "x", "y"][..]),
        (json!([]), &["aks", "mysql"]),
    ] {
        let body = json!({"properties": {
            "actionOnUnmanage": {"resources": "delete", "resourceGroups": "detach", "managementGroups": "detach"},
            "denySettings": {"mode": "none"},
            "template": {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "resources": resources,
            },
        }});
        let put = world.call("PUT", STACK, "2024-03-01", Some(&body));
        let end = world.finish(&put);
        assert_eq!(
            end.document()["status"],
            "succeeded",
            "{:?}",
            end.document()
        );
        assert_eq!(names(&mut world), left);
    }
}

fn part(name: &str, prefix: &str) -> Value {
    json!({"name": name, "properties": {"addressPrefix": prefix}})
}

#[test]
fn subnets_have_unique_names_and_valid_ranges() {
    let mut outcomes = Vec::new();
    for subnets in [
        json!([part("a", "10.1.0.0/24"), part("A", "10.1.1.0/24")]),
        json!([part("a", "10.1.0.0/30")]),
        json!([part("", "10.1.0.0/24")]),
        json!([part("-a", "10.1.0.0/24")]),
        json!([part("a", "10.1.0.0/16"), part("b", "10.1.1.0/24")]),
        json!([part("a", "10.2.0.0/24")]),
        json!([{"name": "a", "properties": {"addressPrefixes": ["10.1.0.1/24"]}}]),
        json!([{"name": "a", "properties": {"addressPrefixes": ["10.1.0.0/29"]}}]),
    ] {
        let mut world = World::prepared();
        let mut body = network();
        body["properties"]["subnets"] = subnets;
        let path = format!("{GROUP}/providers/{}", NETWORK.0);
        let answer = world.call("PUT", &path, NETWORK.1, Some(&body));
        let cause = &answer.document()["error"]["details"][0]["code"];
        let cause = cause.as_str().unwrap_or_default();
        outcomes.push(format!("{} {} {cause}", answer.status, code(&answer)));
    }
    insta::assert_snapshot!(outcomes.join("\n"), @"
    400 InvalidRequestFormat DuplicateResourceName
    400 NetcfgInvalidSubnet 
    400 InvalidResourceName 
    400 InvalidResourceName 
    400 NetcfgSubnetRangesOverlap 
    400 NetcfgSubnetRangeOutsideVnet 
    400 InvalidAddressPrefixFormat 
    201  
    ");
}
