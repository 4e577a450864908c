//! Names of groups, tags and administrators, and names that derive from the profile's name.

use super::{all_refused, resolved};
use crate::profile::tests::load;

#[test]
fn names_that_azure_reserves_or_that_are_too_long_are_rejected() {
    let long = format!("resource-group: {}", "g".repeat(75));
    insta::assert_snapshot!(all_refused(&[
        &long,
        "resource-group: a.",
        "tags: {harness-owner: me}",
        "tags: {Microsoft.x: me}",
        "tags: {Owner: me, owner: you}",
        "tags: {'a/b': me}",
        "tags: {'': me}",
        "mysql: {administrator: root}",
        "time-to-live: 1000000d",
        "budget: 0",
    ]), @r"
    profiles/dev.yaml:8:21: `ggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg` is not a resource group name (1 to 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the end, because AKS also creates a group `NAME-nodes`, and its nodes carry that name as a label of at most 63 characters; to delete a group with a longer name that an earlier version of the harness created, run `az group delete --name NAME`)
      |
    8 |     resource-group: ggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    profiles/dev.yaml:8:21: `a.` is not a resource group name (1 to 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the end, because AKS also creates a group `NAME-nodes`, and its nodes carry that name as a label of at most 63 characters; to delete a group with a longer name that an earlier version of the harness created, run `az group delete --name NAME`)
      |
    8 |     resource-group: a.
      |                     ^^

    profiles/dev.yaml:8:12: `harness-owner` is not a tag name (1 to 512 characters, none of `<>%&\?/`; not starting with `harness-`, which the harness reserves, or with `microsoft`, `azure` or `windows`, which Azure reserves)
      |
    8 |     tags: {harness-owner: me}
      |            ^^^^^^^^^^^^^

    profiles/dev.yaml:8:12: `Microsoft.x` is not a tag name (1 to 512 characters, none of `<>%&\?/`; not starting with `harness-`, which the harness reserves, or with `microsoft`, `azure` or `windows`, which Azure reserves)
      |
    8 |     tags: {Microsoft.x: me}
      |            ^^^^^^^^^^^

    profiles/dev.yaml:1:1: `backend.azure.tags` has both `Owner` and `owner`; Azure ignores case in tag names
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^

    profiles/dev.yaml:8:12: `a/b` is not a tag name (1 to 512 characters, none of `<>%&\?/`; not starting with `harness-`, which the harness reserves, or with `microsoft`, `azure` or `windows`, which Azure reserves)
      |
    8 |     tags: {'a/b': me}
      |            ^^^^^

    profiles/dev.yaml:8:12: `` is not a tag name (1 to 512 characters, none of `<>%&\?/`; not starting with `harness-`, which the harness reserves, or with `microsoft`, `azure` or `windows`, which Azure reserves)
      |
    8 |     tags: {'': me}
      |            ^^

    profiles/dev.yaml:8:28: `root` is not an administrator name (1 to 32 lowercase letters, digits and `_`, starting with a letter; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not starting with `pg_`)
      |
    8 |     mysql: {administrator: root}
      |                            ^^^^

    profiles/dev.yaml:8:19: `time-to-live` must be longer than 0s and at most 3650d
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
fn names_with_words_that_azure_reserves_are_rejected() {
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
    profiles/my-windows.yaml:3:7: resources in Azure are named after the profile, and Azure reserves the word `windows`; set another `name`
      |
    3 | name: my-windows
      |       ^^^^^^^^^^

    profiles/micro-soft.yaml:3:7: resources in Azure are named after the profile, and Azure reserves the word `microsoft`, which `micro-soft` contains without `-`, as in the name of the registry; set another `name`
      |
    3 | name: micro-soft
      |       ^^^^^^^^^^

    profiles/login-test.yaml:3:7: resources in Azure are named after the profile, and Azure reserves the word `login`; set another `name`
      |
    3 | name: login-test
      |       ^^^^^^^^^^

    profiles/dev.yaml:5:55: Azure reserves the word `office365`, so a resource group `Office365` cannot contain a cluster; set another `resource-group`
      |
    5 | backend: {azure: {region: westeurope, resource-group: Office365}}
      |                                                       ^^^^^^^^^

    profiles/dev.yaml:5:55: Azure reserves the word `microsoft`, so a resource group `our-Microsoft-lab` cannot contain a cluster; set another `resource-group`
      |
    5 | backend: {azure: {region: westeurope, resource-group: our-Microsoft-lab}}
      |                                                       ^^^^^^^^^^^^^^^^^
    ");
    for name in ["azure", "bing", "my-login", "office"] {
        assert_eq!(named(name, ""), None, "{name}");
    }
}

#[test]
fn reserved_names_of_pools_and_administrators_are_rejected() {
    insta::assert_snapshot!(all_refused(&[
        "kubernetes: {node-pools: {aksmanagedap: {count: 1}}}",
        "mysql: {administrator: azure_pg_admin}",
        "mysql: {administrator: pg_temporal}",
        "resource-group: a123456789b123456789c123456789d123456789e123456789f1234567",
    ]), @"
    profiles/dev.yaml:8:31: `aksmanagedap` is not a node pool name (1 to 12 lowercase letters and digits, starting with a letter; not `aksmanagedap`, which AKS reserves)
      |
    8 |     kubernetes: {node-pools: {aksmanagedap: {count: 1}}}
      |                               ^^^^^^^^^^^^

    profiles/dev.yaml:8:28: `azure_pg_admin` is not an administrator name (1 to 32 lowercase letters, digits and `_`, starting with a letter; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not starting with `pg_`)
      |
    8 |     mysql: {administrator: azure_pg_admin}
      |                            ^^^^^^^^^^^^^^

    profiles/dev.yaml:8:28: `pg_temporal` is not an administrator name (1 to 32 lowercase letters, digits and `_`, starting with a letter; not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and not starting with `pg_`)
      |
    8 |     mysql: {administrator: pg_temporal}
      |                            ^^^^^^^^^^^

    profiles/dev.yaml:8:21: `a123456789b123456789c123456789d123456789e123456789f1234567` is not a resource group name (1 to 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the end, because AKS also creates a group `NAME-nodes`, and its nodes carry that name as a label of at most 63 characters; to delete a group with a longer name that an earlier version of the harness created, run `az group delete --name NAME`)
      |
    8 |     resource-group: a123456789b123456789c123456789d123456789e123456789f1234567
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
    let longest = "a123456789b123456789c123456789d123456789e123456789f123456";
    let azure = resolved(&[&format!("backend.azure.resource-group={longest}")]);
    assert_eq!(format!("{}-nodes", azure.resource_group).len(), 63);
}
