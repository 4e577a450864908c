//! The database: its connections, its storage, its standby.

use super::{all_refused, refused, resolved};
use crate::profile::tests::wrong;

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
