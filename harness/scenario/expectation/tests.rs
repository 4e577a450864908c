//! Thresholds and values as programs read them.

use std::time::Duration;

use load::Latencies;
use serde_json::{Value, json};

use super::*;

/// A phase of 10 s at 10/s, of which 75 workflows took 8 ms, and 25 were given up on after 5 s.
fn measured() -> PhaseStatistics {
    let mut latencies: Latencies = [Duration::from_millis(8); 75].into_iter().collect();
    latencies.record_longer(Duration::from_secs(5), 25);
    PhaseStatistics {
        phase: Phase::Baseline,
        offset: quantity::Duration::from_secs(0),
        length: quantity::Duration::from_secs(10),
        offered: 100,
        completed: 75,
        failed: 0,
        refused: 0,
        unknown: 0,
        given_up: 25,
        dropped: 0,
        not_sent: 0,
        not_made: 0,
        why_not_made: None,
        under_way: 0,
        unacknowledged: 0,
        error_rate: 0.25,
        offered_per_second: 10.0,
        completed_per_second: 7.5,
        start_to_close: latencies.percentiles(),
        service_time: None,
        start_latency: None,
        generator_delay: None,
        flows: Vec::new(),
        calls: Vec::new(),
    }
}

fn numbers(thresholds: Value, measured: &PhaseStatistics) -> Vec<String> {
    let thresholds: Thresholds = serde_json::from_value(thresholds).expect("thresholds");
    let expectations = evaluate(&thresholds, measured).into_iter();
    let lines = expectations.map(|expectation| {
        let mut json = serde_json::to_value(expectation).expect("JSON");
        let fields = json.as_object_mut().expect("an object");
        for text in ["phase", "wanted", "actual"] {
            assert!(
                fields.remove(text).is_some_and(|it| it.is_string()),
                "{text}"
            );
        }
        json.to_string()
    });
    lines.collect()
}

#[test]
fn every_expectation_has_its_numbers_with_their_unit() {
    let thresholds = json!({
        "error-rate": "< 0.1%",
        "start-to-close": {"p50": "<= 1s500us", "p90": "< 5.5s", "p99": "> 4s"},
        "throughput": ">= 95%",
        "dropped": "<= 0",
    });
    insta::assert_snapshot!(numbers(thresholds, &measured()).join("\n"), @r#"
    {"bound":0.001,"comparison":"<","met":false,"metric":"error-rate","unit":"share","value":0.25}
    {"bound":1000.5,"comparison":"<=","met":true,"metric":"start-to-close-p50","unit":"ms","value":8.003}
    {"bound":5500,"comparison":"<","met":false,"metric":"start-to-close-p90","unit":"ms","value-at-least":5001.215,"value-at-most":null}
    {"bound":4000,"comparison":">","met":true,"metric":"start-to-close-p99","unit":"ms","value-at-least":5001.215,"value-at-most":null}
    {"bound":9.5,"comparison":">=","met":false,"metric":"throughput","unit":"per-second","value":7.5}
    {"bound":0,"comparison":"<=","met":true,"metric":"dropped","unit":"count","value":0}
    "#);
}

#[test]
fn where_nothing_was_measured_the_value_is_null_and_its_bound_is_not() {
    let nothing = PhaseStatistics {
        offered: 0,
        start_to_close: None,
        ..measured()
    };
    let thresholds = json!({"start-to-close": {"p99": "< 2m"}, "throughput": ">= 18/s"});
    insta::assert_snapshot!(numbers(thresholds, &nothing).join("\n"), @r#"
    {"bound":120000,"comparison":"<","met":false,"metric":"start-to-close-p99","unit":"ms","value":null}
    {"bound":18,"comparison":">=","met":false,"metric":"throughput","unit":"per-second","value":null}
    "#);
}
