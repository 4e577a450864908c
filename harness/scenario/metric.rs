//! The metrics that thresholds can bound, and their units. Pure.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// A metric that a threshold can bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The share of the iterations sent that did not complete.
    ErrorRate,
    /// Median of the time from the intended start to the close.
    StartToCloseP50,
    /// 90th percentile of the time from the intended start to the close.
    StartToCloseP90,
    /// 99th percentile of the time from the intended start to the close.
    StartToCloseP99,
    /// 99.9th percentile of the time from the intended start to the close.
    StartToCloseP999,
    /// Workflows that completed, per second.
    Throughput,
    /// Arrivals that were dropped.
    Dropped,
}

impl Metric {
    pub fn unit(self) -> Unit {
        match self {
            Self::ErrorRate => Unit::Share,
            Self::StartToCloseP50
            | Self::StartToCloseP90
            | Self::StartToCloseP99
            | Self::StartToCloseP999 => Unit::Milliseconds,
            Self::Throughput => Unit::PerSecond,
            Self::Dropped => Unit::Count,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ErrorRate => "error rate",
            Self::StartToCloseP50 => "start-to-close p50",
            Self::StartToCloseP90 => "start-to-close p90",
            Self::StartToCloseP99 => "start-to-close p99",
            Self::StartToCloseP999 => "start-to-close p99.9",
            Self::Throughput => "throughput",
            Self::Dropped => "dropped",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    #[serde(rename = "ms")]
    Milliseconds,
    /// A part of a whole, from 0 to 1.
    Share,
    PerSecond,
    Count,
}
