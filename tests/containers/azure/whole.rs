//! The whole way of a user: promote, look, use, test, rotate, drift, destroy.

use camino::Utf8Path;
use fs_err as fs;
use nix::sys::signal::Signal;
use support::{Look as _, eventually, get, proofs};

use super::promote;
use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::{Place, docker};

testing::tests!([LINUX, DOCKER, K3D]; blocking: a_topology_is_promoted_used_tested_and_destroyed);

fn a_topology_is_promoted_used_tested_and_destroyed() {
    let place = Place::azure_that_builds();
    let promoted = promote(&place, &["--output", "json"]).run().exits(0);
    let report = promoted.json();
    assert_eq!(report["smoke"]["verdict"], "pass", "{promoted}");
    assert_eq!(
        report["outputs"]["entrances"]["web"]["exposure"],
        "cluster-ip"
    );
    place.harness(&["status"]).run().exits(0);
    place.harness(&["drift"]).run().exits(0);
    greets(&place);
    nothing_has_the_password(&place);

    let again = promote(&place, &["--output", "json", "--no-smoke"])
        .run()
        .exits(0);
    let steps = again.json()["steps"]["steps"].clone();
    let steps = steps.as_array().expect("a list");
    assert!(steps.iter().all(|step| step["action"] == "keep"), "{again}");

    let test = [
        "test",
        "scenarios/worker-crash.yaml",
        "scenarios/history-crash.yaml",
        "--output",
        "json",
    ];
    let test = place.harness(&test).run();
    assert_eq!(proofs(&place, &test).len(), 2, "{test}");
    let before = password(&place);
    place.harness(&["rotate", "password"]).run().exits(0);
    assert_ne!(password(&place), before);
    place
        .harness(&["test", "scenarios/smoke.yaml"])
        .run()
        .exits(0);

    // Behind its back.
    let node = node(&place);
    let scale = "kubectl -n temporal scale deployment web --replicas=3";
    docker(&["exec", &node, "sh", "-c", scale]);
    place.harness(&["drift"]).run().exits(2).shows("replicas");
    promote(&place, &["--no-smoke"]).run().exits(0);
    place.harness(&["drift"]).run().exits(0);

    let logs = place.harness(&["logs", "worker"]).run().exits(0);
    assert!(logs.stdout.contains("worker-"), "{logs}");
    place.harness(&["destroy"]).run().exits(77);
    place.harness(&["status"]).run().exits(0);
    place.down();
}

/// By a port that is forwarded for as long as a command runs.
fn greets(place: &Place) {
    let open = place.harness(&["open", "starter", "--print"]).start();
    let address = eventually("the address of the starter", || {
        let shown = open.stdout();
        Some(shown.lines().next()?.to_owned()).filter(|_| shown.ends_with('\n'))
    });
    let greeting = get(&format!("{address}?name=Ada"));
    assert_eq!(greeting, Some((200, "Hello Ada!".to_owned())));
    open.signal(Signal::SIGINT);
    open.wait().exits(0);
}

fn node(place: &Place) -> String {
    format!("k3d-{}-server-0", place.cluster())
}

/// The password that the database has.
fn password(place: &Place) -> String {
    let file = place.state().join("secrets/mysql");
    fs::read_to_string(file).expect("it is there")
}

/// No artifact of a run has it: state of the built-in Azure, journal, logs, reports, images.
fn nothing_has_the_password(place: &Place) {
    let password = password(place);
    let secrets = place.state().join("secrets");
    let mut folders = vec![
        place.root().join(".harness"),
        place.root().with_file_name("output"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().expect("readable") {
            let path = entry.expect("readable").into_path();
            if path.is_dir() {
                folders.extend((path != secrets).then_some(path));
            } else {
                assert!(!has(&path, &password), "{path}");
            }
        }
    }
}

fn has(path: &Utf8Path, text: &str) -> bool {
    let bytes = fs::read(path).expect("readable");
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
