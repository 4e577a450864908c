//! Pods and the database beside the cluster, which die in the middle of a run.

use serde_json::Value;
use support::deaths::{await_event, deaths, lines, start};

use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::{Place, docker};

testing::tests!([LINUX, DOCKER, K3D]; blocking: whatever_dies_in_a_cluster_is_told);

/// Runs `quiet`, and `kill` in the middle of it; the deaths.
fn run(place: &Place, kill: impl FnOnce()) -> Vec<Value> {
    let test = start(place, &["quiet"]);
    await_event(&test, "phase-started");
    kill();
    deaths(place, &test.wait().exits(2))
}

/// Runs a command in the node.
fn in_node(cluster: &str, command: &str) {
    let node = format!("k3d-{cluster}-server-0");
    docker(&["exec", &node, "sh", "-c", command]);
}

fn is_worker(death: &Value) -> bool {
    let replica = death["replica"].as_str();
    replica.is_some_and(|name| name.starts_with("worker-"))
}

fn whatever_dies_in_a_cluster_is_told() {
    let place = Place::k3d();
    place.up();
    let cluster = place.cluster();

    // A container that ends is started again by the cluster, before anybody misses it.
    let restarted = run(&place, || {
        in_node(&cluster, "kill -9 $(pidof worker | cut -d ' ' -f 1)");
    });
    assert_eq!(restarted.len(), 1, "{restarted:#?}");
    assert!(is_worker(&restarted[0]), "{restarted:#?}");
    assert_eq!(restarted[0]["status"], "exit code 137 (Error)");
    assert!(!lines(&restarted[0]).is_empty(), "{restarted:#?}");

    // A pod that somebody deletes is replaced by another one.
    let delete = "kubectl --namespace=temporal delete pod \
                  --selector=app.kubernetes.io/component=worker";
    let deleted = run(&place, || in_node(&cluster, delete));
    assert!(
        !deleted.is_empty() && deleted.iter().all(is_worker),
        "{deleted:#?}"
    );
    for death in &deleted {
        assert_eq!(death["status"], "its pod was deleted");
    }

    // The database beside the cluster.
    let database = run(&place, || drop(docker(&["kill", &place.database()])));
    assert_eq!(database[0]["replica"], "mysql", "{database:#?}");
    place.down();
}
