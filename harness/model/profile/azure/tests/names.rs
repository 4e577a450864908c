//! Names: of groups, tags, administrators, and of what is named after a profile.

use super::{all_refused, resolved};
use crate::profile::tests::load;

#[test]
fn names_that_azure_keeps_or_finds_too_long_are_refused() {
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

    profiles/dev.yaml:1:1: `backend.azure.tags` names `Owner` and `owner`, which are the same name to Azure
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^

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
