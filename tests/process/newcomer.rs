//! What a newcomer does: up, look, use, break, repair, down.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;
use support::{Look as _, Place, eventually, get, report, temporal_cli};
use temporal::{Client, ExecutionKey, Frontend as _, Status};

#[test]
fn the_starter_answers_and_a_second_up_changes_nothing() {
    let place = Place::new();
    let up = place.harness(&["up", "--output", "json"]).run().exits(0);
    assert_eq!(up.json()["plan"]["steps"][0]["action"], "create", "{up}");
    let frontend = endpoint(&up.json(), "temporal-frontend", "grpc");
    assert_eq!(frontend, place.address("temporal", "grpc").to_string());
    let starter = endpoint(&up.json(), "worker", "starter");
    let ask = |path: &str| get(&format!("http://{starter}{path}")).expect("an answer");
    assert_eq!(ask("/ping"), (200, "pong".to_owned()));
    assert_eq!(ask("/sync?name=Ada"), (200, "Hello Ada!".to_owned()));
    let (status, answer) = ask("/async?name=Grace");
    assert_eq!(status, 202);
    assert!(
        answer.starts_with("Started workflow ID=Grace, RunID="),
        "{answer}"
    );

    let pids = place.pids();
    let again = place.harness(&["up", "--output", "json"]).run().exits(0);
    let steps = again.json()["plan"]["steps"].clone();
    let steps = steps.as_array().expect("a plan has steps");
    assert!(!steps.is_empty(), "{again}");
    assert!(steps.iter().all(|step| step["action"] == "keep"), "{again}");
    assert_eq!(place.pids(), pids);
    place.harness(&["status"]).run().exits(0);
    place.down();
}

#[test]
fn an_empty_folder_without_cargo_is_enough() {
    let place = Place::new();
    for furnished in ["profiles", "scenarios"] {
        fs_err::remove_dir_all(place.root().join(furnished)).expect("it is there");
    }
    let nothing = place.beside_root("nothing");
    fs_err::create_dir(&nothing).expect("writable");
    let run = |arguments: &[&str]| {
        let harness = place.harness(arguments).env("PATH", &nothing);
        harness.env("HARNESS_TEMPORAL", temporal_cli()).run()
    };
    let up = run(&["up", "--output", "json"]).exits(0).json();
    let ping = format!("http://{}/ping", endpoint(&up, "worker", "starter"));
    assert_eq!(get(&ping), Some((200, "pong".to_owned())));
    let test = run(&["test", "smoke", "--output", "json"]);
    assert!(matches!(test.code(), Some(0 | 2)), "{test}");
    let report = report(&place, &test);
    assert_eq!(report["scenario"], "smoke", "{test}");
    assert_ne!(
        report["workers"]["worker"]["program"],
        Value::Null,
        "{test}"
    );
    let bench = [
        "bench",
        "throughput",
        "--warmup=100ms",
        "--duration=1s",
        "--concurrency=1",
        "--output=json",
    ];
    let measured = run(&bench).exits(0).json();
    assert!(measured.is_object(), "{measured}");
    place.down();
}

#[test]
fn what_runs_is_compared_with_what_another_profile_asks_for() {
    let place = Place::new();
    place.up();
    let parity = ["parity", "local", "server", "--output", "json"];
    let parity = place.harness(&parity).run().exits(0);
    let document = parity.json();
    let rows = document["rows"].as_array().expect("a list");
    let left = |aspect: &str| {
        let row = rows.iter().find(|row| row["aspect"] == aspect);
        row.unwrap_or_else(|| panic!("no {aspect} in {parity}"))["left"].clone()
    };
    assert_eq!(left("running.server-version")["known"], "1.32.0");
    assert_eq!(left("running.history-shards")["given"], "1");
    assert_eq!(left("running.default-store")["given"], "sqlite");
    assert_eq!(left("running.namespaces.default")["known"], "3d");
    assert_eq!(left("running.mysql.sync-binlog")["given"], "none");
    let unknown = rows.iter().filter(|row| row["verdict"] == "unknown");
    assert!(unknown.count() > 10, "the other one is not up: {parity}");
    place.down();
}

#[test]
fn a_killed_worker_is_named_and_replaced_alone() {
    let place = Place::new();
    place.up();
    let mut before = place.pids();
    place.kill("worker-0");
    let status = place
        .harness(&["status", "--output", "json"])
        .run()
        .exits(69);
    let resources = status.json()["resources"].clone();
    let dead: Vec<_> = resources
        .as_array()
        .expect("a list")
        .iter()
        .filter(|row| row["state"] == "dead")
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(dead, ["process/worker-0"], "{status}");

    place.up();
    let mut after = place.pids();
    assert_ne!(before.remove("worker-0"), after.remove("worker-0"));
    assert_eq!(before, after);
    assert!(place.answers("worker-0"));
    place.down();
}

#[test]
fn a_killed_temporal_is_repaired_and_remembers_its_workflows() {
    let place = Place::new();
    place.up();
    let starter = place.address("worker-0", "starter");
    let before = get(&format!("http://{starter}/sync?name=Ada&id=kept")).expect("an answer");
    assert_eq!(before, (200, "Hello Ada!".to_owned()));
    let mut pids = place.pids();
    place.kill("temporal");
    place
        .harness(&["status"])
        .run()
        .exits(69)
        .shows("process/temporal");

    place.up();
    assert_eq!(status_of(&place, "kept"), Status::Completed);
    let mut after = place.pids();
    assert_ne!(pids.remove("temporal"), after.remove("temporal"));
    assert_eq!(pids, after, "the workers find it again by themselves");
    let after = get(&format!("http://{starter}/sync?name=Ada")).expect("an answer");
    assert_eq!(after, (200, "Hello Ada!".to_owned()));
    place.down();
}

#[test]
fn logs_are_shown_by_service_and_followed_until_interrupted() {
    let place = Place::new();
    place.up();
    place.harness(&["logs"]).run().exits(0).shows("worker-1 | ");
    let one = place.harness(&["logs", "worker-0"]).run().exits(0);
    assert!(!one.stdout.is_empty(), "{one}");
    assert!(
        one.stdout
            .lines()
            .all(|line| line.starts_with("worker-0 | ")),
        "{one}"
    );
    place
        .harness(&["logs", "no-such"])
        .run()
        .exits(64)
        .says("Name one of: temporal, worker-0, worker-1");

    let follow = place.harness(&["logs", "-f", "worker"]).start();
    eventually("the first lines of a followed log", || {
        follow.stdout().contains("worker-0 | ").then_some(())
    });
    follow.signal(Signal::SIGINT);
    follow.wait().exits(0);
    place.down();
}

#[test]
fn the_web_console_opens_and_down_may_be_repeated() {
    let place = Place::new();
    let nothing = place.harness(&["down"]).run();
    nothing
        .exits(0)
        .shows("nothing is up: there is no state folder");
    place.up();
    let open = place.harness(&["open", "web", "--print"]).run().exits(0);
    let (status, _) = get(open.stdout.trim()).expect("an answer");
    assert_eq!(status, 200, "{open}");

    place.down().shows("everything is down: 3 removed");
    place.down().shows("nothing was running");
    place
        .harness(&["status"])
        .run()
        .exits(69)
        .shows("nothing is up");
    place
        .harness(&["open", "web", "--print"])
        .run()
        .exits(69)
        .says("`web` is not up");
}

/// The address of an endpoint in what `up --output json` prints.
fn endpoint(report: &Value, service: &str, port: &str) -> String {
    let endpoints = report["endpoints"].as_array().expect("a list").iter();
    let mut found = endpoints.filter(|row| row["service"] == service && row["port"] == port);
    let address = found.next().map(|row| row["address"].clone());
    address
        .expect("an endpoint")
        .as_str()
        .expect("text")
        .to_owned()
}

/// What Temporal itself says of a workflow.
#[tokio::main(flavor = "current_thread")]
async fn status_of(place: &Place, workflow: &str) -> Status {
    let deadline = Duration::from_mins(2);
    let frontend = place.address("temporal", "grpc").to_string();
    let options = connect::Options::plaintext(frontend).with_connect_timeout(deadline);
    let client = Client::connect(options).await.expect("a frontend");
    let key = ExecutionKey {
        workflow_id: workflow.to_owned(),
        run_id: String::new(),
    };
    let execution = client.execution(key, deadline).await.expect("an answer");
    execution.expect("the workflow is known").status
}
