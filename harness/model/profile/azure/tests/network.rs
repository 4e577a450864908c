//! Addresses: of the network, and of those who may come in.

use super::{all_refused, refused};

#[test]
fn ranges_that_admit_everybody_are_refused() {
    insta::assert_snapshot!(all_refused(&[
        "kubernetes: {authorized-ip-ranges: [0.0.0.0/0]}",
        "expose: {web: {public: {allow: [10.0.0.0/8, 0.0.0.0/32]}}}",
        "expose: {web: {public: {allow: [128.0.0.0/1]}}}",
        "expose: {web: {public: {allow: []}}}",
        "expose: {starter: {public: {}}}",
        "network: {nodes: 10.240.0.1/22}",
    ]), @"
    profiles/dev.yaml:8:41: `0.0.0.0/0` admits everybody, other tenants of Azure too; name the addresses that you come from, such as `203.0.113.7/32`
      |
    8 |     kubernetes: {authorized-ip-ranges: [0.0.0.0/0]}
      |                                         ^^^^^^^^^

    profiles/dev.yaml:8:49: `0.0.0.0/32` admits everybody, other tenants of Azure too; name the addresses that you come from, such as `203.0.113.7/32`
      |
    8 |     expose: {web: {public: {allow: [10.0.0.0/8, 0.0.0.0/32]}}}
      |                                                 ^^^^^^^^^^

    profiles/dev.yaml:8:37: `128.0.0.0/1` admits a good part of the Internet; name the addresses that you come from, such as `203.0.113.7/32`
      |
    8 |     expose: {web: {public: {allow: [128.0.0.0/1]}}}
      |                                     ^^^^^^^^^^^

    profiles/dev.yaml:1:1: `allow` names nobody, which Azure takes for everybody; name ranges of addresses, or expose nothing with `cluster-ip`
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^

    profiles/dev.yaml:1:1: key `backend.azure.expose.starter.public.allow` is missing, and not in what it extends (profiles/base.yaml) either
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^

    profiles/dev.yaml:8:22: `10.240.0.1/22` is not a range of IPv4 addresses, by the first of them and the bits that they share (such as `10.240.0.0/22`, or `203.0.113.7/32` for one address)
      |
    8 |     network: {nodes: 10.240.0.1/22}
      |                      ^^^^^^^^^^^^^
    ");
}

#[test]
fn addresses_that_do_not_fit_each_other_are_refused() {
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

    profiles/dev.yaml:8:22: subnets `nodes` (10.240.0.0/22) and `mysql` (10.240.3.0/28) overlap; the one of MySQL is delegated to it and takes nothing else
      |
    8 |     network: {mysql: 10.240.3.0/28}
      |                      ^^^^^^^^^^^^^

    profiles/dev.yaml:8:22: subnet `mysql` (10.240.4.0/30) is too small: Azure has none below /29
      |
    8 |     network: {mysql: 10.240.4.0/30}
      |                      ^^^^^^^^^^^^^

    profiles/dev.yaml:8:25: `services` (10.240.128.0/20) overlaps `address-space` (10.240.0.0/16): what is in the network there could not be reached from the cluster
      |
    8 |     network: {services: 10.240.128.0/20}
      |                         ^^^^^^^^^^^^^^^

    profiles/dev.yaml:8:30: `address-space` (10.240.0.0/12) overlaps 10.244.0.0/16, which AKS gives to pods
      |
    8 |     network: {address-space: 10.240.0.0/12, services: 172.16.0.0/16}
      |                              ^^^^^^^^^^^^^

    profiles/dev.yaml:8:25: `services` (10.0.0.0/30) is no size for the services of a cluster: AKS takes /12 to /28
      |
    8 |     network: {services: 10.0.0.0/30}
      |                         ^^^^^^^^^^^

    profiles/dev.yaml:8:25: `services` (169.254.0.0/16) overlaps 169.254.0.0/16, which AKS keeps for itself
      |
    8 |     network: {services: 169.254.0.0/16}
      |                         ^^^^^^^^^^^^^^

    profiles/dev.yaml:8:22: subnet `nodes` (10.240.0.0/28) has room for 11 nodes, and the pools want 12: theirs, and one more each while they are upgraded
      |
    8 |     network: {nodes: 10.240.0.0/28}
      |                      ^^^^^^^^^^^^^
    ");
}

#[test]
fn a_private_cluster_has_no_public_address_to_guard() {
    let both = "    kubernetes: {private: true, authorized-ip-ranges: [203.0.113.7/32]}\n";
    insta::assert_snapshot!(refused(both), @r"
    profiles/dev.yaml:8:27: a private cluster has no public address that `authorized-ip-ranges` could guard; leave out the one or the other
      |
    8 |     kubernetes: {private: true, authorized-ip-ranges: [203.0.113.7/32]}
      |                           ^^^^
    ");
}
