//! The gate, for a worker whose image the profile names.

use serde_json::{Value, json};
use support::Look as _;

use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::{Place, docker};
use crate::worker;

testing::tests!(
    [LINUX, DOCKER, K3D];
    blocking:
    a_tag_that_was_moved_since_the_verdict_closes_the_gate,
);

/// A name of this test alone.
const NAME: &str = "harness.local/moved:1";

fn a_tag_that_was_moved_since_the_verdict_closes_the_gate() {
    let place = Place::azure();
    let place = place.set(format!("worker.run={{image: \"{NAME}\"}}"));
    docker(&["tag", worker::image(), NAME]);
    let plan = plan(&place);
    let tested = docker(&["image", "inspect", "--format", "{{.Id}}", NAME]);
    assert_eq!(
        plan["workers"]["worker"]["image"],
        json!(tested[0]),
        "{plan:#}"
    );
    verdict(&place, &plan);
    assert_eq!(condition(&place), "met");

    docker(&["tag", "debian:bookworm-slim", NAME]);
    assert_eq!(condition(&place), "missing");
    docker(&["tag", worker::image(), NAME]);
    assert_eq!(condition(&place), "met");
    docker(&["rmi", NAME]);
}

fn plan(place: &Place) -> Value {
    let set = "promotion.require=[scenarios/smoke.yaml]";
    let words = ["plan", "--set", set, "--output", "json"];
    place.harness(&words).run().json()
}

/// A pass of what is planned.
fn verdict(place: &Place, plan: &Value) {
    let report = json!({
        "scenario": "smoke", "verdict": "pass", "finished": jiff::Timestamp::now().to_string(),
        "topology": plan["topology"], "workers": plan["workers"],
        "place": {"backend": "k3d", "engine": "server", "database": "mysql"},
    });
    let folder = place.root().join(".harness/k3d/reports/one");
    fs_err::create_dir_all(&folder).expect("writable");
    fs_err::write(folder.join("report.json"), report.to_string()).expect("writable");
}

/// How the requirement stands.
fn condition(place: &Place) -> String {
    let standing = plan(place)["gate"][0]["standing"].clone();
    let standing = standing.as_object().expect("an object");
    standing.keys().next().expect("a key").clone()
}
