//! What `up --output json` prints.

use serde_json::Value;

/// The address of an endpoint, by the name of its port or its service.
pub(crate) fn endpoint(report: &Value, name: &str) -> String {
    let endpoints = report["endpoints"].as_array().expect("a list").iter();
    let mut found = endpoints.filter(|row| row["port"] == name || row["service"] == name);
    let found = found.next().expect("an endpoint");
    found["address"].as_str().expect("text").to_owned()
}
