//! Where output goes: data and talk apart, one document where JSON is asked for, a reader that has
//! had enough.

use std::collections::BTreeSet;
use std::io::{PipeReader, PipeWriter};
use std::process::Stdio;

use insta::assert_snapshot;
use nix::fcntl::{FcntlArg, fcntl};
use serde_json::Value;

use crate::cost::AZURE;
use crate::test::CRASH;
use support::eventually;
use support::world::{SHORT, World};

/// Every verb with arguments that make it work on a topology that is up, in an order in which each
/// of them can.
const VERBS: [&str; 25] = [
    "init --workflow-type Workflow",
    "up -p simulated",
    "status -p simulated",
    "logs -p simulated",
    "open -p simulated web --print",
    "test -p simulated short.yaml",
    "test -p simulated short.yaml --list",
    "report run",
    "bench throughput -p simulated --warmup 10ms --duration 2s --concurrency 2",
    "heal -p simulated",
    "parity simulated simulated",
    "profile list",
    "profile show simulated",
    "cost -p simulated -p azure",
    "plan -p azure --rehearse --set promotion.require=[]",
    "promote -p azure --rehearse --set promotion.require=[] --set worker.run={\"image\":\"a/b:1\"}",
    "outputs -p azure --rehearse --set worker.run={\"image\":\"a/b:1\"}",
    "drift -p azure --rehearse --set promotion.require=[] --set worker.run={\"image\":\"a/b:1\"}",
    "rotate password -p azure --rehearse --set worker.run={\"image\":\"a/b:1\"}",
    "destroy --yes -p azure --rehearse",
    "render -p simulated --backend k3d --set starter.mode=off",
    "doctor -p simulated",
    "schema report",
    "completions bash",
    "down -p simulated",
];

/// Every verb with arguments that make it fail, whatever is up.
const FAILURES: [&str; 21] = [
    "init --workflow-input {",
    "up -p missing",
    "down -p missing",
    "status -p missing",
    "logs -p missing",
    "open -p missing web",
    "test -p simulated missing.yaml",
    "report nowhere",
    "bench throughput -p missing",
    "heal -p missing",
    "parity simulated missing",
    "profile show missing",
    "cost -p simulated -p missing",
    "plan -p simulated --rehearse",
    "promote -p simulated",
    "outputs -p simulated",
    "drift -p simulated",
    "rotate password -p simulated",
    "destroy -p simulated",
    "render -p missing",
    "rehearse serve --state /proc/nowhere",
];

/// Verbs that run until they are told to end; they have tests of their own.
const ENDLESS: [&str; 1] = ["rehearse"];

fn world() -> World {
    let world = World::new();
    world.write("short.yaml", SHORT);
    world.write("profiles/azure.yaml", AZURE);
    // What is left of a run that was cut off when it was about to begin.
    let plans = world.run("test -p simulated short.yaml --dry-run --output json");
    world.write("run/plan.json", &plans.json()[0].to_string());
    world.write(
        "run/run.json",
        &format!("{{\"version\": {}}}", archive::VERSION),
    );
    for records in ["events", "iterations", "executions"] {
        world.write(&format!("run/{records}.ndjson"), "");
    }
    world
}

#[test]
fn no_verb_is_forgotten_here() {
    let help = world().run("-h").stdout;
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs = verbs.map_while(|line| line.split_whitespace().next());
    let verbs: BTreeSet<&str> = verbs.filter(|verb| *verb != "help").collect();
    let first = |line: &'static str| line.split(' ').next().expect("a verb");
    let shown = VERBS.into_iter().map(first).chain(ENDLESS);
    assert_eq!(verbs, shown.collect());
    // What is wrong is what the doctor tells: to it that is no error.
    let cannot_fail = ["schema", "completions", "doctor"];
    let fail = FAILURES.into_iter().map(first).chain(cannot_fail);
    assert_eq!(verbs, fail.collect());
}

#[test]
fn every_verb_prints_one_json_document_where_json_is_asked_for() {
    let world = world();
    for verb in VERBS {
        world.run(&format!("{verb} --output json")).json();
    }
    for verb in FAILURES {
        let run = world.run(&format!("{verb} --output json"));
        assert_eq!(run.json()["exit-code"], run.code, "{verb}: {run}");
        assert!(run.stderr.starts_with("error: "), "{verb}: {run}");
    }
}

fn is_event(line: &Value) -> bool {
    line["kind"].is_string() && line["at"].is_string()
}

#[test]
fn every_verb_prints_nothing_but_events_where_events_are_asked_for() {
    let world = world();
    for verb in VERBS.into_iter().chain(FAILURES) {
        let lines = world.run(&format!("{verb} --events")).lines();
        assert_eq!(lines[0]["kind"], "stream", "{verb}");
        assert_eq!(lines[0]["version"], 3, "{verb}");
        for line in lines {
            assert!(is_event(&line), "{verb}: {line}");
        }
    }
}

#[test]
fn with_both_the_document_is_the_last_line() {
    let world = world();
    for verb in VERBS {
        let run = world.run(&format!("{verb} --events --output json"));
        let lines = run.lines();
        let (document, events) = lines.split_last().expect("there is a document");
        assert!(!is_event(document), "{verb}: {run}");
        assert!(events.iter().all(is_event), "{verb}: {run}");
    }
}

#[test]
fn nobody_who_stops_reading_makes_a_verb_fail() {
    let world = world();
    for verb in VERBS {
        let read = world.run(verb);
        let unread = world.run_unread(verb);
        assert_eq!(unread.code, read.code, "{verb}: {unread}");
        assert!(!unread.stderr.contains("panicked"), "{verb}: {unread}");
        assert!(!unread.stderr.contains("error"), "{verb}: {unread}");
    }
}

#[test]
fn following_logs_ends_when_nobody_reads_them() {
    assert_eq!(World::up().run_unread("logs -p simulated -f").code, 0);
}

#[test]
fn what_is_no_terminal_gets_no_colour_and_no_movement() {
    let world = world();
    for verb in VERBS {
        let run = world.run(verb);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(['\x1b', '\r']), "{verb}: {run}");
        }
    }
}

#[test]
fn no_line_of_data_is_wider_than_a_page() {
    let world = world();
    for verb in VERBS
        .into_iter()
        .filter(|verb| !verb.starts_with("completions"))
    {
        let run = world.run(verb);
        for line in run.stdout.lines() {
            let schema = verb.starts_with("schema");
            assert!(schema || line.chars().count() <= 100, "{verb}: {line}");
        }
    }
}

/// A device that takes nothing, as a full disk does.
fn full() -> std::fs::File {
    let full = fs_err::OpenOptions::new().write(true).open("/dev/full");
    full.expect("Linux has /dev/full").into_file()
}

/// What a verb comes to whose standard output takes nothing, when it comes to `code` otherwise.
fn lost(code: i32) -> i32 {
    match code {
        0 | 2 => 71,
        graver => graver,
    }
}

#[test]
fn no_verb_that_could_not_write_its_data_says_that_all_is_well() {
    for form in ["", " --output json", " --events", " --events --output json"] {
        // Each on a world of its own: a verb makes it ready for those that follow.
        let (written, full_world) = (world(), world());
        for verb in VERBS {
            let well = written.run(&format!("{verb}{form}"));
            let run = full_world.run_into(&format!("{verb}{form}"), full());
            if well.stdout.is_empty() {
                assert_eq!(run.code, well.code, "{verb}{form}: {run}");
                continue;
            }
            assert_eq!(run.code, lost(well.code), "{verb}{form}: {run}");
            let told = "error: could not write to standard output\n  caused by: No space left on \
                        device (os error 28)\n";
            assert!(run.stderr.contains(told), "{verb}{form}: {run}");
            assert!(!run.stderr.contains("panicked"), "{verb}{form}: {run}");
        }
    }
}

#[test]
fn an_error_keeps_its_exit_code_where_its_document_cannot_be_written() {
    let world = world();
    for verb in FAILURES {
        let written = world.run(verb);
        let run = world.run_into(&format!("{verb} --output json"), full());
        assert_eq!(run.code, written.code, "{verb}: {run}");
        assert!(run.stderr.starts_with("error: "), "{verb}: {run}");
        assert!(
            run.stderr.contains("could not write to standard output"),
            "{verb}: {run}"
        );
    }
}

#[test]
fn help_version_and_scripts_that_cannot_be_written_are_told_as_well() {
    let world = World::new();
    for line in [
        "--help",
        "-h",
        "up --help",
        "help bench up",
        "--version",
        "completions bash",
        "completions zsh",
        "schema profile",
    ] {
        assert_eq!(world.run(line).code, 0, "{line}");
        let run = world.run_into(line, full());
        assert_eq!(run.code, 71, "{line}: {run}");
        assert_eq!(world.run_unread(line).code, 0, "{line}");
    }
}

#[test]
fn a_descriptor_that_cannot_be_written_to_is_told_and_not_taken_for_one_that_swallows_all() {
    let world = World::new();
    let unwritable = fs_err::File::open("/dev/null").expect("there is /dev/null");
    let unwritable = unwritable.into_file();
    let run = world.run_into("schema profile", unwritable);
    assert_snapshot!(run, @"
    --- stderr
    error: could not write to standard output
      caused by: Bad file descriptor (os error 9)
      hint: Free some space where standard output is written, and run the command again.
    --- exit 71
    ");
}

#[test]
fn a_test_whose_events_cannot_be_written_ends_healed_judged_and_taken_down() {
    let world = world();
    let run = world.run_into("test -p simulated short.yaml --events", full());
    assert_eq!(run.code, 71, "{run}");
    let at_once = "! could not write events to standard output (No space left on device";
    assert_eq!(run.stderr.matches(at_once).count(), 1, "{run}");
    assert!(run.stderr.contains("short: pass"), "{run}");
    assert_eq!(
        world.run("status -p simulated").code,
        69,
        "it was taken down"
    );
    let reports = world.state().join("reports").read_dir_utf8();
    assert_eq!(reports.expect("there are reports").count(), 1);
}

/// A pipe with room for a few events.
fn small_pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4096)).expect("it is a pipe");
    (reader, writer)
}

#[test]
fn a_test_whose_events_nobody_reads_ends_healed_judged_and_taken_down() {
    let world = world();
    world.write("crash.yaml", CRASH);
    let (reader, writer) = small_pipe();
    let mut test = world
        .command()
        .args("test -p simulated crash.yaml --events".split(' '))
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let report = eventually("a report", || {
        let runs = world.state().join("reports").read_dir_utf8().ok()?;
        let mut reports = runs.map(|run| run.expect("readable").path().join("report.json"));
        reports.find(|report| report.exists())
    });
    eventually("everything is down", || {
        let status = world.run("status -p simulated");
        status.stdout.contains("nothing is up").then_some(())
    });
    let report: Value =
        serde_json::from_slice(&fs_err::read(report).expect("it is written")).expect("it is JSON");
    assert_eq!(report["verdict"], "pass", "{report:#}");
    assert!(report["faults"][0]["healed-ms"].is_number(), "{report:#}");
    // Only then does the reader go.
    drop(reader);
    let code = test.wait().expect("it ends").code();
    let stderr = std::io::read_to_string(test.stderr.take().expect("it is piped"));
    let stderr = stderr.expect("it is text");
    // It may have waited for the reader in vain before.
    assert!(matches!(code, Some(0 | 71)), "{code:?}: {stderr}");
    assert!(stderr.contains("crash: pass"), "{stderr}");
}

#[test]
fn following_logs_ends_when_they_cannot_be_written() {
    let run = World::up().run_into("logs -p simulated -f", full());
    assert_eq!(run.code, 71, "{run}");
}

#[test]
fn a_standard_error_that_cannot_be_written_changes_nothing() {
    let (world, silent) = (world(), world());
    for verb in VERBS.into_iter().chain(FAILURES) {
        let heard = world.run(verb);
        let mut command = silent.command();
        command
            .arg("-vv")
            .args(verb.split_whitespace())
            .stderr(full());
        let run = silent.output(command);
        assert_eq!(run.code, heard.code, "{verb}: {run}");
    }
}
