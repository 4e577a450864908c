//! Defaults.

use super::resolved;
use crate::profile::azure;
use crate::profile::tests::{load, wrong};

#[test]
fn the_defaults_are_small() {
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
fn the_pool_system_comes_first_and_missing_keys_of_a_pool_have_defaults() {
    let pools = "backend.azure.kubernetes.node-pools={system: {count: 1}, batch: {max-pods: 30}}";
    let azure = resolved(&[pools]);
    let pools = azure.kubernetes.pools.iter();
    let pools: Vec<_> = pools.map(|it| (&*it.name, it.count, it.max_pods)).collect();
    assert_eq!(pools, [("system", 1, 110), ("batch", 2, 30)]);
}

#[test]
fn the_sku_determines_the_tier_and_the_vcores_of_a_server() {
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
fn a_region_is_required() {
    insta::assert_snapshot!(wrong("extends: base\nbackend: {azure: {}}\n", &[]), @"
    profiles/dev.yaml:1:1: key `backend.azure.region` is missing here and in the extended profiles (built-in base.yaml)
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
    let named = "extends: base\nbackend: {azure: {region: West Europe}}\n";
    insta::assert_snapshot!(wrong(named, &[]), @"
    profiles/dev.yaml:5:27: `West Europe` is not the programmatic name of a region (lowercase letters and digits, such as `westeurope`)
      |
    5 | backend: {azure: {region: West Europe}}
      |                           ^^^^^^^^^^^
    ");
}

#[test]
fn each_profile_of_the_project_is_valid() {
    for (name, text) in [
        ("azure", include_str!("../../../../../profiles/azure.yaml")),
        (
            "azure-seed",
            include_str!("../../../../../profiles/azure-seed.yaml"),
        ),
    ] {
        let loaded = load(&[(&format!("{name}.yaml"), text)], name, &[]);
        assert!(loaded.is_ok(), "{name}: {loaded:?}");
    }
}
