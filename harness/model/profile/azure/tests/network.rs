//! Addresses of the network, and ranges that may connect.

use super::{all_refused, refused};

#[test]
fn ranges_that_admit_everybody_are_rejected() {
    insta::assert_snapshot!(all_refused(&[
        "kubernetes: {authorized-ip-ranges: [0.0.0.0/0]}",
        "expose: {web: {public: {allow: [10.0.0.0/8, 0.0.0.0/32]}}}",
        "expose: {web: {public: {allow: [128.0.0.0/1]}}}",
        "expose: {web: {public: {allow: []}}}",
        "expose: {starter: {public: {}}}",
        "network: {nodes: 10.240.0.1/22}",
    ]), @"
    profiles/dev.yaml:8:41: `0.0.0.0/0` admits everybody, including other tenants of Azure; list your own addresses, such as `203.0.113.7/32`
      |
    8 |     kubernetes: {authorized-ip-ranges: [0.0.0.0/0]}
      |                                         ^^^^^^^^^

    profiles/dev.yaml:8:49: `0.0.0.0/32` admits everybody, including other tenants of Azure; list your own addresses, such as `203.0.113.7/32`
      |
    8 |     expose: {web: {public: {allow: [10.0.0.0/8, 0.0.0.0/32]}}}
      |                                                 ^^^^^^^^^^

    profiles/dev.yaml:8:37: `128.0.0.0/1` admits a large part of the Internet; list your own addresses, such as `203.0.113.7/32`
      |
    8 |     expose: {web: {public: {allow: [128.0.0.0/1]}}}
      |                                     ^^^^^^^^^^^

    profiles/dev.yaml:1:1: `allow` is empty, which Azure treats as all addresses; list address ranges, or set `cluster-ip` to expose nothing
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^

    profiles/dev.yaml:1:1: key `backend.azure.expose.starter.public.allow` is missing here and in the extended profiles (built-in base.yaml)
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^

    profiles/dev.yaml:8:22: `10.240.0.1/22` is not an IPv4 range in CIDR notation, starting with its first address (such as `10.240.0.0/22`, or `203.0.113.7/32` for one address)
      |
    8 |     network: {nodes: 10.240.0.1/22}
      |                      ^^^^^^^^^^^^^
    ");
}

#[test]
fn ranges_that_contradict_each_other_are_rejected() {
    insta::assert_snapshot!(all_refused(&[
        "network: {nodes: 10.1.0.0/22}",
        "network: {address-space: 10.1.0.0/16}",
        "network: {mysql: 10.240.3.0/28}",
        "network: {mysql: 10.240.4.0/30}",
        "network: {services: 10.240.128.0/20}",
        "network: {address-space: 10.240.0.0/12, services: 172.16.0.0/16}",
        "network: {services: 10.0.0.0/30}",
        "network: {services: 169.254.0.0/16}",
        "network: {nodes: 10.240.0.0/28}\n    kubernetes: {node-pools: {system: {count: 11}}}",
    ]), @"
    profiles/dev.yaml:8:22: subnet `nodes` (10.1.0.0/22) is not in `address-space` (10.240.0.0/16)
      |
    8 |     network: {nodes: 10.1.0.0/22}
      |                      ^^^^^^^^^^^

    profiles/dev.yaml:8:30: subnet `nodes` (10.240.0.0/22) is not in `address-space` (10.1.0.0/16)
      |
    8 |     network: {address-space: 10.1.0.0/16}
      |                              ^^^^^^^^^^^

    profiles/dev.yaml:8:22: subnets `nodes` (10.240.0.0/22) and `mysql` (10.240.3.0/28) overlap; the subnet of MySQL is delegated to MySQL and must not contain anything else
      |
    8 |     network: {mysql: 10.240.3.0/28}
      |                      ^^^^^^^^^^^^^

    profiles/dev.yaml:8:22: subnet `mysql` (10.240.4.0/30) is too small: the smallest subnet in Azure is /29
      |
    8 |     network: {mysql: 10.240.4.0/30}
      |                      ^^^^^^^^^^^^^

    profiles/dev.yaml:8:25: `services` (10.240.128.0/20) overlaps `address-space` (10.240.0.0/16): the cluster could not reach the network at these addresses
      |
    8 |     network: {services: 10.240.128.0/20}
      |                         ^^^^^^^^^^^^^^^

    profiles/dev.yaml:8:30: `address-space` (10.240.0.0/12) overlaps 10.244.0.0/16, which AKS uses for pods
      |
    8 |     network: {address-space: 10.240.0.0/12, services: 172.16.0.0/16}
      |                              ^^^^^^^^^^^^^

    profiles/dev.yaml:8:25: `services` (10.0.0.0/30) has the wrong size: AKS allows /12 to /28 for the services of a cluster
      |
    8 |     network: {services: 10.0.0.0/30}
      |                         ^^^^^^^^^^^

    profiles/dev.yaml:8:25: `services` (169.254.0.0/16) overlaps 169.254.0.0/16, which AKS reserves
      |
    8 |     network: {services: 169.254.0.0/16}
      |                         ^^^^^^^^^^^^^^

    profiles/dev.yaml:8:22: subnet `nodes` (10.240.0.0/28) has room for 11 nodes, but the pools need 12: their nodes, and one more per pool during an upgrade
      |
    8 |     network: {nodes: 10.240.0.0/28}
      |                      ^^^^^^^^^^^^^
    ");
}

#[test]
fn a_private_cluster_has_no_authorized_ip_ranges() {
    let both = "    kubernetes: {private: true, authorized-ip-ranges: [203.0.113.7/32]}\n";
    insta::assert_snapshot!(refused(both), @"
    profiles/dev.yaml:8:27: a private cluster has no public address for `authorized-ip-ranges`; remove one of the two
      |
    8 |     kubernetes: {private: true, authorized-ip-ranges: [203.0.113.7/32]}
      |                           ^^^^
    ");
}
