//! The address ranges of clusters.

use serde_json::{Value, json};

use super::{GROUP, NETWORK, World, code, network};

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters/aks";
const VERSION: &str = "2024-02-01";

/// A cluster in a network of 10.1.0.0/16, with this network profile.
fn cluster(world: &World, profile: &Value) -> Value {
    json!({"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": {
        "dnsPrefix": "aks",
        "networkProfile": profile,
        "agentPoolProfiles": [{"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5",
            "count": 2, "vnetSubnetID": format!("{}/subnets/aks", world.id(NETWORK.0))}],
    }})
}

/// Status, code and target of the response to a cluster with this network profile.
fn outcome(profile: &Value) -> String {
    let mut world = World::prepared();
    world.make(NETWORK.0, NETWORK.1, &network());
    let body = cluster(&world, profile);
    let path = format!("{GROUP}/providers/{CLUSTER}");
    let answer = world.call("PUT", &path, VERSION, Some(&body));
    let target = answer.document()["target"].as_str().unwrap_or_default();
    format!("{} {} {target}", answer.status, code(&answer))
}

#[test]
fn the_dns_address_is_in_the_service_range_and_not_reserved() {
    let dns = |services: &str, dns: &str| {
        outcome(&json!({"networkPlugin": "azure", "serviceCidr": services, "dnsServiceIP": dns}))
    };
    let out = "400 DnsServiceIpOutOfServiceCidr networkProfile.dnsServiceIP";
    let taken = "400 DnsServiceIpConflicting networkProfile.dnsServiceIP";
    assert_eq!(dns("172.16.0.0/16", "10.0.0.10"), out);
    assert_eq!(dns("10.0.0.0/16", "10.1.0.10"), out);
    assert_eq!(dns("172.16.0.0/16", "172.16.0.0"), taken);
    assert_eq!(dns("172.16.0.0/16", "172.16.0.1"), taken);
    assert_eq!(dns("172.16.0.0/16", "172.16.255.255"), taken);
    assert_eq!(
        dns("172.16.0.0/16", "dns"),
        "400 DnsServiceIpParseError networkProfile.dnsServiceIP"
    );
    assert_eq!(dns("172.16.0.0/16", "172.16.0.10"), "201  ");
    // The default DNS address is 10.0.0.10.
    let services = |range: &str| outcome(&json!({"networkPlugin": "azure", "serviceCidr": range}));
    assert_eq!(services("10.200.0.0/16"), out);
    assert_eq!(services("10.0.0.0/24"), "201  ");
}

#[test]
fn the_service_range_is_not_too_large_and_not_reserved() {
    let services = |range: &str, dns: &str| {
        outcome(&json!({"networkPlugin": "azure", "serviceCidr": range, "dnsServiceIP": dns}))
    };
    let refused = "400 InvalidParameter networkProfile.serviceCIDR";
    for (range, dns) in [
        ("169.254.0.0/16", "169.254.0.10"),
        ("169.254.10.0/24", "169.254.10.10"),
        ("172.30.0.0/16", "172.30.0.10"),
        ("172.31.64.0/18", "172.31.64.10"),
        ("192.0.2.0/24", "192.0.2.10"),
        ("64.0.0.0/11", "64.0.0.10"),
        ("172.16.0.0/12", "172.16.0.10"),
    ] {
        assert_eq!(services(range, dns), refused, "{range}");
    }
    let parse = "400 CidrStringParseError networkProfile.serviceCIDR";
    assert_eq!(services("10.0.0.5/16", "10.0.0.10"), parse);
    assert_eq!(services("all", "10.0.0.10"), parse);
    assert_eq!(services("64.0.0.0/12", "64.0.0.10"), "201  ");
}

#[test]
fn services_pods_and_the_network_of_the_nodes_do_not_overlap() {
    let overlay = |services: &str, dns: &str, pods: &str| {
        outcome(
            &json!({"networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": pods,
            "serviceCidr": services, "dnsServiceIP": dns}),
        )
    };
    let pods = "10.244.0.0/16";
    let subnet = "400 ServiceCidrOverlapExistingSubnetsCidr networkProfile.serviceCIDR";
    assert_eq!(overlay("10.1.0.0/24", "10.1.0.10", pods), subnet);
    // Another subnet of the same network.
    assert_eq!(overlay("10.1.4.0/24", "10.1.4.10", pods), subnet);
    assert_eq!(overlay("10.1.8.0/24", "10.1.8.10", pods), "201  ");
    let both = "400 PodCidrOverlapServiceCidr networkProfile.podCidr";
    assert_eq!(overlay("10.244.0.0/24", "10.244.0.10", pods), both);
    assert_eq!(
        overlay("10.0.0.0/16", "10.0.0.10", "10.1.0.0/16"),
        "400 PodCidrOverlapExistingSubnetsCidr networkProfile.podCidr"
    );
    assert_eq!(
        overlay("10.0.0.0/16", "10.0.0.10", "172.30.0.0/16"),
        "400 InvalidParameter networkProfile.podCidr"
    );
    // The default range of pods is 10.244.0.0/16.
    let profile = json!({"networkPluginMode": "overlay", "networkPlugin": "azure",
        "serviceCidr": "10.244.8.0/24", "dnsServiceIP": "10.244.8.10"});
    assert_eq!(outcome(&profile), both);
    let several = json!({"networkPlugin": "azure", "serviceCidrs": ["10.1.0.0/24"],
        "dnsServiceIP": "10.1.0.10"});
    assert_eq!(outcome(&several), subnet);
}

#[test]
fn nodes_are_in_a_network_that_is_not_reserved_and_does_not_overlap_the_services() {
    let mut world = World::prepared();
    let mut body = network();
    body["properties"]["addressSpace"]["addressPrefixes"] =
        json!(["172.31.0.0/16", "10.1.0.0/16", "10.0.0.0/16"]);
    body["properties"]["subnets"] = json!([
        {"name": "kept", "properties": {"addressPrefix": "172.31.0.0/24"}},
        {"name": "aks", "properties": {"addressPrefix": "10.1.0.0/22"}},
    ]);
    world.make(NETWORK.0, NETWORK.1, &body);
    let path = format!("{GROUP}/providers/{CLUSTER}");
    let mut wanted = cluster(&world, &json!({"networkPlugin": "azure"}));
    wanted["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] =
        json!(format!("{}/subnets/kept", world.id(NETWORK.0)));
    let refused = world.call("PUT", &path, VERSION, Some(&wanted));
    let target = &refused.document()["target"];
    assert_eq!(
        (code(&refused), target),
        ("InvalidParameter", &json!("vnetSubnetID"))
    );
    let wanted = cluster(&world, &json!({"networkPlugin": "azure"}));
    world.make(CLUSTER, VERSION, &wanted);
    let other = "Microsoft.Network/virtualNetworks/other";
    let mut body = network();
    body["properties"] = json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "batch", "properties": {"addressPrefix": "10.0.4.0/24"}}]});
    world.make(other, NETWORK.1, &body);
    let pool = json!({"properties": {"mode": "User", "vmSize": "Standard_D2s_v5", "count": 1,
        "vnetSubnetID": format!("{}/subnets/batch", world.id(other))}});
    let path = format!("{path}/agentPools/batch");
    let refused = world.call("PUT", &path, VERSION, Some(&pool));
    assert_eq!(code(&refused), "ServiceCidrOverlapExistingSubnetsCidr");
}
