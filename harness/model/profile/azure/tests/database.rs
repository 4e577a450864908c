//! The database: connections, storage, standby replica.

use super::{all_refused, refused, resolved};
use crate::profile::tests::wrong;

#[test]
fn a_standby_replica_needs_a_sku_that_is_not_burstable() {
    insta::assert_snapshot!(refused("    mysql: {high-availability: same-zone}\n"), @r"
    profiles/dev.yaml:8:32: `Standard_B2s` is burstable, and Azure supports no standby replica for it; set a `sku` such as `Standard_D2ds_v4`
      |
    8 |     mysql: {high-availability: same-zone}
      |                                ^^^^^^^^^
    ");
    let sets = ["backend.azure.mysql={sku: Standard_D2ds_v4, high-availability: same-zone}"];
    assert_eq!(resolved(&sets).mysql.servers(), 2);
}

#[test]
fn a_database_that_azure_does_not_support_is_rejected() {
    let databases = [
        "version: \"8.0\"",
        "version: 8.4.6",
        "version: \"9.1\"",
        "tls: off",
    ];
    let refused = databases.map(|it| refused(&format!("database: {{mysql: {{{it}}}}}\n")));
    insta::assert_snapshot!(refused.join("\n\n"), @r#"
    profiles/dev.yaml:8:29: Azure's standard support for MySQL 8.0 ends on 2026-12-31, and Azure then charges extra for every vCore; set `"8.4"`
      |
    8 | database: {mysql: {version: "8.0"}}
      |                             ^^^^^

    profiles/dev.yaml:8:29: Azure chooses the patch release of MySQL; set `"8.4"`
      |
    8 | database: {mysql: {version: 8.4.6}}
      |                             ^^^^^

    profiles/dev.yaml:8:29: this is not a known MySQL version with standard support in Azure; set `"8.4"`
      |
    8 | database: {mysql: {version: "9.1"}}
      |                             ^^^^^

    profiles/dev.yaml:8:25: connections to a database in Azure must be encrypted; set `required`
      |
    8 | database: {mysql: {tls: off}}
      |                         ^^^
    "#);
}

#[test]
fn max_connections_must_be_within_the_limits_of_the_sku() {
    insta::assert_snapshot!(all_refused(&[
        "mysql: {sku: Standard_B1ms}",
        "mysql: {sku: Standard_B1s}\ndatabase: {mysql: {max-connections: 341}}",
        "mysql: {sku: Standard_B1ms}\ndatabase: {mysql: {max-connections: 100001}}",
        "mysql: {sku: Standard_E96ds_v5}\ndatabase: {mysql: {max-connections: 9}}",
    ]), @"
    profiles/dev.yaml:8:18: `max-connections` is 500, but a server of `Standard_B1ms` allows at most 341; set `database.mysql.max-connections: 341` too, or set a `sku` such as `Standard_B2s`
      |
    8 |     mysql: {sku: Standard_B1ms}
      |                  ^^^^^^^^^^^^^

    profiles/dev.yaml:9:37: `max-connections` is 341, but a server of `Standard_B1s` allows at most 171; set `database.mysql.max-connections: 171` too, or set a `sku` such as `Standard_B1ms`
      |
    9 | database: {mysql: {max-connections: 341}}
      |                                     ^^^

    profiles/dev.yaml:9:37: expected a whole number from 1 to 100000, found `100001`
      |
    9 | database: {mysql: {max-connections: 100001}}
      |                                     ^^^^^^

    profiles/dev.yaml:9:37: `max-connections` is 9, but a server in Azure requires at least 10
      |
    9 | database: {mysql: {max-connections: 9}}
      |                                     ^
    ");
    for (sku, connections) in [
        ("Standard_B1ms", 341),
        ("Standard_B1ms", 171),
        ("Standard_B2s", 683),
        ("Standard_D2ds_v4", 1365),
        // The limits of this SKU are unknown.
        ("Standard_D2s_v9", 100_000),
    ] {
        resolved(&[
            &format!("backend.azure.mysql.sku={sku}"),
            &format!("database.mysql.max-connections={connections}"),
        ]);
    }
}

#[test]
fn storage_has_the_limit_of_the_tier_and_a_standby_replica_requires_auto_grow() {
    insta::assert_snapshot!(all_refused(&[
        "mysql: {storage: 16385}",
        "mysql: {sku: Standard_D2ds_v4, high-availability: same-zone, auto-grow: false}",
    ]), @"
    profiles/dev.yaml:8:22: a server of `Standard_B2s` has at most 16384 GiB of storage; reduce `storage`, or set a `sku` such as `Standard_E2ds_v4`
      |
    8 |     mysql: {storage: 16385}
      |                      ^^^^^

    profiles/dev.yaml:8:55: a standby replica requires storage auto-grow; remove `auto-grow: false`
      |
    8 |     mysql: {sku: Standard_D2ds_v4, high-availability: same-zone, auto-grow: false}
      |                                                       ^^^^^^^^^
    ");
    let large = ["backend.azure.mysql={sku: Standard_E2ds_v4, storage: 32768}"];
    assert_eq!(resolved(&large).mysql.storage_gib, 32_768);
}

#[test]
fn the_layer_that_set_connections_or_sku_last_is_reported() {
    let text =
        "extends: base\nbackend: {azure: {region: westeurope, mysql: {sku: Standard_B1ms}}}\n";
    let set = ["database.mysql.max-connections=400"];
    insta::assert_snapshot!(wrong(text, &set), @"
    --set database.mysql.max-connections=400: `max-connections` is 400, but a server of `Standard_B1ms` allows at most 341; set `database.mysql.max-connections: 341` too, or set a `sku` such as `Standard_B2s`
      |
    1 | database.mysql.max-connections=400
      |                                ^^^
    ");
    let set = ["backend.azure.mysql.sku=Standard_B1s"];
    insta::assert_snapshot!(wrong(text, &set), @"
    --set backend.azure.mysql.sku=Standard_B1s: `max-connections` is 500, but a server of `Standard_B1s` allows at most 171; set `database.mysql.max-connections: 171` too, or set a `sku` such as `Standard_B2s`
      |
    1 | backend.azure.mysql.sku=Standard_B1s
      |                         ^^^^^^^^^^^^
    ");
}

#[test]
fn the_connection_pools_of_a_topology_must_fit_its_database() {
    let text = "extends: base\nbackend: {azure: {region: westeurope, mysql: {sku: Standard_B1ms}}}\ndatabase: {mysql: {max-connections: 341}}\n";
    let twelve = ["temporal.roles.history.replicas=9"];
    insta::assert_snapshot!(wrong(text, &twelve), @"
    profiles/dev.yaml:5:52: the Temporal processes of this topology may open 370 connections, but a server of `Standard_B1ms` allows at most 341; set a `sku` such as `Standard_B2s`, or reduce the replicas in `temporal.roles`
      |
    5 | backend: {azure: {region: westeurope, mysql: {sku: Standard_B1ms}}}
      |                                                    ^^^^^^^^^^^^^
    ");
    let few = ["database.mysql.max-connections=100"];
    insta::assert_snapshot!(wrong(text, &few), @"
    --set database.mysql.max-connections=100: the Temporal processes of this topology may open 130 connections, but `max-connections` is 100; set 130 or more, or reduce the replicas in `temporal.roles`
      |
    1 | database.mysql.max-connections=100
      |                                ^^^
    ");
}
