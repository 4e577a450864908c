//! Profiles that are wrong, or named otherwise than by their name.

use insta::assert_snapshot;

use crate::fixture::World;

#[test]
fn an_unknown_profile_is_named_with_what_was_perhaps_meant() {
    assert_snapshot!(World::new().run("up -p simulted"), @"
    --- stderr
    error: there is no profile `simulted` in `profiles`; did you mean `simulated`?
    --- exit 65
    ");
}

#[test]
fn a_wrong_setting_is_shown_where_it_is_wrong() {
    let world = World::new();
    assert_snapshot!(world.run("up -p simulated --set worker.replcas=3"), @"
    --- stderr
    error: --set worker.replcas=3: unknown key `replcas`; did you mean `replicas`?
      |
    1 | worker.replcas=3
      |        ^^^^^^^
    --- exit 65
    ");
    assert_snapshot!(world.run("up -p simulated --set worker.replicas=many"), @"
    --- stderr
    error: --set worker.replicas=many: expected a whole number from 0 to 65535, found `many`
      |
    1 | worker.replicas=many
      |                 ^^^^
    --- exit 65
    ");
    assert_snapshot!(world.run("up -p simulated --set worker"), @"
    --- stderr
    error: --set worker: expected `key=value`, such as `worker.replicas=3`
      |
    1 | worker
      | ^^^^^^
    --- exit 65
    ");
}

#[test]
fn a_wrong_profile_is_shown_where_it_is_wrong() {
    let world = World::new();
    let text = "apiVersion: harness/v1\nkind: Profile\nname: broken\nextends: base\n\
        backend: {simulated: {}}\nworker:\n  replicas: -1\n";
    world.write("profiles/broken.yaml", text);
    assert_snapshot!(world.run("up -p broken"), @"
    --- stderr
    error: profiles/broken.yaml:7:13: expected a whole number from 0 to 65535, found `-1`
      |
    7 |   replicas: -1
      |             ^^
    --- exit 65
    ");
    world.write("profiles/broken.yaml", "name: [");
    assert_snapshot!(world.run("up -p broken"), @"
    --- stderr
    error: profiles/broken.yaml:1:7: expected a text, found `[`
      |
    1 | name: [
      |       ^
    --- exit 65
    ");
}

#[test]
fn a_profile_by_file_is_named_again_in_what_to_do_next() {
    let world = World::new();
    let up = world.run_words(&[
        "up",
        "-f",
        "profiles/simulated.yaml",
        "--set",
        "name=a-copy",
    ]);
    let next: Vec<&str> = up
        .stdout
        .lines()
        .skip_while(|line| *line != "then:")
        .collect();
    assert_snapshot!(next.join("\n"), @"
    then:
      harness status --file profiles/simulated.yaml --set name=a-copy
      harness logs -f worker --file profiles/simulated.yaml --set name=a-copy
      harness open web --file profiles/simulated.yaml --set name=a-copy
      harness down --file profiles/simulated.yaml --set name=a-copy
    ");
}

#[test]
fn a_state_folder_of_another_version_is_left_alone() {
    let world = World::up();
    fs_err::write(
        world.state().join("state.json"),
        r#"{"layout": 999, "harness": "9.0.0"}"#,
    )
    .expect("the file can be written");
    assert_snapshot!(world.run("up -p simulated"), @"
    --- stderr
    error: [folder]/.harness/simulated has state layout 999, and this harness knows layout 1
      hint: run `harness down --profile simulated` of the version that wrote it, then remove [folder]/.harness/simulated
    --- exit 65
    ");
}
