//! Checks a scenario against the limit of workflow starts of an existing cluster.

use model::document;
use model::quantity::{Comparison, Throughput};

use super::document::Document;

/// The key of the limit in a profile.
const KEY: &str = "backend.existing.rate-limit";

/// Rates as people write them add up to a little more than their sum.
const ROUNDING: f64 = 1e-9;

/// Checks that a scenario can run within a limit.
pub(super) fn within(document: &Document, limit: Option<u32>) -> Result<(), document::Error> {
    let Some(limit) = limit else {
        return Ok(());
    };
    open_loops(document, limit)?;
    thresholds(document, limit)
}

/// An open loop is never held back, so all of them together must be within the limit.
fn open_loops(document: &Document, limit: u32) -> Result<(), document::Error> {
    let mut before = 0.0;
    for workload in &document.scenario.workload.value {
        let Some(rate) = workload.executor.value.greatest_rate() else {
            continue;
        };
        let all = before + rate.per_second();
        if all > f64::from(limit) * (1.0 + ROUNDING) {
            let others = if before > 0.0 {
                let before = (before * 1000.0).round() / 1000.0;
                format!(" and the {before}/s of the workloads before are")
            } else {
                " is".to_owned()
            };
            let message = format!(
                "{rate}{others} more than the {limit}/s of workflow starts that `{KEY}` of the \
                 profile allows; lower the rate, or raise `rate-limit` if the cluster may get \
                 this load"
            );
            return Err(document.error(workload.executor.referenced, message));
        }
        before = all;
    }
    Ok(())
}

/// A closed loop is held back, so it cannot show a throughput above the limit.
fn thresholds(document: &Document, limit: u32) -> Result<(), document::Error> {
    let expect = &document.scenario.expect;
    let steady = expect.steady_state.iter();
    let phases = expect.phases.named().map(|(_, thresholds)| thresholds);
    for thresholds in steady.chain(phases) {
        let Some(throughput) = &thresholds.value.throughput else {
            continue;
        };
        let is_least = matches!(
            throughput.comparison,
            Comparison::Above | Comparison::AtLeast
        );
        if let Throughput::Rate(rate) = throughput.bound
            && is_least
            && rate.per_second() > f64::from(limit)
        {
            let message = format!(
                "the throughput `{throughput}` cannot be reached with the {limit}/s of workflow \
                 starts that `{KEY}` of the profile allows; lower the threshold, or raise \
                 `rate-limit`"
            );
            return Err(document.error(thresholds.referenced, message));
        }
    }
    Ok(())
}
