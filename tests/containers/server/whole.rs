//! The whole way of a user: up, look, use, test, down.

use artifact::EXAMPLE_WORKER;
use serde_json::json;
use support::{Finished, Look as _, get, report};

use crate::endpoint::endpoint;
use crate::needs::{DOCKER, LINUX};
use crate::place::{Place, docker};

testing::tests!([LINUX, DOCKER]; blocking: a_topology_is_brought_up_used_tested_and_taken_down);

/// Databases begin as copies of one of these, which are kept on purpose.
const GOLDEN: [&str; 4] = ["volume", "ls", "--quiet", "--filter=name=harness-golden-"];

fn a_topology_is_brought_up_used_tested_and_taken_down() {
    let place = Place::server();
    let place = place.set("temporal.roles.history.replicas=2");
    place.harness(&["up", "--dry-run"]).run().exits(0);
    assert!(!place.state().exists(), "a rehearsal leaves nothing");
    let up = place.harness(&["up", "--output", "json"]).run().exits(0);
    let made = up.json();
    assert_eq!(made["place"], here(), "{up}");
    for other in ["frontend-0", "history-1", "matching-0", "worker-0"] {
        let other = format!("… create process/temporal-{other}");
        in_order(&up, ["✓ create process/temporal-history-0", &other]);
    }
    let starter = endpoint(&made, "starter");
    let greeting = get(&format!("http://{starter}/sync?name=Ada"));
    assert_eq!(greeting, Some((200, "Hello Ada!".to_owned())));
    let (web, _) = get(&format!("http://{}/", endpoint(&made, "web"))).expect("an answer");
    assert_eq!(web, 200);
    everything_is_ready(&place);
    let pids = place.pids();
    place.up().shows("everything was already up");
    place.harness(&["status"]).run().exits(0);
    place.harness(&["logs", "mysql"]).run().exits(0);

    let smoke = ["test", "scenarios/smoke.yaml", "--output", "json"];
    let report = report(&place, &place.harness(&smoke).run().exits(0));
    assert_eq!(report["verdict"], "pass", "{report:#}");
    assert_eq!(report["place"], here(), "{report:#}");
    assert_eq!(report["topology"], made["topology-digest"], "{report:#}");
    let worker = artifact::content(support::harness(), &[EXAMPLE_WORKER.to_owned()]);
    let worker = worker.expect("it is readable");
    assert_eq!(
        report["workers"]["worker"]["program"],
        json!(worker),
        "{report:#}"
    );
    assert_eq!(
        place.pids(),
        pids,
        "what was up before a run is up after it"
    );

    let down = place.down();
    for process in ["frontend-0", "history-0", "history-1", "matching-0"] {
        let process = format!("✓ remove process/temporal-{process}");
        in_order(&down, [&process, "… remove container/mysql"]);
    }
    assert!(!place.state().join("secrets").exists(), "secrets are left");
    assert_ne!(docker(&GOLDEN), [""; 0], "the next `up` would take longer");
    place
        .harness(&["down"])
        .run()
        .exits(0)
        .shows("nothing was running");
}

/// Insists that what a command told came in this order.
#[track_caller]
fn in_order(command: &Finished, lines: [&str; 2]) {
    let [before, after] = lines.map(|line| command.stderr.find(line));
    assert!(before.is_some() && before < after, "{lines:?}: {command}");
}

/// Where it runs, as `up` and reports say.
fn here() -> serde_json::Value {
    serde_json::json!({"backend": "process", "engine": "server", "database": "mysql"})
}

fn everything_is_ready(place: &Place) {
    let states = place.states();
    assert!(
        states.iter().all(|(_, state)| state == "ready"),
        "{states:?}"
    );
    let mut there: Vec<_> = states.into_iter().map(|(id, _)| id).collect();
    there.sort();
    let wanted = [
        "container/mysql",
        "container/web",
        "namespace/default",
        "process/temporal-frontend-0",
        "process/temporal-history-0",
        "process/temporal-history-1",
        "process/temporal-matching-0",
        "process/temporal-worker-0",
        "process/worker-0",
        "process/worker-1",
        "schema/temporal",
    ];
    assert_eq!(there, wanted);
}
