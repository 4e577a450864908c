//! `kill -9` in every phase of a run: its folder reads, and says when the run was cut off.

use std::process::{Child, Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use support::eventually;
use support::world::{SHORT, World};

use crate::test::world;

/// Workflows of a type, and a fault that lasts as long as the chaos; one phase goes on for longer
/// than any test waits.
fn scenario(workflow: &str, long: &str) -> String {
    let lengths = ["warmup", "baseline", "chaos", "recovery", "drain"].map(|phase| {
        let length = if phase == long { "10m" } else { "1s" };
        format!("{phase}: {length}")
    });
    let lasts = if long == "chaos" { "9m" } else { "700ms" };
    format!(
        r#"apiVersion: harness/v1
kind: Scenario
name: killed
description: Somebody kills the harness
workload:
  - name: hello
    executor:
      constant-arrival-rate: {{rate: 40/s, arrivals: uniform, max-in-flight: 100000}}
    workflow: {{type: {workflow}, input: ["1h"]}}
phases: {{{lengths}}}
faults:
  - {{id: crash, fault: kill, target: worker, phase: chaos, at: 200ms, for: {lasts}}}
"#,
        lengths = lengths.join(", ")
    )
}

/// A run that ends with the test at the latest.
struct Running {
    child: Child,
    world: World,
    folder: Utf8PathBuf,
}

impl Running {
    fn start(workflow: &str, long: &str) -> Self {
        let world = World::new();
        world.write("killed.yaml", &scenario(workflow, long));
        let mut command: Command = world.command();
        command.args(["test", "-p", "simulated", "killed.yaml", "--seed", "1"]);
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = quiet.spawn().expect("the binary starts");
        let reports = world.state().join("reports");
        let folder = eventually("the folder of the run", || {
            let run = reports.read_dir_utf8().ok()?.next()?.ok()?.into_path();
            run.join("executions.ndjson").exists().then_some(run)
        });
        Self {
            child,
            world,
            folder,
        }
    }

    /// Kills it once its folder has two counts after an event, and gives the offset of the second.
    fn kill_after(&mut self, event: fn(&Value) -> bool) -> f64 {
        let path = self.folder.join("events.ndjson");
        let offset = eventually("what it is killed after", || {
            let events = events(&path);
            let after = events.iter().skip_while(|it| !event(it));
            let mut counts = after.filter(|it| it["kind"] == "load");
            counts.nth(1)?["offset-ms"].as_f64()
        });
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is a child");
        offset
    }

    /// What its folder says, as JSON and as text.
    fn report(&self) -> (Value, String) {
        let json = self
            .world
            .run(&format!("report {} --output json", self.folder));
        assert_eq!(json.code, 2, "{json}");
        let text = self.world.run(&format!("report {}", self.folder));
        assert_eq!(text.code, 2, "{text}");
        (json.json(), text.stdout)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn whole_lines(path: &Utf8Path) -> Vec<String> {
    let text = fs_err::read_to_string(path).expect("it is there");
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}

fn events(path: &Utf8Path) -> Vec<Value> {
    let lines = whole_lines(path);
    let events = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    events.collect()
}

/// Kills a run after an event, and holds what its folder says against what is in it.
fn killed(workflow: &str, long: &str, event: fn(&Value) -> bool) -> (Value, String) {
    let mut running = Running::start(workflow, long);
    let (json, text) = running.report();
    assert_eq!(json["under-way"], true);
    assert!(text.starts_with("killed: under way\n"), "{text}");
    let offset = running.kill_after(event);
    let (json, text) = running.report();
    let length = json["length-ms"].as_f64().expect("a number");
    assert!(length >= offset, "{length} of at least {offset}");
    let recorded = whole_lines(&running.folder.join("iterations.ndjson")).len();
    assert_eq!(json["iterations"], recorded, "{json:#}");
    assert_eq!(json["under-way"], false);
    assert_eq!(json["kind"], "Fragment");
    assert!(
        text.starts_with("killed: cut off\n  the run was cut off "),
        "{text}"
    );
    (json, text)
}

fn begins(event: &Value, phase: &str) -> bool {
    event["kind"] == "phase-started" && event["phase"] == phase
}

#[test]
fn in_the_warmup() {
    let (json, text) = killed("Workflow", "warmup", |it| begins(it, "warmup"));
    assert_eq!(json["phase"], "warmup");
    assert!(
        text.contains("after its start, in phase warmup\n"),
        "{text}"
    );
}

#[test]
fn in_the_baseline() {
    let (json, text) = killed("Workflow", "baseline", |it| begins(it, "baseline"));
    assert_eq!(json["phase"], "baseline");
    assert!(
        text.contains("after its start, in phase baseline\n"),
        "{text}"
    );
}

#[test]
fn in_the_chaos() {
    let (json, text) = killed("Workflow", "chaos", |it| it["kind"] == "fault-injected");
    assert_eq!(json["phase"], "chaos");
    assert!(
        text.contains("fault `crash` was not healed by then"),
        "{text}"
    );
    assert_eq!(json["faults"][0]["id"], "crash");
}

#[test]
fn in_the_recovery() {
    let (json, _) = killed("Workflow", "recovery", |it| begins(it, "recovery"));
    assert_eq!(json["phase"], "recovery");
}

#[test]
fn in_the_drain() {
    let (json, text) = killed("Sleep", "drain", |it| begins(it, "drain"));
    assert_eq!(json["phase"], "drain");
    assert!(text.contains("after its start, in phase drain\n"), "{text}");
}

#[test]
fn while_histories_are_read_back() {
    let (json, text) = killed("Unreadable", "", |it| it["kind"] == "checking");
    assert_eq!(json["reading-back"], true);
    assert!(text.contains("while histories were read back"), "{text}");
}

#[test]
fn a_run_that_is_over_is_judged_by_its_folder_as_it_was_when_it_ended() {
    let world = world();
    let run = world.run("test -p simulated scenarios/crash.yaml --seed 3 --output json");
    let path = run.json()["verdicts"][0]["report"]
        .as_str()
        .expect("a path")
        .to_owned();
    let written = fs_err::read_to_string(world.path().join(&path)).expect("a report");
    let written: Value = serde_json::from_str(&written).expect("JSON");
    let folder = path
        .strip_suffix("/report.json")
        .expect("it is in a folder");
    let anew = world.run(&format!("report {folder} --output json"));
    assert_eq!(anew.code, run.code, "{anew}");
    assert_eq!(anew.json(), written);
    for named in [folder.to_owned(), path.clone(), format!("{folder}/")] {
        let text = world.run(&format!("report {named}"));
        assert_eq!(text.code, run.code, "{text}");
        assert!(text.stdout.starts_with("crash: "), "{text}");
    }
}

#[test]
fn a_run_of_an_earlier_version_is_told_as_its_report_has_it() {
    let world = World::new();
    world.write("old/plan.json", "{}");
    let cut_off = world.run("report old");
    assert_eq!(cut_off.code, 65, "{cut_off}");
    let said = "old has no report.json: the run was cut off at an unknown time";
    assert!(cut_off.stderr.contains(said), "{cut_off}");
    let report = r#"{"scenario": "smoke", "verdict": "fail", "reason": "one is lost"}"#;
    world.write("old/report.json", report);
    let told = world.run("report old");
    assert_eq!(told.code, 1, "{told}");
    assert!(
        told.stdout.starts_with("smoke: fail\n  one is lost\n"),
        "{told}"
    );
    let json = world.run("report old/report.json --output json");
    assert_eq!(json.json()["reason"], "one is lost");
}

#[test]
fn what_is_no_folder_of_a_run_is_refused_with_what_is_wrong_with_it() {
    let world = World::new();
    world.write("short.yaml", SHORT);
    world.write("later/run.json", "{\"version\": 1000}");
    world.write(
        "torn/run.json",
        &format!("{{\"version\": {}}}", archive::VERSION),
    );
    world.write("torn/plan.json", "{");
    for (path, code, said) in [
        (
            "nowhere",
            64,
            "error: `nowhere` does not exist\n  hint: Name the folder of a run",
        ),
        (
            "short.yaml",
            64,
            "error: `short.yaml` is not the folder of a run\n  hint: Name the folder",
        ),
        (
            ".",
            65,
            "error: . is not the folder of a run: it has no plan.json\n  hint: Name the",
        ),
        (
            "later",
            65,
            "hint: Use the later version of the harness that wrote it.",
        ),
        ("torn", 65, "error: could not read torn/plan.json\n"),
    ] {
        let run = world.run(&format!("report {path}"));
        assert_eq!(run.code, code, "{run}");
        assert!(run.stderr.contains(said), "{run}");
    }
}
