//! Thresholds held against what was measured. Pure.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;

use super::model::{Phase, Thresholds};
use super::statistics::{PhaseStatistics, float};
use crate::load::Percentiles;
use crate::quantity::{Duration, Threshold, Throughput};

/// A threshold, and the value that was held against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    /// The phase it is about.
    pub phase: Phase,
    /// What was measured, such as `error rate`.
    pub metric: &'static str,
    /// The threshold, such as `< 0.1%`.
    pub wanted: String,
    /// The measured value, such as `0.05%`; `nothing was measured` where there was nothing.
    pub actual: String,
    /// Whether the value is on the right side.
    pub met: bool,
}

/// Holds the thresholds of one phase against its statistics.
pub(super) fn evaluate(thresholds: &Thresholds, measured: &PhaseStatistics) -> Vec<Expectation> {
    let Thresholds {
        error_rate,
        start_to_close,
        throughput,
        dropped,
    } = thresholds;
    let mut expectations = Vec::new();
    let mut add = |metric, wanted: &dyn Display, actual: Option<String>, met: bool| {
        expectations.push(Expectation {
            phase: measured.phase,
            metric,
            wanted: wanted.to_string(),
            met: met && actual.is_some(),
            actual: actual.unwrap_or_else(|| "nothing was measured".to_owned()),
        });
    };
    if let Some(threshold) = error_rate {
        let actual = measured.error_rate;
        let sent = measured.offered > measured.dropped;
        let met = threshold.admits(actual, |bound| bound.fraction());
        add("error rate", threshold, sent.then(|| percent(actual)), met);
    }
    for (metric, threshold, pick) in [
        ("start-to-close p50", &start_to_close.p50, pick(|p| p.p50)),
        ("start-to-close p90", &start_to_close.p90, pick(|p| p.p90)),
        ("start-to-close p99", &start_to_close.p99, pick(|p| p.p99)),
        (
            "start-to-close p99.9",
            &start_to_close.p999,
            pick(|p| p.p999),
        ),
    ] {
        let Some(threshold) = threshold else { continue };
        let actual = measured.start_to_close.as_ref().map(pick);
        let met = actual.is_some_and(|actual| admits(threshold, actual));
        add(metric, threshold, actual.map(Duration::approximate), met);
    }
    if let Some(threshold) = throughput {
        let (actual, met) = completed(threshold, measured);
        add("throughput", threshold, Some(actual), met);
    }
    if let Some(threshold) = dropped {
        let met = threshold.admits(float(measured.dropped), |bound| float(bound.get()));
        add(
            "dropped",
            threshold,
            Some(measured.dropped.to_string()),
            met,
        );
    }
    expectations
}

type Pick = fn(&Percentiles) -> Duration;

fn pick(pick: Pick) -> Pick {
    pick
}

fn admits(threshold: &Threshold<Duration>, actual: Duration) -> bool {
    threshold.admits(actual.as_secs_f64(), |bound| bound.as_secs_f64())
}

fn completed(threshold: &Threshold<Throughput>, measured: &PhaseStatistics) -> (String, bool) {
    let (actual, offered) = (measured.completed_per_second, measured.offered_per_second);
    let met = threshold.admits(actual, |bound| match bound {
        Throughput::Rate(rate) => rate.per_second(),
        Throughput::OfOffered(share) => share.fraction() * offered,
    });
    let shown = match threshold.bound {
        Throughput::Rate(_) => format!("{actual:.1}/s"),
        Throughput::OfOffered(_) => {
            let part = if offered > 0.0 { actual / offered } else { 0.0 };
            format!("{} of {offered:.1}/s", percent(part))
        }
    };
    (shown, met)
}

fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    // Whole numbers without digits, small ones with enough to tell them from zero.
    let digits = match percent {
        _ if percent.fract() == 0.0 => 0,
        _ if percent >= 10.0 => 1,
        _ => 3,
    };
    format!("{percent:.digits$}%")
}
