//! Thresholds held against what was measured. Pure.

use std::fmt::Display;

use load::{Percentile, Percentiles};
use model::quantity::{self, Comparison, Threshold, Throughput};
use schemars::JsonSchema;
use serde::Serialize;

use super::model::{Phase, Thresholds};
use super::statistics::{PhaseStatistics, float};

/// A threshold, and the value that was held against it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    /// The phase it is about.
    pub phase: Phase,
    /// What was measured, such as `error rate`.
    pub metric: &'static str,
    /// The threshold, such as `< 0.1%`.
    pub wanted: String,
    /// The measured value, such as `0.05%`, or `> 5.02s` where only a lower bound of it is known;
    /// `nothing was measured` where there was nothing.
    pub actual: String,
    /// Whether the value is known to be on the right side.
    pub met: bool,
    /// How many times too large the value is, or too small: of several that are missed, the one
    /// that is missed by most is told.
    #[serde(skip)]
    pub excess: f64,
}

const NOTHING: &str = "nothing was measured";

impl Expectation {
    /// What was measured of `what`, and what was wanted.
    pub(super) fn told(&self, what: &str) -> String {
        let Self { wanted, actual, .. } = self;
        if actual == NOTHING {
            format!("{what} was not measured, wanted {wanted}")
        } else {
            format!("{what} was {actual}, wanted {wanted}")
        }
    }
}

/// A measured value: what it is at the least and at the most, and how it is shown.
struct Measured {
    at_least: f64,
    at_most: f64,
    shown: String,
}

impl Measured {
    fn known(value: f64, shown: String) -> Self {
        Self {
            at_least: value,
            at_most: value,
            shown,
        }
    }
}

impl From<Percentile> for Measured {
    fn from(percentile: Percentile) -> Self {
        let at_most = percentile.at_most;
        Self {
            at_least: percentile.at_least.as_secs_f64(),
            at_most: at_most.map_or(f64::INFINITY, quantity::Duration::as_secs_f64),
            shown: percentile.to_string(),
        }
    }
}

/// Holds the thresholds of one phase against its statistics.
pub(super) fn evaluate(thresholds: &Thresholds, measured: &PhaseStatistics) -> Vec<Expectation> {
    let Thresholds {
        error_rate,
        start_to_close,
        throughput,
        dropped,
    } = thresholds;
    let phase = measured.phase;
    let mut expectations = Vec::new();
    if let Some(threshold) = error_rate {
        let actual = measured.error_rate;
        let sent = measured.sent() > measured.under_way;
        let actual = sent.then(|| Measured::known(actual, percent(actual)));
        let bound = |bound: &quantity::Percent| bound.fraction();
        expectations.push(hold(phase, "error rate", threshold, actual, bound));
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
        let actual = actual.map(Measured::from);
        expectations.push(hold(phase, metric, threshold, actual, |bound| {
            bound.as_secs_f64()
        }));
    }
    let is_offered = measured.offered > 0;
    if let Some(threshold) = throughput {
        let actual = is_offered.then(|| completed(threshold, measured));
        let bound = |bound: &Throughput| match bound {
            Throughput::Rate(rate) => rate.per_second(),
            Throughput::OfOffered(share) => share.fraction() * measured.offered_per_second,
        };
        expectations.push(hold(phase, "throughput", threshold, actual, bound));
    }
    if let Some(threshold) = dropped {
        let actual = Measured::known(float(measured.dropped), measured.dropped.to_string());
        let actual = is_offered.then_some(actual);
        let bound = |bound: &quantity::Count| float(bound.get());
        expectations.push(hold(phase, "dropped", threshold, actual, bound));
    }
    expectations
}

/// Holds one value against its threshold. What is not known for certain is not met: of a value
/// between two bounds, the one counts that is nearer to the wrong side.
fn hold<T: Display>(
    phase: Phase,
    metric: &'static str,
    threshold: &Threshold<T>,
    actual: Option<Measured>,
    unit: impl Fn(&T) -> f64,
) -> Expectation {
    let worst = actual.as_ref().map(|actual| match threshold.comparison {
        Comparison::Below | Comparison::AtMost => actual.at_most,
        Comparison::Above | Comparison::AtLeast => actual.at_least,
    });
    let bound = unit(&threshold.bound);
    let excess = worst.map_or(f64::INFINITY, |worst| match threshold.comparison {
        Comparison::Below | Comparison::AtMost => worst / bound,
        Comparison::Above | Comparison::AtLeast => bound / worst,
    });
    Expectation {
        phase,
        metric,
        wanted: threshold.to_string(),
        met: worst.is_some_and(|worst| threshold.admits(worst, |_| bound)),
        actual: actual.map_or(NOTHING.to_owned(), |actual| actual.shown),
        excess,
    }
}

type Pick = fn(&Percentiles) -> Percentile;

fn pick(pick: Pick) -> Pick {
    pick
}

fn completed(threshold: &Threshold<Throughput>, measured: &PhaseStatistics) -> Measured {
    let (actual, offered) = (measured.completed_per_second, measured.offered_per_second);
    let shown = match threshold.bound {
        Throughput::Rate(_) => format!("{actual:.1}/s"),
        Throughput::OfOffered(_) => {
            let part = if offered > 0.0 { actual / offered } else { 0.0 };
            format!("{} of {offered:.1}/s", percent(part))
        }
    };
    Measured::known(actual, shown)
}

/// A share for people: whole numbers without digits, small ones with enough to tell them from zero.
pub(super) fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    let digits = match percent {
        _ if percent.fract() == 0.0 => 0,
        _ if percent >= 10.0 => 1,
        _ => 3,
    };
    format!("{percent:.digits$}%")
}
