//! Percentiles, exact or as bounds. Pure.

use std::borrow::Cow;
use std::fmt;

use model::quantity::{self, Milliseconds};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, json};

/// A percentile: an exact value, or its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentile {
    /// The lower bound.
    pub at_least: quantity::Duration,
    /// The upper bound. Equal to the lower bound if the value is exact; `None` if there is no upper
    /// bound.
    pub at_most: Option<quantity::Duration>,
}

/// The usual percentiles of a set of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentiles {
    /// The number of durations, censored ones included.
    pub count: u64,
    /// The number of durations of which only a lower bound is known.
    pub censored: u64,
    pub p50: Percentile,
    pub p90: Percentile,
    pub p99: Percentile,
    pub p999: Percentile,
    pub max: Percentile,
}

impl Percentiles {
    fn named(&self) -> [(&'static str, Percentile); 5] {
        let Self {
            count: _,
            censored: _,
            p50,
            p90,
            p99,
            p999,
            max,
        } = *self;
        [
            ("p50", p50),
            ("p90", p90),
            ("p99", p99),
            ("p999", p999),
            ("max", max),
        ]
    }
}

impl Serialize for Percentiles {
    /// An exact percentile is one number; any other is two bounds, so that a program cannot mistake a
    /// bound for the value.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &self.count)?;
        map.serialize_entry("censored", &self.censored)?;
        for (name, percentile) in self.named() {
            let at_least = Milliseconds::from(percentile.at_least);
            if percentile.is_known() {
                map.serialize_entry(&known(name), &at_least)?;
            } else {
                let [lower, upper] = bounds(name);
                map.serialize_entry(&lower, &at_least)?;
                map.serialize_entry(&upper, &percentile.at_most.map(Milliseconds::from))?;
            }
        }
        map.end()
    }
}

/// The key of an exact percentile.
fn known(name: &str) -> String {
    format!("{name}-ms")
}

/// The keys of the bounds of a percentile.
fn bounds(name: &str) -> [String; 2] {
    ["least", "most"].map(|side| format!("{name}-at-{side}-ms"))
}

impl JsonSchema for Percentiles {
    fn schema_name() -> Cow<'static, str> {
        "Percentiles".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        let mut every = Vec::new();
        for (name, what) in [
            ("p50", "Median"),
            ("p90", "90th percentile"),
            ("p99", "99th percentile"),
            ("p999", "99.9th percentile"),
            ("max", "Maximum"),
        ] {
            let (known, [lower, upper]) = (known(name), bounds(name));
            for (key, kind, what) in [
                (
                    &known,
                    json!("number"),
                    format!("{what}, if it is known exactly."),
                ),
                (
                    &lower,
                    json!("number"),
                    format!("{what}: lower bound, if it is not known exactly."),
                ),
                (
                    &upper,
                    json!(["number", "null"]),
                    format!(
                        "{what}: upper bound, if it is not known exactly; null if there is none."
                    ),
                ),
            ] {
                let property = json!({"description": what, "type": kind, "minimum": 0});
                properties.insert(key.clone(), property);
            }
            every.push(json!({"oneOf": [{"required": [known]}, {"required": [lower, upper]}]}));
        }
        for (key, what) in [
            ("count", "Number of durations, censored ones included."),
            (
                "censored",
                "Number of durations with a lower bound only, because the client gave up.",
            ),
        ] {
            let property = json!({
                "description": what, "type": "integer", "format": "uint64", "minimum": 0
            });
            properties.insert(key.to_owned(), property);
        }
        json_schema!({
            "description": "Percentiles of durations, in milliseconds.",
            "type": "object",
            "properties": properties,
            "required": ["count", "censored"],
            "allOf": every
        })
    }
}

impl Percentile {
    /// Whether it is an exact value.
    pub fn is_known(&self) -> bool {
        self.at_most == Some(self.at_least)
    }

    /// Whether it may be longer than `bound`; true if that is unknown.
    pub fn may_exceed(&self, bound: quantity::Duration) -> bool {
        self.at_most.is_none_or(|at_most| at_most > bound)
    }
}

impl fmt::Display for Percentile {
    /// For people: `12.3ms` if exact, `4.50s to 5.00s` with two bounds, `> 5.02s` with a lower bound
    /// only.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_least = self.at_least.approximate();
        match self.at_most {
            _ if self.is_known() => out.write_str(&at_least),
            Some(at_most) => write!(out, "{at_least} to {}", at_most.approximate()),
            None => write!(out, "> {at_least}"),
        }
    }
}
