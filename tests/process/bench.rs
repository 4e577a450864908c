//! `bench up`, on the real topology.

use support::{Look as _, Place};

#[test]
fn a_start_is_measured_against_the_same_by_hand_and_its_timeline_adds_up() {
    let place = Place::new();
    let bench = ["bench", "up", "--rounds", "1", "--output", "json"];
    let measured = place.harness(&bench).run().exits(0).json();

    assert_eq!(measured["place"]["engine"], "dev-server");
    let median = |row: &str| {
        measured[row]["median-ms"]
            .as_f64()
            .expect("it was measured")
    };
    assert!(median("bare-server") < median("by-hand"));
    let timeline = &measured["up-cold"]["timeline"];
    let milliseconds = |value: &serde_json::Value| value.as_f64().expect("a number");
    let resources = timeline["resources"].as_array().expect("a list");
    let made: Vec<&str> = resources
        .iter()
        .map(|made| made["id"].as_str().expect("a name"))
        .collect();
    assert!(made.contains(&"process/temporal") && made.contains(&"process/worker-0"));
    for made in resources {
        assert!(
            milliseconds(&made["begin-ms"]) <= milliseconds(&made["applied-ms"]),
            "{made}"
        );
        assert!(
            milliseconds(&made["applied-ms"]) <= milliseconds(&made["ready-ms"]),
            "{made}"
        );
    }
    let path = timeline["critical-path"].as_array().expect("a list");
    let last = path.last().expect("it is not empty");
    let gap = milliseconds(&last["end-ms"]) - milliseconds(&timeline["first-result-ms"]);
    assert!(gap.abs() < 1e-9);
    assert!(path.iter().any(|work| work["what"] == "process/temporal"));
    for name in ["bench-up", "bench-by-hand"] {
        let status = ["status", "--set", &format!("name={name}")];
        place.harness(&status).run().exits(69);
    }
}
