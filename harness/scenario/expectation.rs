//! Compares thresholds with measured values. Pure.

use std::fmt::Display;

use load::{Percentile, Percentiles};
use model::quantity::{self, Comparison, Threshold, Throughput};
use schemars::JsonSchema;
use serde::Serialize;

use super::measured::{Measured, milliseconds};
use super::metric::{Metric, Unit};
use super::model::{Phase, Thresholds};
use super::statistics::{PhaseStatistics, float};

/// A threshold with the measured value: as numbers for programs and as texts for people.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    /// The phase that the threshold is for.
    pub phase: Phase,
    /// The metric, such as `error-rate`.
    pub metric: Metric,
    /// The unit of `bound` and of the value.
    pub unit: Unit,
    /// How the value must compare with the bound.
    pub comparison: Comparison,
    /// The bound, such as 0.001, in `unit`. A share of the offered rate is converted to a rate.
    #[serde(serialize_with = "super::measured::number")]
    pub bound: f64,
    /// The measured value.
    #[serde(flatten)]
    pub measured: Measured,
    /// The threshold for people, such as `< 0.1%`.
    pub wanted: String,
    /// The measured value for people, such as `0.05%`; `> 5.02s` where only a lower bound is known;
    /// `nothing was measured` where there is no value.
    pub actual: String,
    /// Whether the value is known to satisfy the threshold.
    pub met: bool,
    /// By what factor the threshold is missed. Of several missed thresholds, the one with the largest
    /// factor is reported first.
    #[serde(skip)]
    pub excess: f64,
}

impl Expectation {
    /// One sentence: the measured value of `what` and the wanted one.
    pub(super) fn told(&self, what: &str) -> String {
        let Self { wanted, actual, .. } = self;
        if self.measured == Measured::NOTHING {
            format!("{what} was not measured, wanted {wanted}")
        } else {
            format!("{what} was {actual}, wanted {wanted}")
        }
    }
}

struct Actual {
    measured: Measured,
    shown: String,
}

impl Actual {
    fn known(value: f64, shown: String) -> Self {
        let measured = Measured::known(value);
        Self { measured, shown }
    }
}

impl From<Percentile> for Actual {
    fn from(percentile: Percentile) -> Self {
        Self {
            measured: percentile.into(),
            shown: percentile.to_string(),
        }
    }
}

/// Compares the thresholds of one phase with its statistics.
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
        let actual = sent.then(|| Actual::known(actual, percent(actual)));
        let bound = |bound: &quantity::Percent| bound.fraction();
        expectations.push(compare(phase, Metric::ErrorRate, threshold, actual, bound));
    }
    for (metric, threshold, pick) in [
        (
            Metric::StartToCloseP50,
            &start_to_close.p50,
            pick(|p| p.p50),
        ),
        (
            Metric::StartToCloseP90,
            &start_to_close.p90,
            pick(|p| p.p90),
        ),
        (
            Metric::StartToCloseP99,
            &start_to_close.p99,
            pick(|p| p.p99),
        ),
        (
            Metric::StartToCloseP999,
            &start_to_close.p999,
            pick(|p| p.p999),
        ),
    ] {
        let Some(threshold) = threshold else { continue };
        let actual = measured.start_to_close.as_ref().map(pick);
        let actual = actual.map(Actual::from);
        expectations.push(compare(phase, metric, threshold, actual, |bound| {
            milliseconds(bound.as_std())
        }));
    }
    let is_offered = measured.offered > 0;
    if let Some(threshold) = throughput {
        let actual = is_offered.then(|| completed(threshold, measured));
        let bound = |bound: &Throughput| match bound {
            Throughput::Rate(rate) => rate.per_second(),
            Throughput::OfOffered(share) => share.fraction() * measured.offered_per_second,
        };
        expectations.push(compare(phase, Metric::Throughput, threshold, actual, bound));
    }
    if let Some(threshold) = dropped {
        let actual = Actual::known(float(measured.dropped), measured.dropped.to_string());
        let actual = is_offered.then_some(actual);
        let bound = |bound: &quantity::Count| float(bound.get());
        expectations.push(compare(phase, Metric::Dropped, threshold, actual, bound));
    }
    expectations
}

/// Compares one value with its threshold. A value that is only known to lie between two bounds counts
/// as the worse one, so that `met` is certain.
fn compare<T: Display>(
    phase: Phase,
    metric: Metric,
    threshold: &Threshold<T>,
    actual: Option<Actual>,
    unit: impl Fn(&T) -> f64,
) -> Expectation {
    let nothing = || Actual {
        measured: Measured::NOTHING,
        shown: "nothing was measured".to_owned(),
    };
    let Actual { measured, shown } = actual.unwrap_or_else(nothing);
    let comparison = threshold.comparison;
    let worst = match comparison {
        Comparison::Below | Comparison::AtMost => measured.at_most(),
        Comparison::Above | Comparison::AtLeast => measured.at_least(),
    };
    let bound = unit(&threshold.bound);
    let excess = worst.map_or(f64::INFINITY, |worst| match comparison {
        Comparison::Below | Comparison::AtMost => worst / bound,
        Comparison::Above | Comparison::AtLeast => bound / worst,
    });
    Expectation {
        phase,
        metric,
        unit: metric.unit(),
        comparison,
        bound,
        measured,
        wanted: threshold.to_string(),
        met: worst.is_some_and(|worst| threshold.admits(worst, |_| bound)),
        actual: shown,
        excess,
    }
}

type Pick = fn(&Percentiles) -> Percentile;

fn pick(pick: Pick) -> Pick {
    pick
}

fn completed(threshold: &Threshold<Throughput>, measured: &PhaseStatistics) -> Actual {
    let (actual, offered) = (measured.completed_per_second, measured.offered_per_second);
    let shown = match threshold.bound {
        Throughput::Rate(_) => format!("{actual:.1}/s"),
        Throughput::OfOffered(_) => {
            let part = if offered > 0.0 { actual / offered } else { 0.0 };
            format!("{} of {offered:.1}/s", percent(part))
        }
    };
    Actual::known(actual, shown)
}

/// A share as a percentage: whole numbers without decimals, small ones with enough to differ from 0.
pub(super) fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    let digits = match percent {
        _ if percent.fract() == 0.0 => 0,
        _ if percent >= 10.0 => 1,
        _ => 3,
    };
    format!("{percent:.digits$}%")
}

#[cfg(test)]
mod tests;
