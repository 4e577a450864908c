//! Errors across several files.

use super::fixture::{describe, load, read, worker, wrong};

#[test]
fn an_unknown_profile_in_extends_gets_a_suggestion() {
    insta::assert_snapshot!(wrong("extends: bse\n", &[]), @"
    profiles/dev.yaml:4:10: there is no profile `bse` here; did you mean `base`?
      |
    4 | extends: bse
      |          ^^^
    ");
}

#[test]
fn profiles_that_extend_each_other_are_rejected() {
    let head = "apiVersion: harness/v1\nkind: Profile\n";
    let one = format!("{head}name: one\nextends: two\n");
    let two = format!("{head}name: two\nextends: three\n");
    let three = format!("{head}name: three\nextends: two\n");
    let files = [
        ("one.yaml", &*one),
        ("two.yaml", &*two),
        ("three.yaml", &*three),
    ];
    insta::assert_snapshot!(describe(load(&files, "one", &[])), @"
    profiles/three.yaml:4:10: profiles extend each other in a cycle: two → three → two
      |
    4 | extends: two
      |          ^^^
    ");
    insta::assert_snapshot!(wrong("extends: dev\n", &[]), @"
    profiles/dev.yaml:4:10: profiles extend each other in a cycle: dev → dev
      |
    4 | extends: dev
      |          ^^^
    ");
}

#[test]
fn a_name_means_the_file_in_the_folder_else_the_built_in_profile() {
    let replicas = |files: &[(&str, &str)], name: &str| {
        let profile = load(files, name, &[]).expect("a valid profile");
        worker(&profile).replicas
    };
    let head = "apiVersion: harness/v1\nkind: Profile\n";
    assert_eq!(replicas(&[], "k3d"), 2);
    // A file extends a built-in profile, also the one of its own name.
    let own = format!("{head}name: base\nextends: base\nworker: {{replicas: 5}}\n");
    let files = [("base.yaml", &*own)];
    // And a built-in profile extends the file.
    assert_eq!(replicas(&files, "k3d"), 5);
    assert_eq!(replicas(&files, "local"), 5);
}

#[test]
fn the_origins_of_a_profile_are_files_and_built_in_documents() {
    let text = "apiVersion: harness/v1\nkind: Profile\nname: base\nextends: base\n";
    let read = read(&[("base.yaml", text)], "k3d", &[]).expect("valid documents");
    let origins: Vec<String> = read.origins().map(ToString::to_string).collect();
    assert_eq!(
        origins,
        [
            "built-in k3d.yaml",
            "profiles/base.yaml",
            "built-in base.yaml"
        ]
    );
}

#[test]
fn an_error_in_a_built_in_profile_names_it() {
    let base = "apiVersion: harness/v1\nkind: Profile\nname: base\n";
    let error = describe(load(&[("base.yaml", base)], "k3d", &[]));
    insta::assert_snapshot!(error, @"
    built-in k3d.yaml:5:1: key `temporal.version` is missing here and in the extended profiles (profiles/base.yaml)
      |
    5 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
}

#[test]
fn an_error_in_an_extended_file_is_reported_there() {
    let parent = "apiVersion: harness/v1\nkind: Profile\nname: parent\nweb:\n  prot: 80\n";
    let child = "apiVersion: harness/v1\nkind: Profile\nname: child\nextends: parent\n";
    let files = [("parent.yaml", parent), ("child.yaml", child)];
    insta::assert_snapshot!(describe(load(&files, "child", &[])), @"
    profiles/parent.yaml:5:3: unknown key `prot`; did you mean `port`?
      |
    5 |   prot: 80
      |   ^^^^
    ");
}

#[test]
fn the_error_of_a_missing_value_names_the_files_without_it() {
    insta::assert_snapshot!(wrong("extends: base\n", &[]), @"
    profiles/dev.yaml:1:1: key `backend` is missing here and in the extended profiles (built-in base.yaml)
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
    insta::assert_snapshot!(wrong("backend: {simulated: {}}\n", &[]), @"
    profiles/dev.yaml:1:1: key `temporal.version` is missing
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
}

#[test]
fn an_unknown_profile_gets_a_suggestion() {
    insta::assert_snapshot!(describe(load(&[], "locla", &[])), @"there is no profile `locla`, neither in `profiles` nor built in; did you mean `local`?");
    insta::assert_snapshot!(describe(load(&[], "../secret", &[])), @"there is no profile `../secret`, neither in `profiles` nor built in; expected `azure`, `azure-seed`, `base`, `existing`, `k3d`, `local` or `server`");
}

#[test]
fn the_error_of_an_unreadable_file_names_it_and_the_cause() {
    let files = [("dev.yaml", "unreadable")];
    insta::assert_snapshot!(describe(load(&files, "dev", &[])), @"
    could not read profile `profiles/dev.yaml`
    caused by: permission denied
    ");
}
