//! Errors across several files.

use super::fixture::{describe, load, wrong};

#[test]
fn an_unknown_profile_in_extends_gets_a_suggestion() {
    insta::assert_snapshot!(wrong("extends: bse\n", &[]), @r"
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
    insta::assert_snapshot!(describe(load(&files, "one", &[])), @r"
    profiles/three.yaml:4:10: profiles extend each other in a cycle: two → three → two
      |
    4 | extends: two
      |          ^^^
    ");
    insta::assert_snapshot!(wrong("extends: dev\n", &[]), @r"
    profiles/dev.yaml:4:10: profiles extend each other in a cycle: dev → dev
      |
    4 | extends: dev
      |          ^^^
    ");
}

#[test]
fn an_error_in_an_extended_file_is_reported_there() {
    let parent = "apiVersion: harness/v1\nkind: Profile\nname: parent\nweb:\n  prot: 80\n";
    let child = "apiVersion: harness/v1\nkind: Profile\nname: child\nextends: parent\n";
    let files = [("parent.yaml", parent), ("child.yaml", child)];
    insta::assert_snapshot!(describe(load(&files, "child", &[])), @r"
    profiles/parent.yaml:5:3: unknown key `prot`; did you mean `port`?
      |
    5 |   prot: 80
      |   ^^^^
    ");
}

#[test]
fn the_error_of_a_missing_value_names_the_files_without_it() {
    insta::assert_snapshot!(wrong("extends: base\n", &[]), @"
    profiles/dev.yaml:1:1: key `backend` is missing here and in the extended profiles (profiles/base.yaml)
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
    insta::assert_snapshot!(describe(load(&[], "locla", &[])), @"there is no profile `locla` in `profiles`; did you mean `local`?");
    insta::assert_snapshot!(describe(load(&[], "../secret", &[])), @"there is no profile `../secret` in `profiles`; expected `base` or `local`");
}

#[test]
fn the_error_of_an_unreadable_file_names_it_and_the_cause() {
    let files = [("dev.yaml", "unreadable")];
    insta::assert_snapshot!(describe(load(&files, "dev", &[])), @r"
    could not read profile `profiles/dev.yaml`
    caused by: permission denied
    ");
}
