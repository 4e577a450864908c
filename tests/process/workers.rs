//! Several workers in one topology.

use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;
use support::{Look as _, Place, get, proofs};

/// Two workers of one program on two task queues. One of them waits for the other.
const PROFILE: &str = "\
apiVersion: harness/v1
kind: Profile
name: local
extends: local
workers:
  orders: {task-queue: orders, replicas: 2, needs: [mail]}
  mail: {task-queue: mail}
starter: {worker: orders}
";

/// A load on both, in which one of them is killed.
const SCENARIO: &str = r#"
apiVersion: harness/v1
kind: Scenario
name: two-queues
description: The worker of the orders is killed under load, and the mail goes on
workload:
  - name: orders
    executor: {constant-concurrency: {users: 2}}
    timeout: 1h
    workflow: {type: Workflow, task-queue: orders, input: ["{{ name }}"], result: "Hello {{ name }}!"}
  - name: mail
    executor: {constant-concurrency: {users: 2}}
    timeout: 1h
    workflow: {type: Workflow, task-queue: mail, input: ["{{ name }}"], result: "Hello {{ name }}!"}
phases: {baseline: 1s, chaos: 3s, drain: 10m}
faults:
  - {id: crash, fault: kill, target: worker-orders, phase: chaos, at: 500ms, for: 1s}
expect:
  generator-delay: 1h
  invariants: [no-lost-start, right-result, all-closed, history-integrity]
"#;

fn place() -> Place {
    let place = Place::new();
    let root = place.root();
    fs_err::write(root.join("profiles/local.yaml"), PROFILE).expect("writable");
    fs_err::write(root.join("two-queues.yaml"), SCENARIO).expect("writable");
    place
}

#[test]
fn each_has_its_queue_and_its_replicas_and_only_the_one_that_changed_is_replaced() {
    let place = place();
    let up = place.up();
    let line = |text: &str| {
        let mut lines = up.stderr.lines();
        lines.position(|line| line.starts_with(text))
    };
    let ready = line("✓ create process/worker-mail-0");
    assert!(ready.is_some(), "{up}");
    assert!(ready < line("… create process/worker-orders-0"), "{up}");
    let starter = place.address("worker-orders-0", "starter");
    assert_eq!(
        get(&format!("http://{starter}/sync?name=Ada")),
        Some((200, "Hello Ada!".to_owned()))
    );
    let before = place.pids();
    let workers: Vec<&str> = before.keys().map(String::as_str).collect();
    assert_eq!(
        workers,
        [
            "temporal",
            "worker-mail-0",
            "worker-orders-0",
            "worker-orders-1"
        ]
    );
    let logs = place.harness(&["logs", "worker-orders"]).run().exits(0);
    assert!(logs.stdout.contains("worker-orders-1"), "{logs}");
    assert!(!logs.stdout.contains("worker-mail"), "{logs}");

    let changed = ["up", "--set", "workers.mail.environment.LEVEL=debug"];
    place.harness(&changed).run().exits(0);
    for (replica, pid) in place.pids() {
        let kept = before[&replica] == pid;
        assert_eq!(kept, replica != "worker-mail-0", "{replica}");
    }
    place.down();
}

#[test]
fn a_scenario_loads_and_breaks_each_by_its_name() {
    let place = place();
    let test = ["test", "two-queues.yaml", "--output", "json"];
    let test = place.harness(&test).run();
    let [report] = &proofs(&place, &test)[..] else {
        panic!("one report: {test}");
    };
    assert_eq!(report["faults"][0]["target"], "worker-orders", "{report:#}");
    let workers = report["workers"].as_object().expect("a map");
    let names: Vec<&String> = workers.keys().collect();
    assert_eq!(names, ["worker-mail", "worker-orders"], "{report:#}");
    assert_eq!(
        report["workers"]["worker-mail"]["program"], report["workers"]["worker-orders"]["program"],
        "one program"
    );
    assert_ne!(report["workers"]["worker-mail"]["program"], json!(null));

    let unnamed = SCENARIO.replace("task-queue: mail, ", "");
    fs_err::write(place.root().join("two-queues.yaml"), unnamed).expect("writable");
    let refused = place.harness(&["test", "two-queues.yaml"]).run().exits(65);
    refused.says(
        "two-queues.yaml:14:15: `task-queue` is missing, and the workers of this profile poll several: `mail`, `orders`",
    );
    place.assert_nothing_is_left(&[]);
}

const SECRET: &str = "swordfish-17";

/// The files below a folder that contain the secret.
fn with_secret(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().expect("it is there").flatten() {
        let path = entry.into_path();
        if path.is_dir() {
            found.extend(with_secret(&path));
        } else if let Ok(content) = fs_err::read(&path)
            && String::from_utf8_lossy(&content).contains(SECRET)
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_secret_reaches_the_worker_and_is_shown_nowhere() {
    let place = Place::with_worker_script(
        "echo \"$API_KEY $TOKEN\" > \"$(dirname \"$0\")/seen\"\nexec {worker}",
    );
    let key = place.beside_root("key");
    let seen = place.beside_root("seen");
    let place = place.set(format!(
        "worker.environment={{API_KEY: {{secret-file: {key}}}, TOKEN: {{secret-variable: ORDERS_TOKEN}}}}"
    ));
    let up = || {
        let arguments = ["up", "--output", "json", "--events"];
        place.harness(&arguments).env("ORDERS_TOKEN", SECRET)
    };
    up().run()
        .exits(65)
        .says("could not read the secret `API_KEY` of worker");
    fs_err::write(&key, "first\n").expect("writable");
    place
        .harness(&["up"])
        .run()
        .exits(65)
        .says("could not read the secret `TOKEN` of worker")
        .says("the variable `ORDERS_TOKEN` is not set, is empty or is not text");
    assert_eq!(place.processes().len(), 0, "nothing was started");

    let first = up().run().exits(0);
    let words = fs_err::read_to_string(&seen).expect("the worker runs");
    assert_eq!(words, format!("first {SECRET}\n"));
    let before = place.pids();
    up().run().exits(0);
    assert_eq!(place.pids(), before, "nothing has changed");
    fs_err::write(&key, "second\n").expect("writable");
    let second = up().run().exits(0);
    let after = place.pids();
    assert_eq!(before["temporal"], after["temporal"]);
    assert_ne!(before["worker-0"], after["worker-0"]);
    let words = fs_err::read_to_string(&seen).expect("the worker runs");
    assert_eq!(words, format!("second {SECRET}\n"));
    // A worker that is started again without the command's environment has them, too.
    let test = place.harness(&["test", "scenarios/worker-crash.yaml", "--output", "json"]);
    let test = test.env("ORDERS_TOKEN", SECRET).run();
    assert_eq!(proofs(&place, &test).len(), 1, "{test}");

    for run in [first, second, test] {
        assert!(!run.stdout.contains(SECRET), "{run}");
        assert!(!run.stderr.contains(SECRET), "{run}");
    }
    let private = place.state().join("run/worker-0.TOKEN.secret");
    assert_eq!(with_secret(&place.state()), [private.as_path()]);
    let mode = fs_err::metadata(&private)
        .expect("it is there")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    for process in place.processes() {
        assert!(!process.to_string().contains(SECRET), "{process}");
    }
    place.down();
    assert_eq!(with_secret(&place.state()), [""; 0]);
}
