//! What is refused of files together.

use super::fixture::{describe, load, wrong};

#[test]
fn an_unknown_profile_to_extend_is_met_with_the_one_that_was_meant() {
    insta::assert_snapshot!(wrong("extends: bse\n", &[]), @r"
    profiles/dev.yaml:4:10: there is no profile `bse` here; did you mean `base`?
      |
    4 | extends: bse
      |          ^^^
    ");
}

#[test]
fn profiles_that_extend_each_other_are_refused() {
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
    profiles/three.yaml:4:10: profiles extend each other in a circle: two → three → two
      |
    4 | extends: two
      |          ^^^
    ");
    insta::assert_snapshot!(wrong("extends: dev\n", &[]), @r"
    profiles/dev.yaml:4:10: profiles extend each other in a circle: dev → dev
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
fn a_missing_value_is_named_with_the_files_that_could_have_given_it() {
    insta::assert_snapshot!(wrong("extends: base\n", &[]), @"
    profiles/dev.yaml:1:1: key `backend` is missing, and not in what it extends (profiles/base.yaml) either
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
fn an_unknown_profile_is_met_with_the_one_that_was_meant() {
    insta::assert_snapshot!(describe(load(&[], "locla", &[])), @"there is no profile `locla` in `profiles`; did you mean `local`?");
    insta::assert_snapshot!(describe(load(&[], "../secret", &[])), @"there is no profile `../secret` in `profiles`; expected `base` or `local`");
}

#[test]
fn an_unreadable_file_is_named_with_its_cause() {
    let files = [("dev.yaml", "unreadable")];
    insta::assert_snapshot!(describe(load(&files, "dev", &[])), @r"
    failed to read profile `profiles/dev.yaml`
    caused by: permission denied
    ");
}
