//! The costs of profiles, as data.

use azure::price::Estimate;
use serde::Serialize;

/// What `cost --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Costs {
    pub(super) currency: &'static str,
    pub(super) basis: &'static str,
    pub(super) hours_per_month: f64,
    pub(super) profiles: Vec<Cost>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Cost {
    pub(super) profile: String,
    pub(super) backend: &'static str,
    pub(super) region: Option<String>,
    /// Whether the region is known: a price list has at least one price for it.
    pub(super) region_known: Option<bool>,
    #[serde(flatten)]
    pub(super) estimate: Estimate,
    /// What the chosen price list leaves out, at today's prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) left_out: Option<Estimate>,
    pub(super) budget: Option<u32>,
    pub(super) over_budget: bool,
}
