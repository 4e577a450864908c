//! The versions of Kubernetes that AKS has.
//!
//! <https://learn.microsoft.com/azure/aks/supported-kubernetes-versions>, as of the end of November
//! 2026.

use serde_json::{Map, Value, json};

use super::super::message::Response;
use super::super::place;
use super::super::refusal::Refusal;

/// A minor version.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Release {
    /// Such as `1.35`.
    pub(in super::super) minor: &'static str,
    /// Its releases, the newest last.
    pub(in super::super) patches: &'static [&'static str],
    /// Whether only long-term support has it.
    pub(in super::super) long_term: bool,
    preview: bool,
}

const fn of(minor: &'static str, patches: &'static [&'static str]) -> Release {
    Release {
        minor,
        patches,
        long_term: false,
        preview: false,
    }
}

/// The version of a cluster that names none.
pub(in super::super) const DEFAULT: &str = "1.35";

/// The versions of every region, the oldest first.
pub(in super::super) const VERSIONS: &[Release] = &[
    Release {
        long_term: true,
        ..of("1.32", &["1.32.10", "1.32.11"])
    },
    Release {
        long_term: true,
        ..of("1.33", &["1.33.8", "1.33.9"])
    },
    of("1.34", &["1.34.5", "1.34.6"]),
    of("1.35", &["1.35.3", "1.35.4"]),
    of("1.36", &["1.36.1", "1.36.2"]),
    Release {
        preview: true,
        ..of("1.37", &["1.37.0"])
    },
];

/// The release that has a version, which is a minor one or one of its patches.
pub(in super::super) fn release(version: &str) -> Option<&'static Release> {
    let named = |it: &&Release| it.minor == version || it.patches.contains(&version);
    VERSIONS.iter().find(named)
}

/// The patch that a version comes to: the newest of a minor one.
pub(in super::super) fn newest(version: &str) -> &str {
    match release(version) {
        Some(release) if release.minor == version => release.patches.last().unwrap_or(&version),
        _ => version,
    }
}

impl Release {
    fn document(&self, position: usize) -> Value {
        let later: Vec<&str> = VERSIONS[position..]
            .iter()
            .take(2)
            .flat_map(|it| it.patches.iter().copied())
            .collect();
        let patches = self.patches.iter().map(|patch| {
            let after = later.iter().skip_while(|it| *it != patch).skip(1);
            let upgrades: Vec<&&str> = after.collect();
            ((*patch).to_owned(), json!({ "upgrades": upgrades }))
        });
        let plans: &[&str] = match (self.long_term, self.preview) {
            (true, _) => &["AKSLongTermSupport"],
            (_, true) => &["KubernetesOfficial"],
            _ => &["KubernetesOfficial", "AKSLongTermSupport"],
        };
        let mut document = json!({
            "version": self.minor,
            "capabilities": {"supportPlan": plans},
            "patchVersions": patches.collect::<Map<String, Value>>(),
        });
        // What is not so is not said.
        for (field, is) in [
            ("isPreview", self.preview),
            ("isDefault", self.minor == DEFAULT),
        ] {
            if is {
                document[field] = json!(true);
            }
        }
        document
    }
}

/// The answer: a list of `values`, without a next page.
pub(super) fn versions(region: &str) -> Response {
    if !place::REGIONS.contains(&region) {
        let message = format!(
            "No registered resource provider found for location '{region}' and API version '{}' for type 'locations/kubernetesVersions'.",
            super::super::super::api_version::KUBERNETES
        );
        return Refusal::bad("NoRegisteredProviderFound", message).response();
    }
    let all = VERSIONS.iter().enumerate();
    let all: Vec<Value> = all.map(|(at, one)| one.document(at)).collect();
    Response::json(200, json!({ "values": all }))
}
