//! How `test` ends: what came of every scenario is shown, whatever kept others from a verdict.

use std::os::unix::fs::symlink;
use std::process::{Child, Command, Stdio};

use camino::Utf8PathBuf;
use fs_err::File;
use insta::assert_snapshot;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use support::world::{Run, SHORT, World, named, pairs, verdicts};
use support::{eventually, heeding_hangup};

use crate::test::world;

/// As `short`, for much longer than any test waits for an event.
fn endless() -> String {
    named("endless").replace("baseline: 300ms", "baseline: 10m")
}

/// A folder in which a scenario with faults cannot start: whoever would heal it has no log.
fn without_reaper() -> World {
    let world = world();
    world.write("scenarios/third.yaml", &named("third"));
    let log = world.state().join("logs/reaper.log");
    fs_err::create_dir_all(log).expect("writable");
    world
}

const THREE: &str =
    "test -p simulated scenarios/short.yaml scenarios/crash.yaml scenarios/third.yaml --seed 1";

#[test]
fn a_scenario_that_cannot_start_takes_no_verdict_from_the_others() {
    let world = without_reaper();
    let run = world.run(THREE);
    assert_eq!(run.code, 69, "{run}");
    let table: Vec<&str> = run
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("SCENARIO"))
        .collect();
    assert_snapshot!(table.join("\n"), @"
    SCENARIO  VERDICT  REPORT
    short     pass     .harness/simulated/reports/short-[run]/report.json
    crash     error
    third     pass     .harness/simulated/reports/third-[run]/report.json

    crash: failed to open file `[folder]/.harness/simulated/logs/reaper.log`: Is a directory (os error 21)
    ");
    assert!(run.stderr.contains("\nerror: failed to open file"), "{run}");
    assert!(
        run.stderr
            .contains("hint: Fix the cause: without a reaper no fault is injected"),
        "{run}"
    );
    assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
}

#[test]
fn as_json_each_scenario_has_its_row_and_the_gravest_error_is_beside_them() {
    let run = without_reaper().run(&format!("{THREE} --output json"));
    let rows = [("short", "pass"), ("crash", "error"), ("third", "pass")];
    assert_eq!(verdicts(&run), pairs(&rows));
    let json = run.json();
    assert_eq!(json["verdicts"][1]["error"]["exit-code"], 69);
    assert_eq!(json["verdicts"][1]["report"], Value::Null);
    assert_eq!(json["exit-code"], 69);
    assert_eq!(json["error"], json["verdicts"][1]["error"]["error"]);
    assert!(
        json["hints"].is_array() && json["causes"].is_array(),
        "{json:#}"
    );
}

#[test]
fn where_the_topology_does_not_come_up_the_rest_is_told_as_not_run() {
    let world = world();
    let state = world.state();
    fs_err::create_dir_all(&state).expect("writable");
    fs_err::write(state.join("faults.ndjson"), "{\"a\": 1}\n").expect("writable");
    let run = world.run("test -p simulated scenarios --output json");
    assert_eq!(run.code, 65, "{run}");
    assert_eq!(
        verdicts(&run),
        pairs(&[("crash", "error"), ("short", "not-run")])
    );
    // Wherever it is read, a hint can be copied.
    let json = run.json();
    assert_eq!(json["verdicts"][0]["error"]["hints"], json["hints"]);
    let hint = &json["hints"][0];
    let text = hint["text"].as_str().expect("a hint");
    assert!(text.contains("--profile simulated"), "{run}");
    // A program runs it as it is.
    let commands = [
        ["harness", "down", "--profile", "simulated"],
        ["harness", "destroy", "--profile", "simulated"],
    ];
    assert_eq!(hint["commands"], serde_json::json!(commands), "{run}");
    let why = &json["verdicts"][1]["reason"];
    assert_eq!(
        why,
        "not run: the topology could not be brought up for `crash`"
    );
}

#[test]
fn a_run_that_cannot_be_kept_is_not_begun_and_says_which_file_is_missing() {
    let world = world();
    let state = world.state();
    fs_err::create_dir_all(&state).expect("writable");
    symlink("/proc", state.join("reports")).expect("writable");
    let run = world.run("test -p simulated scenarios/short.yaml --output json");
    assert_eq!(run.code, 69, "{run}");
    let error = &run.json()["error"];
    let error = error.as_str().expect("text");
    assert!(
        error.starts_with("could not write plan.json of "),
        "{error}"
    );
}

#[test]
fn a_run_is_ended_when_its_folder_has_grown_to_its_limit() {
    let world = world();
    world.write("endless.yaml", &endless());
    let line = "test -p simulated endless.yaml scenarios/short.yaml --evidence-limit 200KiB";
    let run = world.run(&format!("{line} --output json"));
    let rows = [("endless", "error"), ("short", "pass")];
    assert_eq!(verdicts(&run), pairs(&rows), "{run}");
    assert_eq!(run.code, 69, "{run}");
    let error = &run.json()["verdicts"][0]["error"];
    let text = error.to_string();
    assert!(text.contains("has reached its limit of 200KiB"), "{text}");
    assert!(text.contains("--evidence-limit"), "{text}");
    let wrong = world.run("test -p simulated endless.yaml --evidence-limit 4");
    assert_eq!(wrong.code, 64, "{wrong}");
    assert!(wrong.stderr.contains("`512MiB`"), "{wrong}");
}

/// A command under way, which ends with the test at the latest.
struct Running(Child, Utf8PathBuf);

impl Running {
    /// Starts it, and waits until its first run has begun.
    fn start(world: &World, mut command: Command) -> Self {
        let told = world.path().join("told");
        let file = || Stdio::from(File::create(&told).expect("writable").into_file());
        let child = command.stderr(file()).spawn().expect("the binary starts");
        Self(child, told).begun(world)
    }

    fn begun(self, world: &World) -> Self {
        let reports = world.state().join("reports");
        eventually("the plan of the first run", || {
            let runs = fs_err::read_dir(&reports).ok()?;
            let mut plans = runs.flatten().map(|run| run.path().join("plan.json"));
            plans.any(|plan| plan.exists()).then_some(())
        });
        self
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).expect("process ids fit into an i32");
        kill(Pid::from_raw(pid), signal).expect("it runs");
    }

    fn end(mut self) -> (Option<i32>, String) {
        let status = eventually("its end", || self.0.try_wait().expect("it is a child"));
        let told = fs_err::read_to_string(&self.1).unwrap_or_default();
        (status.code(), told)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn long_world() -> World {
    let world = world();
    world.write("endless.yaml", &endless());
    world
}

/// `test` of a scenario without an end and then of another.
fn test_of_two(world: &World) -> Command {
    let mut command = world.command();
    command.args([
        "test",
        "-p",
        "simulated",
        "endless.yaml",
        "scenarios/short.yaml",
    ]);
    let mut command = heeding_hangup(&command);
    command.stdin(Stdio::null());
    command
}

#[test]
fn a_signal_ends_a_run_and_every_scenario_has_its_row() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let world = long_world();
        let shown = world.path().join("shown");
        let mut command = test_of_two(&world);
        command.args(["--output", "json"]);
        command.stdout(File::create(&shown).expect("writable").into_file());
        let running = Running::start(&world, command);
        running.signal(signal);
        let (code, told) = running.end();
        assert_eq!(code, Some(130), "{signal}: {told}");
        let stdout = fs_err::read_to_string(&shown).expect("it is there");
        let run = Run {
            code: 130,
            stdout,
            stderr: told,
        };
        let rows = [("endless", "interrupted"), ("short", "not-run")];
        assert_eq!(verdicts(&run), pairs(&rows), "{signal}: {run}");
        assert!(!run.stderr.contains("harness down"), "{signal}: {run}");
        assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
    }
}

#[test]
fn a_terminal_that_closes_ends_a_run() {
    for term in ["xterm", "dumb"] {
        let world = long_world();
        let terminal = openpty(None, None).expect("a terminal");
        // Who has the other end keeps it open.
        for end in [&terminal.master, &terminal.slave] {
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("it is ours");
        }
        let end = || Stdio::from(terminal.slave.try_clone().expect("a descriptor"));
        let mut command = test_of_two(&world);
        command.env("TERM", term);
        command.stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().expect("the binary starts");
        // The command holds further ends of it.
        drop(command);
        let running = Running(child, world.path().join("told")).begun(&world);
        drop(terminal);
        assert_eq!(running.end().0, Some(130), "{term}");
        assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
    }
}

#[test]
fn under_nohup_a_run_goes_on_without_its_terminal() {
    let world = world();
    let second = SHORT.replace("baseline: 300ms", "baseline: 2s");
    world.write("second.yaml", &second);
    let harness = world.command();
    let mut command = Command::new("nohup");
    command.arg(harness.get_program()).current_dir(world.path());
    command.env_clear().envs(
        harness
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command.args(["test", "-p", "simulated", "second.yaml"]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let running = Running::start(&world, command);
    running.signal(Signal::SIGHUP);
    let (code, told) = running.end();
    assert_eq!(code, Some(0), "{told}");
}

/// A build that is under way until somebody ends it.
const BUILD: &str = "\
  echo '    Building [====>    ] 1/3: mine' >&2
  exec sleep 600";

#[test]
fn an_interrupted_build_is_not_done_and_leaves_nothing_to_take_down() {
    for (verb, advice) in [
        ("up", "Run `harness up"),
        ("test", ""),
        ("bench throughput", ""),
    ] {
        let world = world();
        world.write("profiles/own.yaml", OWN);
        world.cargo(BUILD);
        let told = world.path().join("told");
        let mut command = world.command();
        command.args(verb.split(' ')).args(["-p", "own"]);
        command.args((verb == "test").then_some("scenarios/short.yaml"));
        command.env("PATH", format!("{}/bin:/usr/bin:/bin", world.path()));
        command.stdout(Stdio::null());
        command.stderr(File::create(&told).expect("writable").into_file());
        let running = Running(command.spawn().expect("the binary starts"), told.clone());
        eventually("the build", || {
            let told = fs_err::read_to_string(&told).ok()?;
            told.contains("compile mine: 33%").then_some(())
        });
        running.signal(Signal::SIGINT);
        let (code, told) = running.end();
        assert_eq!(code, Some(130), "{verb}: {told}");
        assert!(told.contains("compile mine: aborted"), "{verb}: {told}");
        assert!(!told.contains("compile mine: done"), "{verb}: {told}");
        assert!(told.contains("error: interrupted"), "{verb}: {told}");
        assert!(!told.contains("harness down"), "{verb}: {told}");
        assert!(told.contains(advice), "{verb}: {told}");
    }
}

/// A profile whose worker is built.
const OWN: &str = "\
apiVersion: harness/v1
kind: Profile
name: own
extends: base
worker:
  run: {build: own}
backend: {process: {engine: {dev-server: {}}}}
";
