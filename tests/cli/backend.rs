//! `--backend`: where a topology runs, whatever its profile says.

use insta::assert_snapshot;
use support::world::{SHORT, World};

/// A profile that leaves its backend open.
const LOCAL: &str = "\
apiVersion: harness/v1
kind: Profile
name: local
extends: base
backend: {local: {}}
";

fn world() -> World {
    let world = World::new();
    world.write("profiles/local.yaml", LOCAL);
    world
}

#[test]
fn the_command_line_goes_before_the_profile_and_up_says_so() {
    let world = world();
    let run = world.run("up --backend simulated");
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr.lines().next().expect("a line"), @"· profile local (profiles/local.yaml): backend simulated (chosen by --backend), engine model, database model, topology [digest]");
}

#[test]
fn the_environment_names_a_backend_too_and_the_command_line_goes_before_it() {
    let world = world();
    let place = |variable: &str, words: &[&str]| {
        let mut command = world.command();
        let output = command
            .env("HARNESS_BACKEND", variable)
            .args(["up", "--dry-run", "--output", "json"])
            .args(words)
            .output()
            .expect("the binary starts");
        let document: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("one document");
        document["place"]["backend"].as_str().map(str::to_owned)
    };
    assert_eq!(place("simulated", &[]).as_deref(), Some("simulated"));
    let process = place("process", &["--backend", "simulated"]);
    assert_eq!(process.as_deref(), Some("simulated"));
}

#[test]
fn what_is_up_on_one_backend_is_not_taken_for_another() {
    let world = world();
    assert_eq!(world.run("up --backend simulated").code, 0);
    assert_snapshot!(world.run("up --backend process"), @"
    --- stderr
    error: [folder]/.harness/local has a topology of backend `simulated`, but the profile names backend `process`
      hint: Run `harness down --profile local --backend process` first, or use backend `simulated` again.
    --- exit 65
    ");
    assert_eq!(world.run("down --backend simulated").code, 0);
}

#[test]
fn a_backend_that_there_is_not_is_refused_with_those_that_there_are() {
    assert_snapshot!(world().run("up --backend docker"), @"
    --- stderr
    error: invalid value 'docker' for '--backend <NAME>'
      [possible values: k3d, process, simulated]

    For more information, try '--help'.
    --- exit 64
    ");
}

#[test]
fn the_verdict_names_where_it_holds_in_the_summary_and_in_the_report() {
    let world = world();
    world.write("short.yaml", SHORT);
    let run = world.run("test short.yaml --backend simulated");
    let line = "  on backend simulated, engine model, database model, topology ";
    assert!(run.stdout.contains(line), "{run}");
    let run = world.run("test short.yaml --backend simulated --output json");
    let path = run.json()["verdicts"][0]["report"].clone();
    let path = world.path().join(
        path.as_str()
            .expect("a path")
            .trim_start_matches("[folder]/"),
    );
    let report = fs_err::read(path).expect("the report is there");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    let place = serde_json::json!(
        {"backend": "simulated", "engine": "model", "database": "model"}
    );
    assert_eq!(report["place"], place);
    let digest = report["topology"].as_str().expect("a digest");
    assert_eq!(digest.len(), 64);
}
