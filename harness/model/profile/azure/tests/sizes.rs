//! Errors of single keys.

use super::{all_refused, refused, resolved};

#[test]
fn values_that_azure_does_not_support_are_rejected() {
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
    profiles/dev.yaml:8:31: `System` is not a node pool name (1 to 12 lowercase letters and digits, starting with a letter; not `aksmanagedap`, which AKS reserves)
      |
    8 |     kubernetes: {node-pools: {System: {}}}
      |                               ^^^^^^

    profiles/dev.yaml:1:1: `backend.azure.kubernetes.node-pools` is empty; a cluster needs a node pool
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

    profiles/dev.yaml:8:27: `1.35.2` is not a Kubernetes version as major and minor (such as `"1.35"`; Azure chooses the patch release)
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

    profiles/dev.yaml:8:28: `root` is not an administrator name (1 to 32 lowercase letters, digits and `_`, starting with a letter; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not starting with `pg_`)
      |
    8 |     mysql: {administrator: root}
      |                            ^^^^

    profiles/dev.yaml:8:12: `harness-owner` is not a tag name (1 to 512 characters, none of `<>%&\?/`; not starting with `harness-`, which the harness reserves, or with `microsoft`, `azure` or `windows`, which Azure reserves)
      |
    8 |     tags: {harness-owner: me}
      |            ^^^^^^^^^^^^^

    profiles/dev.yaml:8:19: `time-to-live` must be longer than 0s and at most 3650d
      |
    8 |     time-to-live: 0s
      |                   ^^
    "#);
}

#[test]
fn the_system_pool_must_have_room_for_the_pods_of_the_cluster() {
    let place = "    kubernetes: {node-pools: {system: {count: 2, max-pods: 10}, batch: {count: 1, max-pods: 10}}}\n";
    insta::assert_snapshot!(refused(place), @"
    profiles/dev.yaml:8:60: pool `system` runs the cluster's own pods and has room for 20 pods, but AKS requires 30; set `max-pods: 15` or more, or add nodes
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
