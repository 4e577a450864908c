//! The whole way of a user: up, look, use, test, down.

use support::{Look as _, get, proofs};

use crate::endpoint::endpoint;
use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::Place;

testing::tests!(
    [LINUX, DOCKER, K3D];
    blocking:
    a_topology_is_brought_up_used_tested_and_taken_down,
);

fn a_topology_is_brought_up_used_tested_and_taken_down() {
    let place = Place::k3d_that_builds();
    place.harness(&["up", "--dry-run"]).run().exits(0);
    assert!(!place.state().exists(), "a rehearsal leaves nothing");
    let up = place.harness(&["up", "--output", "json"]).run().exits(0);
    let report = up.json();
    let place_of = &report["place"];
    assert_eq!(place_of["backend"], "k3d", "{up}");
    assert_eq!(place_of["database"], "mysql", "{up}");
    let greeting = get(&format!(
        "http://{}/sync?name=Ada",
        endpoint(&report, "starter")
    ));
    assert_eq!(greeting, Some((200, "Hello Ada!".to_owned())));
    let (web, _) = get(&format!("http://{}/", endpoint(&report, "web"))).expect("an answer");
    assert_eq!(web, 200);
    place.assert_kubeconfig_is_private();
    place
        .harness(&["up"])
        .run()
        .exits(0)
        .shows("everything was already up");
    place.harness(&["status"]).run().exits(0);
    let worker = place.harness(&["logs", "worker"]).run().exits(0);
    assert!(worker.stdout.contains("worker-"), "{worker}");
    place.harness(&["render", "--validate"]).run().exits(0);
    scenarios_are_judged(&place);
    place.down();
    place
        .harness(&["down"])
        .run()
        .exits(0)
        .shows("nothing was running");
}

fn scenarios_are_judged(place: &Place) {
    let test = ["test", "smoke", "mix", "history-crash", "--output", "json"];
    let test = place.harness(&test).run();
    let reports = proofs(place, &test);
    assert_eq!(reports.len(), 3, "{test}");
    for report in reports {
        let known = |key: &str| {
            report["workers"]["worker"][key]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(known("program").len(), 64, "{report:#}");
        assert!(known("image").starts_with("sha256:"), "{report:#}");
    }
}
