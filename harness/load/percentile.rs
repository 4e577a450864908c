//! Percentiles, as far as they are known. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use model::quantity;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

/// A percentile, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentile {
    /// What it is at the least.
    pub at_least: quantity::Duration,
    /// What it is at the most; the same where it is known, `None` where there is no bound.
    pub at_most: Option<quantity::Duration>,
}

/// The usual view of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "Written")]
pub struct Percentiles {
    /// How many durations it is about.
    pub count: u64,
    /// Of how many of those only a lower bound is known.
    pub censored: u64,
    /// Median.
    pub p50: Percentile,
    /// 90th percentile.
    pub p90: Percentile,
    /// 99th percentile.
    pub p99: Percentile,
    /// 99.9th percentile.
    pub p999: Percentile,
    /// Longest.
    pub max: Percentile,
}

/// Percentiles of durations. Where one is named in `at-most`, its value is a lower bound only.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Written {
    /// How many durations it is about.
    count: u64,
    /// Of how many of those only a lower bound is known, because they were given up on.
    censored: u64,
    /// Median.
    p50: quantity::Duration,
    /// 90th percentile.
    p90: quantity::Duration,
    /// 99th percentile.
    p99: quantity::Duration,
    /// 99.9th percentile.
    p999: quantity::Duration,
    /// Longest.
    max: quantity::Duration,
    /// Those of the percentiles above that are not known: what they are at the most, null where
    /// that is not known either.
    at_most: BTreeMap<&'static str, Option<quantity::Duration>>,
}

impl JsonSchema for Percentiles {
    fn schema_name() -> Cow<'static, str> {
        "Percentiles".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

impl From<Percentiles> for Written {
    fn from(percentiles: Percentiles) -> Self {
        let Percentiles {
            count,
            censored,
            p50,
            p90,
            p99,
            p999,
            max,
        } = percentiles;
        let named = [
            ("p50", p50),
            ("p90", p90),
            ("p99", p99),
            ("p999", p999),
            ("max", max),
        ];
        let not_known = named.into_iter().filter(|(_, it)| !it.is_known());
        Self {
            count,
            censored,
            p50: p50.at_least,
            p90: p90.at_least,
            p99: p99.at_least,
            p999: p999.at_least,
            max: max.at_least,
            at_most: not_known.map(|(name, it)| (name, it.at_most)).collect(),
        }
    }
}

impl Percentile {
    /// Whether it is one value.
    pub fn is_known(&self) -> bool {
        self.at_most == Some(self.at_least)
    }

    /// Whether it may be longer than a bound, for all that is known.
    pub fn may_exceed(&self, bound: quantity::Duration) -> bool {
        self.at_most.is_none_or(|at_most| at_most > bound)
    }
}

impl fmt::Display for Percentile {
    /// For people: `12.3ms`; `> 5.02s` where that is a lower bound only.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_least = self.at_least.approximate();
        match self.at_most {
            _ if self.is_known() => out.write_str(&at_least),
            Some(at_most) => write!(out, "{at_least} to {}", at_most.approximate()),
            None => write!(out, "> {at_least}"),
        }
    }
}
