//! What runs on an existing cluster do, and what they leave.

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use support::{Look as _, Running, eventually, report};

use super::{Cluster, Here, first_line};

/// A load that nobody runs, for as long as nobody stops it.
const LONG_OPEN: [&str; 4] = [
    "test",
    "scenarios/long-open.yaml",
    "--set",
    "worker.replicas=0",
];

/// Starts the load that nobody runs, and waits until its workflows are open.
fn leave_open(here: &Here, cluster: &Cluster) -> Running {
    let test = here.on(cluster, &LONG_OPEN).start();
    cluster.await_open("open/", 3);
    test
}

#[test]
fn a_scenario_passes_with_workers_here_and_nothing_of_temporal() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let theirs = cluster.start_workflow("theirs");
    let arguments = ["test", "scenarios/smoke.yaml", "--output", "json"];
    let test = here.on(&cluster, &arguments).run().exits(0);
    let told = format!(
        "load goes to {}, namespace default, at most 50 workflow starts per second",
        cluster.address()
    );
    assert_eq!(first_line(&test), told);
    let report = report(&here.place, &test);
    assert_eq!(report["verdict"], "pass", "{report:#}");
    let wanted = json!({
        "address": cluster.address(),
        "namespace": "default",
        "starts-per-second": 50,
    });
    assert_eq!(report["place"]["cluster"], wanted);
    assert_eq!(report["place"]["backend"], "existing");
    cluster.assert_only_theirs("smoke/", &theirs);
    here.assert_nothing_is_left();
}

#[test]
fn up_status_bench_and_down_know_the_workers_and_the_cluster() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let up = here.on(&cluster, &["up"]).run().exits(0);
    let up = up.says(&format!("workers connect to {}", cluster.address()));
    let up = up.shows("everything is up: 2 created");
    assert!(!up.stdout.contains("open web"), "{up}");
    let status = here.on(&cluster, &["status", "--output", "json"]);
    let status = status.run().exits(0).json();
    assert!(status["cluster"]["version"].is_string(), "{status:#}");
    let resources = status["resources"].as_array().expect("a list");
    let ids: Vec<&str> = resources
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    assert_eq!(ids, ["process/worker-0", "process/worker-1"]);

    let bench = [
        "bench",
        "throughput",
        "--warmup",
        "0s",
        "--duration",
        "2s",
        "--concurrency",
        "4",
    ];
    let limit = ["--set", "backend.existing.rate-limit=5", "--output", "json"];
    let bench = here.on(&cluster, &[&bench[..], &limit[..]].concat());
    let bench = bench
        .run()
        .exits(0)
        .says("at most 5 workflow starts per second");
    let measured = bench.json();
    assert_eq!(measured["starts-per-second"], 5);
    let completed = measured["completed"].as_u64().expect("a number");
    assert!((1..=12).contains(&completed), "{measured:#}");

    here.on(&cluster, &["logs", "worker"]).run().exits(0);
    let web = here
        .on(&cluster, &["open", "web", "--print"])
        .run()
        .exits(69);
    web.says("is not part of the topology");
    // Without the address, by the records.
    here.harness(&["down", "-p", "existing"]).run().exits(0);
    here.assert_nothing_is_left();
    let status = here.on(&cluster, &["status"]).run().exits(69);
    status.shows("nothing is up").shows("answers");
}

#[test]
fn workflows_that_a_run_leaves_open_are_terminated_and_no_others() {
    let (here, cluster) = (Here::new(), Cluster::start());
    // It differs from an id of the run only before the name of the run.
    let theirs = ["open-for-long", "open/hello/0", "theirs"].map(|id| cluster.start_workflow(id));
    let arguments = ["test", "scenarios/open.yaml", "--set", "worker.replicas=0"];
    let test = here.on(&cluster, &arguments).run().exits(1);
    test.says("terminated 3 workflows that the load left open");
    assert_eq!(cluster.open("open/"), ["open/hello/0"]);
    assert!(theirs.iter().all(|key| cluster.is_running(key)));
    here.assert_nothing_is_left();
    let status = ["status", "--set", "worker.replicas=0"];
    here.on(&cluster, &status).run().exits(0).shows("answers");
    let up = ["up", "--set", "worker.replicas=0"];
    let up = here.on(&cluster, &up).run().exits(0);
    let up = up.says("no worker runs here: `replicas` is 0");
    assert!(!up.stdout.contains("harness logs"), "{up}");
}

#[test]
fn an_interrupted_run_is_terminated() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let theirs = cluster.start_workflow("theirs");
    let test = leave_open(&here, &cluster);
    test.signal(Signal::SIGINT);
    test.wait().exits(130).says("terminated 3 workflows");
    cluster.assert_only_theirs("open/", &theirs);
    here.assert_nothing_is_left();

    let bench = [
        "bench",
        "throughput",
        "--duration",
        "10m",
        "--concurrency",
        "2",
    ];
    let bench = [&bench[..], &["--set", "worker.replicas=0"]].concat();
    let bench = here.on(&cluster, &bench).start();
    cluster.await_open("bench-", 2);
    bench.signal(Signal::SIGINT);
    bench.wait().exits(130).says("terminated 2 workflows");
    cluster.assert_only_theirs("bench-", &theirs);
}

#[test]
fn a_killed_run_is_terminated_by_its_reaper() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let theirs = cluster.start_workflow("theirs");
    let test = leave_open(&here, &cluster);
    test.signal(Signal::SIGKILL);
    drop(test);
    eventually("the end of the load", || {
        (!here.state().join("run/load.json").exists()).then_some(())
    });
    cluster.assert_only_theirs("open/", &theirs);
}

#[test]
fn a_run_that_is_killed_with_its_reaper_is_terminated_by_the_next_command() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let theirs = cluster.start_workflow("theirs");
    let killed = || {
        let test = leave_open(&here, &cluster);
        here.kill_with_reaper(&test);
    };
    killed();
    let heal = here.harness(&["heal", "-p", "existing", "--output", "json"]);
    let heal = heal.run().exits(0).says("terminated 3 workflows");
    assert_eq!(heal.json()["terminated"], 3);
    assert_eq!(cluster.open("open/"), <[&str; 0]>::default());

    killed();
    let arguments = ["test", "scenarios/smoke.yaml", "--keep"];
    let test = here.on(&cluster, &arguments).run();
    let test = test.exits(0).says("terminated 3 workflows");
    assert!(test.stdout.contains("smoke: pass"), "{test}");
    assert_eq!(cluster.open("open/"), <[&str; 0]>::default());

    killed();
    let down = here.harness(&["down", "-p", "existing"]).run().exits(0);
    down.says("terminated 3 workflows");
    cluster.assert_only_theirs("open/", &theirs);
    here.assert_nothing_is_left();
}

#[test]
fn what_cannot_be_terminated_is_named_and_tried_again() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let test = leave_open(&here, &cluster);
    here.kill_with_reaper(&test);
    let address = cluster.address();
    drop(cluster);
    for _ in 0..2 {
        let down = here.harness(&["down", "-p", "existing"]).run().exits(73);
        let down = down.says(&format!(
            "could not terminate the open workflows on {address} in namespace default"
        ));
        down.says("whose ids begin with open/")
            .says("could not connect")
            .says("hint: Run `harness down");
    }
    // The hint names the file of a cluster that no longer exists.
    fs_err::remove_file(here.state().join("run/load.json")).expect("the hint says so");
    here.harness(&["down", "-p", "existing"]).run().exits(0);
    here.assert_nothing_is_left();
}

#[test]
fn a_limit_holds_closed_loops_back_and_refuses_open_loops() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let scenario = |executor: &str| {
        let text = super::OPEN.replace("{constant-concurrency: {users: 3}}", executor);
        let path = here.place.root().join("scenarios/limited.yaml");
        let text = text
            .replace("name: open", "name: limited")
            .replace("LENGTH", "4s")
            .replace("drain: 1s", "drain: 5m");
        fs_err::write(path, text).expect("writable");
    };
    let limit = "backend.existing.rate-limit=3";
    let arguments = [
        "test",
        "scenarios/limited.yaml",
        "--set",
        limit,
        "--output",
        "json",
    ];
    scenario("{constant-concurrency: {users: 20}}");
    let test = here.on(&cluster, &arguments).run().exits(0);
    let report = report(&here.place, &test);
    let offered = report["phases"][0]["offered"].as_u64().expect("a number");
    assert!((4..=13).contains(&offered), "{report:#}");
    assert_eq!(report["place"]["cluster"]["starts-per-second"], 3);

    scenario("{constant-arrival-rate: {rate: 4/s, max-in-flight: 10}}");
    let refused = here.on(&cluster, &arguments).run().exits(65);
    insta::assert_snapshot!(refused.stderr, @"
    error: scenarios/limited.yaml:7:15: 4/s is more than the 3/s of workflow starts that `backend.existing.rate-limit` of the profile allows; lower the rate, or raise `rate-limit` if the cluster may get this load
      |
    7 |     executor: {constant-arrival-rate: {rate: 4/s, max-in-flight: 10}}
      |               ^
    ");
    here.assert_nothing_is_left();
}

#[test]
fn faults_reach_the_workers_here_and_nothing_else() {
    let (here, cluster) = (Here::new(), Cluster::start());
    let fault = |target: &str| {
        let path = here.place.root().join("scenarios/worker-crash.yaml");
        let text = fs_err::read_to_string(path).expect("the project has it");
        let name = format!("scenarios/crash-{target}.yaml");
        let text = text.replace("target: worker", &format!("target: {target}"));
        fs_err::write(here.place.root().join(&name), text).expect("writable");
        name
    };
    let history = fault("temporal-history");
    let test = here.on(&cluster, &["test", &history]).run().exits(0);
    let test = test.shows("skipped");
    test.shows("backend existing injects faults only into the workers that run here");
    let replicas = ["--set", "worker.replicas=0"];
    let foreign = [
        "test",
        "scenarios/worker-crash.yaml",
        replicas[0],
        replicas[1],
    ];
    here.on(&cluster, &foreign).run().exits(0).shows("skipped");
    let crash = ["test", "scenarios/worker-crash.yaml", "--output", "json"];
    let test = here.on(&cluster, &crash).run();
    support::proofs(&here.place, &test);
    assert_eq!(cluster.open("worker-crash/"), <[&str; 0]>::default());
    here.assert_nothing_is_left();
}

#[test]
fn an_address_that_is_not_here_needs_permission_before_any_connection() {
    let here = Here::new();
    // The address is for documentation (RFC 5737): a connection would wait for its deadline.
    let away = ["--address", "192.0.2.1:7233"];
    for verb in [&["test", "smoke"][..], &["bench", "throughput"]] {
        let refused = here.harness(&[verb, &away].concat()).run().exits(77);
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused.stderr, @"
            error: 192.0.2.1:7233 is not on this machine, and the profile `existing` does not allow load on it
              hint: Set `backend.existing.allow-load: true` in the profile, or add `--set backend.existing.allow-load=true`, if that cluster may get the load and the workers of this profile.
            ");
        }
    }
    let up = here.harness(&[&["up"][..], &away].concat()).run().exits(77);
    up.says("the profile `existing` does not allow workers that poll it");
    let away = [
        &["test", "smoke", "--dry-run", "--output", "json"][..],
        &away,
    ]
    .concat();
    let plans: Value = here.harness(&away).run().exits(0).json();
    assert!(
        plans.to_string().contains(r#""starts-per-second":50"#),
        "{plans:#}"
    );
    for verb in ["plan", "promote"] {
        let azure = here.harness(&[verb, "-p", "existing"]).run().exits(64);
        azure
            .says("profile `existing` has backend `existing`, and this verb needs backend `azure`");
    }
    let parity = here.harness(&["parity", "existing", "local"]).run();
    parity.exits(64).says("uses a cluster that exists already");
    eventually("no process", || {
        here.place.processes().is_empty().then_some(())
    });
}
