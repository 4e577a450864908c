//! `bench`.

use insta::assert_snapshot;
use support::world::World;

#[test]
fn throughput_brings_up_measures_and_takes_down() {
    let world = World::new();
    let bench = "bench throughput -p simulated --warmup 50ms --duration 2s --concurrency 2";
    let run = world.run(bench);
    assert_eq!(run.code, 0, "{run}");
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{run}");
    assert!(lines[0].contains(" workflows/s ("), "{run}");
    assert!(lines[1].starts_with("start to close: p50 "), "{run}");
    assert_eq!(lines[3], "CPU ms per workflow");
    assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
    let json = world.run(&format!("{bench} --output json")).json();
    assert!(json["completed"].as_u64() > Some(0), "{json:#}");
    assert_eq!(json["length-ms"], 2000, "{json:#}");
    assert!(json["latency"]["p99-ms"].as_f64() > Some(0.0), "{json:#}");
    assert!(json["cpu"]["client-ms"].as_f64() > Some(0.0), "{json:#}");
}

#[test]
fn up_is_not_measured_where_nothing_starts() {
    assert_snapshot!(World::new().run("bench up -p simulated"), @"
    --- stderr
    error: `bench up` measures only topologies on this machine
      hint: Use a profile of backend `process` or `k3d`.
    --- exit 69
    ");
}
