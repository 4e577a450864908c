//! `plan`, against the built-in Azure.

use std::sync::LazyLock;

use artifact::EXAMPLE_WORKER;
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};

use crate::cost::AZURE;
use model::topology::Digest;
use support::world::World;

const SMOKE: &str = include_str!("../../scenarios/smoke.yaml");

fn world() -> World {
    let world = World::new();
    world.write("profiles/azure.yaml", AZURE);
    world.write("profiles/k3d.yaml", include_str!("../../profiles/k3d.yaml"));
    let server = include_str!("../../profiles/server.yaml");
    world.write("profiles/server.yaml", server);
    world.write("scenarios/smoke.yaml", SMOKE);
    world
}

/// The build of the worker that a promotion would use: the harness itself.
fn promoted() -> serde_json::Value {
    static PROGRAM: LazyLock<Digest> = LazyLock::new(|| {
        let program = artifact::content(support::harness(), &[EXAMPLE_WORKER.to_owned()]);
        program.expect("it is readable")
    });
    serde_json::json!({"worker": {"program": *PROGRAM}})
}

/// When a report of the tests was over.
fn just_now() -> String {
    (Timestamp::now() - SignedDuration::from_mins(1)).to_string()
}

const REHEARSE: &str = "plan -p azure --rehearse --set promotion.require=[scenarios/smoke.yaml]";

#[test]
fn what_stands_in_the_way_is_told_with_what_helps() {
    let run = world().run(REHEARSE);
    assert_eq!(run.code, 77, "{run}");
    let gate = "  ✗ smoke: never run; `harness test scenarios/smoke.yaml --profile k3d` runs it";
    assert!(run.stdout.contains(gate), "{run}");
    let provider =
        "  ✓ provider Microsoft.DBforMySQL: the promotion registers the subscription for it";
    assert!(run.stdout.contains(provider), "{run}");
    assert!(run.stdout.contains("create  flexibleServers "), "{run}");
}

#[test]
fn as_json_it_has_every_part_and_no_secret() {
    let world = world();
    let run = world.run(&format!("{REHEARSE} --output json"));
    let plan = run.json();
    assert_eq!(plan["rehearsal"], true);
    assert_eq!(plan["group"], "absent");
    assert_eq!(
        plan["gate"][0]["standing"],
        serde_json::json!({"missing": {"instead": null}})
    );
    assert!(
        plan["differences"]
            .as_array()
            .is_some_and(|all| all.len() > 15),
        "{run}"
    );
    assert!(plan["cost"]["lines"].is_array(), "{run}");
    let cloud = fs_err::read_to_string(
        world
            .path()
            .join(".harness/azure.rehearsal/cloud/cloud.json"),
    )
    .expect("its state is kept");
    for text in [&run.stdout, &cloud] {
        assert!(!text.to_lowercase().contains("password\":\""), "{text}");
    }
}

#[test]
fn a_gate_opens_for_a_verdict_on_the_same_topology_with_mysql_and_for_no_other() {
    let world = world();
    let plan = |world: &World| world.run(&format!("{REHEARSE} --output json")).json();
    let topology = plan(&world)["topology"]
        .as_str()
        .expect("a digest")
        .to_owned();
    let report = |database: &str| {
        serde_json::json!({
            "scenario": "smoke", "verdict": "pass", "topology": topology,
            "workers": promoted(),
            "place": {"backend": "k3d", "engine": "server", "database": database},
            "finished": just_now(),
        })
    };
    world.write(
        ".harness/local/reports/one/report.json",
        &report("sqlite").to_string(),
    );
    let standing = &plan(&world)["gate"][0]["standing"];
    assert_eq!(standing["missing"]["instead"]["database"], "sqlite");
    world.write(
        ".harness/k3d/reports/two/report.json",
        &report("mysql").to_string(),
    );
    let gate = &plan(&world)["gate"][0]["standing"];
    assert!(
        gate["met"]["report"]
            .as_str()
            .is_some_and(|it| it.contains("two")),
        "{gate}"
    );
}

#[test]
fn a_gate_stays_closed_for_a_verdict_on_another_build_of_the_worker() {
    let world = world();
    let words: Vec<&str> = REHEARSE.split(' ').collect();
    let set = "worker.run={image: registry.example/orders:7}";
    let plan = |more: &[&str]| {
        let arguments = [&words[..], &["--set", set], more].concat();
        world.run_words(&arguments)
    };
    let json = plan(&["--output", "json"]).json();
    assert_eq!(
        json["workers"]["worker"]["reference"],
        "registry.example/orders:7"
    );
    let report = |workers: serde_json::Value| {
        serde_json::json!({
            "scenario": "smoke", "verdict": "pass", "topology": json["topology"], "workers": workers,
            "place": {"backend": "k3d", "engine": "server", "database": "mysql"},
            "finished": just_now(),
        })
    };
    let path = ".harness/k3d/reports/one/report.json";
    let other = report(serde_json::json!({"worker": {"reference": "registry.example/orders:6"}}));
    world.write(path, &other.to_string());
    let closed = plan(&[]);
    assert_eq!(closed.code, 77, "{closed}");
    let why = "smoke: ran with another build of the worker (registry.example/orders:6), not with \
               the one to promote (registry.example/orders:7)";
    assert!(closed.stdout.contains(why), "{closed}");
    world.write(path, &report(serde_json::json!({})).to_string());
    let silent = "smoke: the report does not say which build of the worker ran";
    assert!(plan(&[]).stdout.contains(silent));
    let same = serde_json::json!({
        "worker": {
            "image": "sha256:0123456789abcdef", "reference": "registry.example/orders:7",
        },
    });
    world.write(path, &report(same).to_string());
    let open = plan(&[]);
    assert!(open.stdout.contains("✓ smoke: passed ("), "{open}");
    assert!(
        open.stdout
            .contains("gate, for worker registry.example/orders:7"),
        "{open}"
    );
}

const SERVER_REPORT: &str = ".harness/server/reports/smoke-1-2/report.json";

/// The report of a run with engine `server` that was over so long ago.
fn report_of(topology: &serde_json::Value, verdict: &str, age: SignedDuration) -> String {
    let report = serde_json::json!({
        "scenario": "smoke", "verdict": verdict, "topology": topology,
        "workers": promoted(), "finished": (Timestamp::now() - age).to_string(),
        "place": {"backend": "process", "engine": "server", "database": "mysql"},
    });
    report.to_string()
}

/// Half a day more than three, so that it is dated three days ahead for as long as a test takes.
const AHEAD: SignedDuration = SignedDuration::from_hours(-(3 * 24 + 12));

/// Every report that leaves a gate closed, with what is said of it.
fn closing(topology: &serde_json::Value) -> [(String, &'static str); 7] {
    let minute = SignedDuration::from_mins(1);
    let report = |verdict: &str| report_of(topology, verdict, minute);
    let (pass, whole) = (report("pass"), topology.as_str().unwrap_or_default());
    [
        (report("fail"), "the last verdict is fail ("),
        (report("inconclusive"), "the last verdict is inconclusive ("),
        (
            report_of(topology, "pass", SignedDuration::from_hours(60 * 24)),
            " ago, and only runs of the last 1d count",
        ),
        (report_of(topology, "pass", AHEAD), ") is dated 3d"),
        (
            String::new(),
            "server/reports/smoke-1-2/report.json) cannot be read: it is empty",
        ),
        (
            pass[..40].to_owned(),
            "server/reports/smoke-1-2/report.json) cannot be read: EOF while parsing",
        ),
        (
            pass.replace(whole, &"0".repeat(64)),
            "ran on another topology (000000000000), not on this one",
        ),
    ]
}

#[test]
fn a_closed_gate_says_why_and_names_the_command_that_opens_it() {
    let world = world();
    let topology = &world.run(&format!("{REHEARSE} --output json")).json()["topology"];
    for (text, why) in closing(topology) {
        world.write(SERVER_REPORT, &text);
        let plan = world.run(REHEARSE);
        assert_eq!(plan.code, 77, "{plan}");
        let lines = plan.stdout.lines();
        let mut closed = lines.filter(|line| line.starts_with("  ✗ gate: smoke: "));
        let line = closed.next().unwrap_or_else(|| panic!("{why}: {plan}"));
        assert!(line.contains(why), "{why}: {line}");
        // What cannot be read does not say where it ran.
        let profile = if why.contains("cannot be read") {
            "k3d"
        } else {
            "server"
        };
        let command =
            format!("; `harness test scenarios/smoke.yaml --profile {profile}` runs it again");
        assert!(line.contains(&command), "{line}");
    }
}

#[test]
fn where_no_profile_of_this_machine_comes_to_the_same_the_own_one_opens_the_gate_in_k3d() {
    let opens = |more: &str| {
        let plan = world().run(&format!("{REHEARSE} --output json{more}"));
        let opens = plan.json()["gate"][0]["opens"].clone();
        opens.as_str().expect("a command").to_owned()
    };
    let test = "harness test scenarios/smoke.yaml";
    let replicas = " --set worker.replicas=3";
    assert_eq!(
        opens(&format!(
            "{replicas} --set backend.azure.region=northeurope"
        )),
        format!("{test} --profile k3d{replicas}")
    );
    let other = world();
    let azure = format!("{AZURE}worker: {{replicas: 4}}\n");
    other.write("profiles/azure.yaml", &azure);
    let plan = other.run(&format!("{REHEARSE} --output json")).json();
    let own = format!("{test} --profile azure --backend k3d");
    assert_eq!(plan["gate"][0]["opens"], own.as_str());
    let dry = other.run(&format!("{} --dry-run", own.trim_start_matches("harness ")));
    assert_eq!(dry.code, 0, "{dry}");
}

#[test]
fn the_document_names_what_opens_a_closed_gate_and_nothing_once_a_later_run_counts() {
    let world = world();
    let plan = || world.run(&format!("{REHEARSE} --output json")).json();
    let topology = &plan()["topology"];
    world.write(SERVER_REPORT, &report_of(topology, "pass", AHEAD));
    assert_eq!(
        plan()["gate"][0]["opens"],
        "harness test scenarios/smoke.yaml --profile server"
    );
    world.write(
        ".harness/server/reports/smoke-1-3/report.json",
        &report_of(topology, "pass", SignedDuration::ZERO),
    );
    let open = plan();
    assert_eq!(open["gate"][0]["opens"], serde_json::Value::Null, "{open}");
}

#[test]
fn what_would_be_promoted_is_held_against_where_it_has_passed() {
    let world = world();
    let cluster =
        "apiVersion: harness/v1\nkind: Profile\nname: cluster\nextends: base\nbackend: {k3d: {}}\n";
    world.write("profiles/cluster.yaml", cluster);
    let plan = world.run(&format!("{REHEARSE} --output json")).json();
    assert_eq!(
        plan["parity"],
        serde_json::json!([]),
        "it has passed nowhere"
    );
    let report = serde_json::json!({
        "scenario": "smoke", "verdict": "pass", "topology": plan["topology"], "workers": promoted(),
        "place": {"backend": "k3d", "engine": "server", "database": "mysql"},
        "finished": just_now(),
    });
    world.write(
        ".harness/cluster/reports/one/report.json",
        &report.to_string(),
    );
    let run = world.run(REHEARSE);
    assert!(
        run.stdout.contains("parity with cluster: ") && run.stdout.contains(" 0 differs"),
        "{run}"
    );
    // The profile says something else than when it passed.
    let changed = cluster.replace("backend:", "worker: {replicas: 7}\nbackend:");
    world.write("profiles/cluster.yaml", &changed);
    let run = world.run(REHEARSE);
    assert!(
        run.stdout
            .contains("  ! profile.worker.replicas: 7 with cluster, 2 in Azure"),
        "{run}"
    );
    fs_err::remove_file(world.path().join("profiles/cluster.yaml")).expect("it is there");
    let run = world.run(REHEARSE);
    assert!(
        run.stderr
            .contains("could not compare with profile cluster"),
        "{run}"
    );
}

#[test]
fn a_backend_that_the_environment_names_is_not_about_azure_and_one_of_the_command_line_is_wrong() {
    let world = world();
    let run = |verb: &str| {
        let mut command = world.command();
        command
            .env("HARNESS_BACKEND", "simulated")
            .args(verb.split_whitespace());
        world.output(command)
    };
    assert_eq!(run(REHEARSE).code, 77, "it is the gate that is closed");
    assert_eq!(run("status -p azure --rehearse").code, 69);
    let named = world.run("plan -p azure --rehearse --backend k3d");
    assert_eq!(named.code, 64, "{named}");
    assert!(named.stderr.contains("Omit `--backend`."), "{named}");
}

#[test]
fn what_is_no_place_in_azure_cannot_be_planned_for() {
    let run = world().run("plan -p simulated");
    assert_eq!(run.code, 64, "{run}");
    assert_snapshot!(run.stderr, @"
    error: profile `simulated` has backend `simulated`, and this verb needs backend `azure`
      hint: Name a profile of backend `azure`, such as `-p azure`.
      hint: Run `harness up --profile simulated --dry-run` to see what `up` would do.
    ");
}
