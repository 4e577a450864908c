//! `parity`, over profiles and what runs of them.

use insta::assert_snapshot;
use support::world::World;

/// A profile that is the model with one thing changed.
const CHANGED: &str = "\
apiVersion: harness/v1
kind: Profile
name: changed
extends: simulated
temporal: {history-shards: 8}
worker: {replicas: 3}
";

#[test]
fn two_profiles_that_ask_for_the_same_are_the_same() {
    let world = World::new();
    let run = world.run("parity simulated simulated");
    assert_eq!(run.code, 0);
    let shown = run.stdout.lines().filter(|line| !line.contains("topology"));
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @"
    ASPECT                      simulated     simulated     VERDICT
    place.backend               simulated     simulated     same
    place.engine                model         model         same
    place.database              model         model         same
    profile.server-version      1.32.0        1.32.0        same
    profile.history-shards      4             4             same
    profile.replicas.frontend   1             1             same
    profile.replicas.history    1             1             same
    profile.replicas.matching   1             1             same
    profile.replicas.worker     1             1             same
    profile.namespaces.default  3d            3d            same
    profile.mysql.version       8.4           8.4           same
    profile.mysql.tls           required      required      same
    profile.mysql.connections   130 of 500    130 of 500    same
    profile.worker.task-queue   hello-world   hello-world   same
    profile.worker.replicas     2             2             same
    profile.worker.run          built-in      built-in      same
    running                     ?             ?             unknown

    ? simulated: not up
    17 same, 0 expected, 1 unknown, 0 differs
    ");
}

#[test]
fn a_difference_is_named_and_ends_with_1() {
    let world = World::up();
    world.write("profiles/changed.yaml", CHANGED);
    let run = world.run("parity simulated profiles/changed.yaml");
    assert_eq!(run.code, 1);
    let lines = run.stdout.lines().filter(|line| !line.contains("topology"));
    let differs: Vec<&str> = lines.filter(|line| line.ends_with("differs")).collect();
    assert_snapshot!(differs.join("\n"), @"
    profile.history-shards                        4             8             differs
    profile.worker.replicas                       2             3             differs
    14 same, 0 expected, 15 unknown, 3 differs
    ");
    assert!(run.stdout.contains("? changed: not up"), "{run}");
}

#[test]
fn the_place_explains_what_the_development_server_lacks() {
    let world = World::new();
    let local = "apiVersion: harness/v1\nkind: Profile\nname: dev\nextends: base\n\
                 backend: {process: {engine: {dev-server: {}}}}\n";
    world.write("profiles/dev.yaml", local);
    let json = world.run("parity dev simulated --output json").json();
    let rows = json["rows"].as_array().expect("rows");
    let expected = |aspect: &str| {
        let row = rows.iter().find(|row| row["aspect"] == aspect);
        row.unwrap_or_else(|| panic!("{aspect} in {rows:#?}"))["verdict"] == "expected"
    };
    for aspect in [
        "place.database",
        "profile.history-shards",
        "profile.mysql.tls",
    ] {
        assert!(expected(aspect), "{aspect}");
    }
    assert_eq!(json["left"]["rendered"]["history-shards"], 4);
    let retention = &json["left"]["rendered"]["retention-ms"];
    assert_eq!(retention["default"], 3 * 86_400_000, "{json:#}");
    assert_eq!(json["left"]["running"]["unknown"], "not up");
}

#[test]
fn a_profile_that_is_not_there_is_an_error_and_no_difference() {
    assert_snapshot!(World::new().run("parity simulated nowhere"), @"
    --- stderr
    error: there is no profile `nowhere`, neither in `profiles` nor built in; expected `azure`, `azure-seed`, `base`, `existing`, `k3d`, `local`, `server` or `simulated`
    --- exit 65
    ");
}
