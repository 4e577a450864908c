//! What is refused of a place in Azure, word for word, and what holds where a key is left out.

use proptest::prelude::*;
use serde_json::json;

use super::arbitrary;
use super::model::{Azure, Exposure};
use crate::azure::limits;
use crate::azure::template::{Caller, CallerKind, Names, Place};
use crate::profile::merge::Overlay;
use crate::profile::tests::{load, wrong};
use crate::profile::{Backend, azure};

/// What goes wrong with each of these places in West Europe.
fn all_refused(places: &[&str]) -> String {
    let places = places.iter();
    let refused: Vec<String> = places
        .map(|place| refused(&format!("    {place}\n")))
        .collect();
    refused.join("\n\n")
}

/// What goes wrong with this place in West Europe.
fn refused(place: &str) -> String {
    let text = format!("extends: base\nbackend:\n  azure:\n    region: westeurope\n{place}");
    wrong(&text, &[])
}

fn resolved(sets: &[&str]) -> azure::Azure {
    let sets: Vec<&str> = ["backend={azure: {region: westeurope}}"]
        .iter()
        .chain(sets)
        .copied()
        .collect();
    let profile = load(&[], "local", &sets).expect("the profile is right");
    match profile.backend {
        Backend::Azure(azure) => *azure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_left_out_is_small() {
    insta::assert_json_snapshot!(resolved(&[]), @r#"
    {
      "region": "westeurope",
      "subscription": null,
      "resource-group": "harness-local",
      "tags": {},
      "time-to-live": null,
      "budget": null,
      "kubernetes": {
        "version": "1.35",
        "tier": "free",
        "pools": [
          {
            "name": "system",
            "vm-size": "Standard_D2s_v5",
            "count": 2,
            "os-disk-gib": 32,
            "max-pods": 110
          }
        ],
        "authorized-ip-ranges": [],
        "private": false
      },
      "mysql": {
        "sku": "Standard_B2s",
        "storage-gib": 20,
        "auto-grow": true,
        "high-availability": "disabled",
        "backup-retention-days": 7,
        "geo-redundant-backup": false,
        "administrator": "temporal"
      },
      "registry": {
        "sku": "basic"
      },
      "network": {
        "address-space": "10.240.0.0/16",
        "nodes": "10.240.0.0/22",
        "mysql": "10.240.4.0/28",
        "services": "10.0.0.0/16"
      },
      "expose": {
        "web": "cluster-ip",
        "starter": "cluster-ip"
      }
    }
    "#);
}

#[test]
fn the_pool_called_system_comes_first_and_what_a_pool_leaves_out_has_defaults() {
    let pools = "backend.azure.kubernetes.node-pools={system: {count: 1}, batch: {max-pods: 30}}";
    let azure = resolved(&[pools]);
    let pools = azure.kubernetes.pools.iter();
    let pools: Vec<_> = pools.map(|it| (&*it.name, it.count, it.max_pods)).collect();
    assert_eq!(pools, [("system", 1, 110), ("batch", 2, 30)]);
}

#[test]
fn the_system_pool_has_room_for_the_pods_of_the_cluster_itself() {
    let place = "    kubernetes: {node-pools: {system: {count: 2, max-pods: 10}, batch: {count: 1, max-pods: 10}}}\n";
    insta::assert_snapshot!(refused(place), @"
    profiles/dev.yaml:8:60: pool `system` runs the cluster's own pods and has room for 20, and AKS demands room for 30: say `max-pods: 15` or more, or more nodes
      |
    8 |     kubernetes: {node-pools: {system: {count: 2, max-pods: 10}, batch: {count: 1, max-pods: 10}}}
      |                                                            ^^
    ");
    for pools in [
        "{system: {count: 3, max-pods: 10}}",
        "{system: {count: 1, max-pods: 30}}",
    ] {
        let pools = format!("backend.azure.kubernetes.node-pools={pools}");
        assert_eq!(resolved(&[&pools]).kubernetes.pools.len(), 1);
    }
}

#[test]
fn the_tier_and_the_processors_of_a_server_follow_from_its_sku() {
    use azure::MysqlTier::{Burstable, GeneralPurpose, MemoryOptimized};
    for (sku, tier, vcores) in [
        ("Standard_B1ms", Burstable, 1),
        ("Standard_D2ds_v4", GeneralPurpose, 2),
        ("Standard_E64ds_v5", MemoryOptimized, 64),
    ] {
        let sets = [
            &format!("backend.azure.mysql.sku={sku}"),
            "database.mysql.max-connections=171",
        ];
        let mysql = resolved(&sets).mysql;
        assert_eq!((mysql.tier(), mysql.vcores()), (tier, vcores), "{sku}");
    }
}

#[test]
fn a_region_is_demanded() {
    insta::assert_snapshot!(wrong("extends: base\nbackend: {azure: {}}\n", &[]), @"
    profiles/dev.yaml:1:1: key `backend.azure.region` is missing, and not in what it extends (profiles/base.yaml) either
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
    let named = "extends: base\nbackend: {azure: {region: West Europe}}\n";
    insta::assert_snapshot!(wrong(named, &[]), @r"
    profiles/dev.yaml:5:27: `West Europe` is not a region by its programmatic name (lowercase letters and digits, such as `westeurope`)
      |
    5 | backend: {azure: {region: West Europe}}
      |                           ^^^^^^^^^^^
    ");
}

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
fn sizes_that_azure_does_not_have_are_refused() {
    insta::assert_snapshot!(all_refused(&[
        "kubernetes: {node-pools: {System: {}}}",
        "kubernetes: {node-pools: {}}",
        "kubernetes: {node-pools: {system: {count: 0}}}",
        "kubernetes: {node-pools: {system: {count: 1001}}}",
        "kubernetes: {node-pools: {system: {os-disk: 20}}}",
        "kubernetes: {node-pools: {system: {max-pods: 300}}}",
        "kubernetes: {version: 1.35.2}",
        "mysql: {sku: Basic}",
        "mysql: {storage: 5}",
        "mysql: {backup-retention-days: 36}",
        "mysql: {administrator: root}",
        "tags: {harness-owner: me}",
        "time-to-live: 0s",
    ]), @r#"
    profiles/dev.yaml:8:31: `System` is not the name of a node pool (lowercase letters and digits, at most 12, a letter in front; not `aksmanagedap`, which is Azure's own)
      |
    8 |     kubernetes: {node-pools: {System: {}}}
      |                               ^^^^^^

    profiles/dev.yaml:1:1: `backend.azure.kubernetes.node-pools` names none; a cluster needs one
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^

    profiles/dev.yaml:8:47: expected a whole number from 1 to 1000, found `0`
      |
    8 |     kubernetes: {node-pools: {system: {count: 0}}}
      |                                               ^

    profiles/dev.yaml:8:47: expected a whole number from 1 to 1000, found `1001`
      |
    8 |     kubernetes: {node-pools: {system: {count: 1001}}}
      |                                               ^^^^

    profiles/dev.yaml:8:49: expected a whole number from 30 to 2048, found `20`
      |
    8 |     kubernetes: {node-pools: {system: {os-disk: 20}}}
      |                                                 ^^

    profiles/dev.yaml:8:50: expected a whole number from 10 to 250, found `300`
      |
    8 |     kubernetes: {node-pools: {system: {max-pods: 300}}}
      |                                                  ^^^

    profiles/dev.yaml:8:27: `1.35.2` is not a version of Kubernetes by major and minor (such as `"1.35"`; the patch release is Azure's choice)
      |
    8 |     kubernetes: {version: 1.35.2}
      |                           ^^^^^^

    profiles/dev.yaml:8:18: `Basic` is not a SKU of a MySQL flexible server (`Standard_B...`, `Standard_D...` or `Standard_E...`, such as `Standard_B2s`)
      |
    8 |     mysql: {sku: Basic}
      |                  ^^^^^

    profiles/dev.yaml:8:22: expected a whole number from 20 to 32768, found `5`
      |
    8 |     mysql: {storage: 5}
      |                      ^

    profiles/dev.yaml:8:36: expected a whole number from 1 to 35, found `36`
      |
    8 |     mysql: {backup-retention-days: 36}
      |                                    ^^

    profiles/dev.yaml:8:28: `root` is not the name of an administrator (lowercase letters, digits and `_`, at most 32, a letter in front; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not beginning with `pg_`)
      |
    8 |     mysql: {administrator: root}
      |                            ^^^^

    profiles/dev.yaml:8:12: `harness-owner` is not the name of a tag (1 to 512 characters and none of `<>%&\?/`, not beginning with `harness-`, which is the harness's own, or with `microsoft`, `azure` or `windows`, which are Azure's)
      |
    8 |     tags: {harness-owner: me}
      |            ^^^^^^^^^^^^^

    profiles/dev.yaml:8:19: a place lives for longer than no time and 3650d at most
      |
    8 |     time-to-live: 0s
      |                   ^^
    "#);
}

#[test]
fn a_standby_needs_a_server_that_is_not_burstable() {
    insta::assert_snapshot!(refused("    mysql: {high-availability: same-zone}\n"), @r"
    profiles/dev.yaml:8:32: a standby needs a server of another tier: `Standard_B2s` is burstable, and Azure gives those none; say a `sku` such as `Standard_D2ds_v4`
      |
    8 |     mysql: {high-availability: same-zone}
      |                                ^^^^^^^^^
    ");
    let sets = ["backend.azure.mysql={sku: Standard_D2ds_v4, high-availability: same-zone}"];
    assert_eq!(resolved(&sets).mysql.servers(), 2);
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

#[test]
fn a_database_that_azure_has_not_is_refused() {
    let databases = [
        "version: \"8.0\"",
        "version: 8.4.6",
        "version: \"9.1\"",
        "tls: off",
    ];
    let refused = databases.map(|it| refused(&format!("database: {{mysql: {{{it}}}}}\n")));
    insta::assert_snapshot!(refused.join("\n\n"), @r#"
    profiles/dev.yaml:8:29: MySQL 8.0 leaves Azure's standard support on 2026-12-31 and is billed extra for every processor after it; say `"8.4"`
      |
    8 | database: {mysql: {version: "8.0"}}
      |                             ^^^^^

    profiles/dev.yaml:8:29: which patch release of MySQL runs in Azure is not yours to choose; say `"8.4"`
      |
    8 | database: {mysql: {version: 8.4.6}}
      |                             ^^^^^

    profiles/dev.yaml:8:29: the harness knows of no such MySQL in Azure that has standard support; say `"8.4"`
      |
    8 | database: {mysql: {version: "9.1"}}
      |                             ^^^^^

    profiles/dev.yaml:8:25: connections to a database in Azure are encrypted; say `required`
      |
    8 | database: {mysql: {tls: off}}
      |                         ^^^
    "#);
}

/// Whether both exposures are public, or nothing is said of them.
fn no_choice(azure: &Azure) -> bool {
    let exposures = azure.expose.iter().flat_map(|it| [&it.web, &it.starter]);
    exposures
        .flatten()
        .all(|it| matches!(it, Exposure::Public(_)))
}

proptest! {
    #[test]
    fn places_of_one_choice_can_be_grouped_at_will(
        [first, second, third] in [(); 3].map(|()| arbitrary::azure().prop_filter("one choice", no_choice)),
    ) {
        let left = first.clone().overlay(second.clone()).overlay(third.clone());
        let right = first.overlay(second.overlay(third));
        prop_assert_eq!(json!(left), json!(right));
    }
}

#[test]
fn names_that_azure_keeps_or_finds_too_long_are_refused() {
    let long = format!("resource-group: {}", "g".repeat(75));
    insta::assert_snapshot!(all_refused(&[
        &long,
        "resource-group: a.",
        "tags: {harness-owner: me}",
        "tags: {Microsoft.x: me}",
        "tags: {'a/b': me}",
        "tags: {'': me}",
        "mysql: {administrator: root}",
        "time-to-live: 1000000d",
        "budget: 0",
    ]), @r"
    profiles/dev.yaml:8:21: `ggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg` is not the name of a resource group (at most 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the end: AKS makes a group `NAME-nodes` besides, whose name its nodes carry as a label of 63; what an earlier harness made in a longer one goes by `az group delete --name NAME`)
      |
    8 |     resource-group: ggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    profiles/dev.yaml:8:21: `a.` is not the name of a resource group (at most 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the end: AKS makes a group `NAME-nodes` besides, whose name its nodes carry as a label of 63; what an earlier harness made in a longer one goes by `az group delete --name NAME`)
      |
    8 |     resource-group: a.
      |                     ^^

    profiles/dev.yaml:8:12: `harness-owner` is not the name of a tag (1 to 512 characters and none of `<>%&\?/`, not beginning with `harness-`, which is the harness's own, or with `microsoft`, `azure` or `windows`, which are Azure's)
      |
    8 |     tags: {harness-owner: me}
      |            ^^^^^^^^^^^^^

    profiles/dev.yaml:8:12: `Microsoft.x` is not the name of a tag (1 to 512 characters and none of `<>%&\?/`, not beginning with `harness-`, which is the harness's own, or with `microsoft`, `azure` or `windows`, which are Azure's)
      |
    8 |     tags: {Microsoft.x: me}
      |            ^^^^^^^^^^^

    profiles/dev.yaml:8:12: `a/b` is not the name of a tag (1 to 512 characters and none of `<>%&\?/`, not beginning with `harness-`, which is the harness's own, or with `microsoft`, `azure` or `windows`, which are Azure's)
      |
    8 |     tags: {'a/b': me}
      |            ^^^^^

    profiles/dev.yaml:8:12: `` is not the name of a tag (1 to 512 characters and none of `<>%&\?/`, not beginning with `harness-`, which is the harness's own, or with `microsoft`, `azure` or `windows`, which are Azure's)
      |
    8 |     tags: {'': me}
      |            ^^

    profiles/dev.yaml:8:28: `root` is not the name of an administrator (lowercase letters, digits and `_`, at most 32, a letter in front; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not beginning with `pg_`)
      |
    8 |     mysql: {administrator: root}
      |                            ^^^^

    profiles/dev.yaml:8:19: a place lives for longer than no time and 3650d at most
      |
    8 |     time-to-live: 1000000d
      |                   ^^^^^^^^

    profiles/dev.yaml:8:13: expected a whole number from 1 to 4294967295, found `0`
      |
    8 |     budget: 0
      |             ^
    ");
}

#[test]
fn a_database_allows_no_more_connections_than_its_sku_has() {
    insta::assert_snapshot!(all_refused(&[
        "mysql: {sku: Standard_B1ms}",
        "mysql: {sku: Standard_B1s}\ndatabase: {mysql: {max-connections: 341}}",
        "mysql: {sku: Standard_B1ms}\ndatabase: {mysql: {max-connections: 100001}}",
        "mysql: {sku: Standard_E96ds_v5}\ndatabase: {mysql: {max-connections: 9}}",
    ]), @"
    profiles/dev.yaml:8:18: `max-connections` is 500, and a server of `Standard_B1ms` has 341 at most; say `database.mysql.max-connections: 341` beside the SKU, or take a `sku` such as `Standard_B2s`
      |
    8 |     mysql: {sku: Standard_B1ms}
      |                  ^^^^^^^^^^^^^

    profiles/dev.yaml:9:37: `max-connections` is 341, and a server of `Standard_B1s` has 171 at most; say `database.mysql.max-connections: 171` beside the SKU, or take a `sku` such as `Standard_B1ms`
      |
    9 | database: {mysql: {max-connections: 341}}
      |                                     ^^^

    profiles/dev.yaml:9:37: expected a whole number from 1 to 100000, found `100001`
      |
    9 | database: {mysql: {max-connections: 100001}}
      |                                     ^^^^^^

    profiles/dev.yaml:9:37: `max-connections` is 9, and a server in Azure has 10 at least
      |
    9 | database: {mysql: {max-connections: 9}}
      |                                     ^
    ");
    for (sku, connections) in [
        ("Standard_B1ms", 341),
        ("Standard_B1ms", 171),
        ("Standard_B2s", 683),
        ("Standard_D2ds_v4", 1365),
        // Of one that is in no table, nothing is known.
        ("Standard_D2s_v9", 100_000),
    ] {
        resolved(&[
            &format!("backend.azure.mysql.sku={sku}"),
            &format!("database.mysql.max-connections={connections}"),
        ]);
    }
}

#[test]
fn storage_is_what_the_tier_has_and_grows_where_there_is_a_standby() {
    insta::assert_snapshot!(all_refused(&[
        "mysql: {storage: 16385}",
        "mysql: {sku: Standard_D2ds_v4, high-availability: same-zone, auto-grow: false}",
    ]), @"
    profiles/dev.yaml:8:22: a server of `Standard_B2s` has 16384 GiB of storage at most; say less, or a `sku` such as `Standard_E2ds_v4`
      |
    8 |     mysql: {storage: 16385}
      |                      ^^^^^

    profiles/dev.yaml:8:55: a standby needs storage that grows by itself; leave out `auto-grow: false`
      |
    8 |     mysql: {sku: Standard_D2ds_v4, high-availability: same-zone, auto-grow: false}
      |                                                       ^^^^^^^^^
    ");
    let large = ["backend.azure.mysql={sku: Standard_E2ds_v4, storage: 32768}"];
    assert_eq!(resolved(&large).mysql.storage_gib, 32_768);
}

#[test]
fn whoever_spoke_last_of_connections_or_sku_is_cited() {
    let text =
        "extends: base\nbackend: {azure: {region: westeurope, mysql: {sku: Standard_B1ms}}}\n";
    let set = ["database.mysql.max-connections=400"];
    insta::assert_snapshot!(wrong(text, &set), @"
    --set database.mysql.max-connections=400: `max-connections` is 400, and a server of `Standard_B1ms` has 341 at most; say `database.mysql.max-connections: 341` beside the SKU, or take a `sku` such as `Standard_B2s`
      |
    1 | database.mysql.max-connections=400
      |                                ^^^
    ");
    let set = ["backend.azure.mysql.sku=Standard_B1s"];
    insta::assert_snapshot!(wrong(text, &set), @"
    --set backend.azure.mysql.sku=Standard_B1s: `max-connections` is 500, and a server of `Standard_B1s` has 171 at most; say `database.mysql.max-connections: 171` beside the SKU, or take a `sku` such as `Standard_B2s`
      |
    1 | backend.azure.mysql.sku=Standard_B1s
      |                         ^^^^^^^^^^^^
    ");
}

#[test]
fn the_pools_of_connections_of_a_topology_fit_its_database() {
    let text = "extends: base\nbackend: {azure: {region: westeurope, mysql: {sku: Standard_B1ms}}}\ndatabase: {mysql: {max-connections: 341}}\n";
    let twelve = ["temporal.roles.history.replicas=9"];
    insta::assert_snapshot!(wrong(text, &twelve), @"
    profiles/dev.yaml:5:52: the Temporal processes of this topology may open 370 connections, and a server of `Standard_B1ms` has 341 at most; take a `sku` such as `Standard_B2s`, or let fewer replicas run under `temporal.roles`
      |
    5 | backend: {azure: {region: westeurope, mysql: {sku: Standard_B1ms}}}
      |                                                    ^^^^^^^^^^^^^
    ");
    let few = ["database.mysql.max-connections=100"];
    insta::assert_snapshot!(wrong(text, &few), @"
    --set database.mysql.max-connections=100: the Temporal processes of this topology may open 130 connections, and `max-connections` is 100; say 130 or more, or let fewer replicas run under `temporal.roles`
      |
    1 | database.mysql.max-connections=100
      |                                ^^^
    ");
}

#[test]
fn words_that_azure_reserves_are_in_no_name() {
    let named = |name: &str, group: &str| {
        let text = format!(
            "apiVersion: harness/v1\nkind: Profile\nname: {name}\nextends: base\nbackend: {{azure: {{region: westeurope{group}}}}}\n"
        );
        let file = format!("{name}.yaml");
        let loaded = load(&[(&file, &text)], name, &[]);
        loaded.err().map(|error| error.to_string())
    };
    let refused = [
        named("my-windows", ""),
        named("micro-soft", ""),
        named("login-test", ""),
        named("dev", ", resource-group: Office365"),
        named("dev", ", resource-group: our-Microsoft-lab"),
    ];
    let refused: Vec<String> = refused.into_iter().flatten().collect();
    insta::assert_snapshot!(refused.join("\n\n"), @"
    profiles/my-windows.yaml:3:7: what is in Azure is named after the profile, and Azure reserves `windows`; take another `name`
      |
    3 | name: my-windows
      |       ^^^^^^^^^^

    profiles/micro-soft.yaml:3:7: what is in Azure is named after the profile, and Azure reserves `microsoft`, which `micro-soft` is without `-`, as in the name of the registry; take another `name`
      |
    3 | name: micro-soft
      |       ^^^^^^^^^^

    profiles/login-test.yaml:3:7: what is in Azure is named after the profile, and Azure reserves `login`; take another `name`
      |
    3 | name: login-test
      |       ^^^^^^^^^^

    profiles/dev.yaml:5:55: Azure reserves `office365`: a resource group `Office365` can have no cluster; take another `resource-group`
      |
    5 | backend: {azure: {region: westeurope, resource-group: Office365}}
      |                                                       ^^^^^^^^^

    profiles/dev.yaml:5:55: Azure reserves `microsoft`: a resource group `our-Microsoft-lab` can have no cluster; take another `resource-group`
      |
    5 | backend: {azure: {region: westeurope, resource-group: our-Microsoft-lab}}
      |                                                       ^^^^^^^^^^^^^^^^^
    ");
    for name in ["azure", "bing", "my-login", "office"] {
        assert_eq!(named(name, ""), None, "{name}");
    }
}

#[test]
fn names_that_azure_keeps_for_itself_are_refused() {
    insta::assert_snapshot!(all_refused(&[
        "kubernetes: {node-pools: {aksmanagedap: {count: 1}}}",
        "mysql: {administrator: azure_pg_admin}",
        "mysql: {administrator: pg_temporal}",
        "resource-group: a123456789b123456789c123456789d123456789e123456789f1234567",
    ]), @"
    profiles/dev.yaml:8:31: `aksmanagedap` is not the name of a node pool (lowercase letters and digits, at most 12, a letter in front; not `aksmanagedap`, which is Azure's own)
      |
    8 |     kubernetes: {node-pools: {aksmanagedap: {count: 1}}}
      |                               ^^^^^^^^^^^^

    profiles/dev.yaml:8:28: `azure_pg_admin` is not the name of an administrator (lowercase letters, digits and `_`, at most 32, a letter in front; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not beginning with `pg_`)
      |
    8 |     mysql: {administrator: azure_pg_admin}
      |                            ^^^^^^^^^^^^^^

    profiles/dev.yaml:8:28: `pg_temporal` is not the name of an administrator (lowercase letters, digits and `_`, at most 32, a letter in front; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not beginning with `pg_`)
      |
    8 |     mysql: {administrator: pg_temporal}
      |                            ^^^^^^^^^^^

    profiles/dev.yaml:8:21: `a123456789b123456789c123456789d123456789e123456789f1234567` is not the name of a resource group (at most 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the end: AKS makes a group `NAME-nodes` besides, whose name its nodes carry as a label of 63; what an earlier harness made in a longer one goes by `az group delete --name NAME`)
      |
    8 |     resource-group: a123456789b123456789c123456789d123456789e123456789f1234567
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
    let longest = "a123456789b123456789c123456789d123456789e123456789f123456";
    let azure = resolved(&[&format!("backend.azure.resource-group={longest}")]);
    assert_eq!(format!("{}-nodes", azure.resource_group).len(), 63);
}

#[test]
fn each_profile_of_the_project_is_right() {
    for (name, text) in [
        ("azure", include_str!("../../../profiles/azure.yaml")),
        (
            "azure-seed",
            include_str!("../../../profiles/azure-seed.yaml"),
        ),
    ] {
        let loaded = load(&[(&format!("{name}.yaml"), text)], name, &[]);
        assert!(loaded.is_ok(), "{name}: {loaded:?}");
    }
}

proptest! {
    /// Whatever a profile and its group are called, what is named after them is not too long for
    /// Azure: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>.
    #[test]
    fn every_name_that_is_made_of_a_profiles_is_one_of_azures(
        name in "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
        group in "[0-9A-Za-z_().-]{0,56}[0-9A-Za-z_()-]",
    ) {
        prop_assert!(name.parse::<crate::profile::Name>().is_ok());
        prop_assert!(group.parse::<azure::ResourceGroup>().is_ok());
        let names = Names::of(&Place {
            subscription: "3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f".to_owned(),
            resource_group: group,
            profile: name,
            caller: Caller { object_id: String::new(), kind: CallerKind::User },
        });
        let outer = |text: &str| {
            let ends = [text.chars().next(), text.chars().last()];
            ends.iter().flatten().all(char::is_ascii_alphanumeric)
        };
        for (text, least, most, signs) in [
            (&names.cluster, 1, 63, "-"),
            (&names.mysql, 3, 63, "-"),
            (&names.registry, 5, 50, ""),
            (&names.control_plane, 3, 128, "-"),
            (&names.kubelet, 3, 128, "-"),
            (&names.network, 2, 64, "-"),
            (&names.stack, 1, 90, "-"),
            (&names.zone, 1, 253, "-."),
        ] {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || signs.contains(letter);
            prop_assert!((least..=most).contains(&text.len()), "{text}");
            prop_assert!(text.chars().all(plain) && outer(text), "{text}");
        }
        prop_assert!(names.zone.split('.').all(|label| (1..=63).contains(&label.len())));
        prop_assert!(limits::dns_prefix_fits(&names.cluster));
        prop_assert!(names.node_group.len() <= limits::NODE_GROUP_LABEL);
    }
}
