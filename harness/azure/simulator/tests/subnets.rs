//! Subnets that are asked for by themselves.

use serde_json::{Value, json};

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

#[test]
fn one_becomes_a_part_of_its_network_and_leaves_it_again() {
    let mut world = World::furnished();
    let path = subnet("other");
    let early = world.call("PUT", &path, NETWORK.1, Some(&with_prefix("10.1.8.0/24")));
    assert_eq!(code(&early), "ParentResourceNotFound");
    world.make(NETWORK.0, NETWORK.1, &network());

    let made = world.call("PUT", &path, NETWORK.1, Some(&with_prefix("10.1.8.0/24")));
    assert_eq!(made.status, 201, "{:?}", made.document());
    assert_eq!(
        made.document()["properties"]["addressPrefix"],
        "10.1.8.0/24"
    );
    let busy = world.call(
        "PUT",
        &subnet("more"),
        NETWORK.1,
        Some(&with_prefix("10.1.9.0/24")),
    );
    assert_eq!(code(&busy), "AnotherOperationInProgress");
    world.finish(&made);
    assert_eq!(names(&mut world), ["aks", "mysql", "other"]);

    let same = world.call(
        "PUT",
        &subnet("OTHER"),
        NETWORK.1,
        Some(&with_prefix("10.1.8.0/25")),
    );
    assert_eq!(same.status, 200);
    world.finish(&same);
    assert_eq!(names(&mut world), ["aks", "mysql", "other"]);
    let read = world.call("GET", &path, NETWORK.1, None);
    assert_eq!(
        read.document()["properties"]["addressPrefix"],
        "10.1.8.0/25"
    );

    let gone = world.call("DELETE", &path, NETWORK.1, None);
    assert_eq!(gone.status, 202);
    world.finish(&gone);
    assert_eq!(names(&mut world), ["aks", "mysql"]);
    assert_eq!(world.call("DELETE", &path, NETWORK.1, None).status, 204);
}

#[test]
fn what_a_network_may_not_have_a_subnet_of_its_own_may_not_either() {
    let mut world = with_server();
    for (prefix, refusal) in [
        ("10.9.0.0/24", "NetcfgSubnetRangeOutsideVnet"),
        ("10.1.0.0/24", "NetcfgSubnetRangesOverlap"),
    ] {
        let answer = world.call(
            "PUT",
            &subnet("other"),
            NETWORK.1,
            Some(&with_prefix(prefix)),
        );
        assert_eq!(code(&answer), refusal, "{prefix}");
    }
    let used = world.call("DELETE", &subnet("mysql"), NETWORK.1, None);
    assert_eq!(code(&used), "InUseSubnetCannotBeDeleted");
    assert_eq!(names(&mut world), ["aks", "mysql"]);
}

#[test]
fn a_stack_makes_them_and_takes_them_away() {
    let mut world = World::furnished();
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
fn a_network_has_subnets_of_different_names_and_of_a_size() {
    let mut told = Vec::new();
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
        let mut world = World::furnished();
        let mut body = network();
        body["properties"]["subnets"] = subnets;
        let path = format!("{GROUP}/providers/{}", NETWORK.0);
        let answer = world.call("PUT", &path, NETWORK.1, Some(&body));
        let cause = &answer.document()["error"]["details"][0]["code"];
        let cause = cause.as_str().unwrap_or_default();
        told.push(format!("{} {} {cause}", answer.status, code(&answer)));
    }
    insta::assert_snapshot!(told.join("\n"), @"
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

#[test]
fn a_subnet_is_made_changed_and_deleted_by_itself_by_the_rules_of_its_network() {
    let mut world = with_server();
    let path = format!("{GROUP}/providers/{}/subnets", NETWORK.0);
    let mut put = |name: &str, prefix: &str| {
        let body = json!({"properties": {"addressPrefix": prefix}});
        let answer = world.call("PUT", &format!("{path}/{name}"), NETWORK.1, Some(&body));
        if answer.status < 300 {
            world.finish(&answer);
        }
        answer
    };
    let made = put("batch", "10.1.8.0/24");
    assert_eq!(
        (made.status, &made.document()["name"]),
        (201, &json!("batch"))
    );
    assert_eq!(put("batch", "10.1.9.0/24").status, 200);
    assert_eq!(
        code(&put("more", "10.1.9.0/25")),
        "NetcfgSubnetRangesOverlap"
    );
    assert_eq!(
        code(&put("mysql", "10.1.5.0/28")),
        "InUseSubnetCannotBeUpdated"
    );
    let listed = world.call("GET", &path, NETWORK.1, None);
    let names: Vec<&str> = listed.document()["value"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["aks", "mysql", "batch"]);
    let used = world.call("DELETE", &format!("{path}/mysql"), NETWORK.1, None);
    assert_eq!(code(&used), "InUseSubnetCannotBeDeleted");
    let gone = world.call("DELETE", &format!("{path}/batch"), NETWORK.1, None);
    assert_eq!(gone.status, 202);
    world.finish(&gone);
    let none = world.call("GET", &format!("{path}/batch"), NETWORK.1, None);
    assert_eq!(none.status, 404);
    let again = world.call("DELETE", &format!("{path}/batch"), NETWORK.1, None);
    assert_eq!(again.status, 204);
    let kept = world.call(
        "GET",
        &format!("{GROUP}/providers/{}", SERVER.0),
        SERVER.1,
        None,
    );
    assert_eq!(kept.status, 200);
}
