//! Where output goes: data and talk apart, one document where JSON is asked for, a reader that has
//! had enough.

use std::collections::BTreeSet;

use crate::cost::AZURE;
use crate::fixture::World;
use crate::test::SHORT;

/// Every verb with arguments that make it work on a topology that is up, in an order in which each
/// of them can.
const VERBS: [&str; 21] = [
    "up -p simulated",
    "status -p simulated",
    "logs -p simulated",
    "open -p simulated web --print",
    "test -p simulated short.yaml",
    "test -p simulated short.yaml --list",
    "bench throughput -p simulated --warmup 10ms --duration 50ms --concurrency 1",
    "heal -p simulated",
    "parity simulated simulated",
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
const FAILURES: [&str; 17] = [
    "up -p missing",
    "down -p missing",
    "status -p missing",
    "logs -p missing",
    "open -p missing web",
    "test -p simulated missing.yaml",
    "bench throughput -p missing",
    "heal -p missing",
    "parity simulated missing",
    "cost -p simulated -p missing",
    "plan -p simulated --rehearse",
    "promote -p simulated",
    "outputs -p simulated",
    "drift -p simulated",
    "rotate password -p simulated",
    "destroy -p simulated",
    "render -p missing",
];

fn world() -> World {
    let world = World::new();
    world.write("short.yaml", SHORT);
    world.write("profiles/azure.yaml", AZURE);
    world
}

#[test]
fn no_verb_is_forgotten_here() {
    let help = world().run("-h").stdout;
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs = verbs.map_while(|line| line.split_whitespace().next());
    let verbs: BTreeSet<&str> = verbs.filter(|verb| *verb != "help").collect();
    let first = |line: &'static str| line.split(' ').next().expect("a verb");
    assert_eq!(verbs, VERBS.into_iter().map(first).collect());
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

#[test]
fn every_verb_prints_nothing_but_events_where_events_are_asked_for() {
    let world = world();
    for verb in VERBS.into_iter().chain(FAILURES) {
        for line in world.run(&format!("{verb} --events")).lines() {
            assert!(line["event"].is_string(), "{verb}: {line}");
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
        assert!(document["event"].is_null(), "{verb}: {run}");
        assert!(
            events.iter().all(|line| line["event"].is_string()),
            "{verb}: {run}"
        );
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
