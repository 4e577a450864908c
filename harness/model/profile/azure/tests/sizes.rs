//! Numbers and words of one key each.

use super::{all_refused, refused, resolved};

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
