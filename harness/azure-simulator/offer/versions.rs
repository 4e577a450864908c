//! The Kubernetes versions that AKS offers.
//!
//! <https://learn.microsoft.com/azure/aks/supported-kubernetes-versions>, as of the end of November
//! 2026.

use model::azure_limits::Minor;
use serde_json::{Map, Value, json};

use super::super::message::Response;

/// A minor version.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Release {
    /// Such as `1.35`.
    pub(in super::super) minor: &'static str,
    /// Its patch versions, the newest last.
    pub(in super::super) patches: &'static [&'static str],
    /// Whether only long-term support offers it.
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

/// The release of a version, which is a minor version or one of its patches.
pub(in super::super) fn release(version: &str) -> Option<&'static Release> {
    let named = |it: &&Release| it.minor == version || it.patches.contains(&version);
    VERSIONS.iter().find(named)
}

/// The patch that a version resolves to. For a minor version, it is the newest one.
pub(in super::super) fn newest(version: &str) -> &str {
    match release(version) {
        Some(release) if release.minor == version => release.patches.last().unwrap_or(&version),
        _ => version,
    }
}

/// The end of AKS's refusals of a version.
pub(in super::super) const LIST: &str = "Please use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list";

/// The versions that a version can be upgraded to, the oldest first, and whether each is a preview:
/// later patches, and the patches of the next minor version.
pub(in super::super) fn upgrades(version: &str) -> impl Iterator<Item = (&'static str, bool)> {
    let minor = Minor::of(version);
    let at = VERSIONS.iter().position(|it| Minor::of(it.minor) == minor);
    let patch = |text: &str| -> Option<u32> { text.split('.').nth(2)?.parse().ok() };
    let own = patch(version);
    let (at, count) = at.map_or((0, 0), |at| (at, 2));
    let releases = VERSIONS[at..].iter().take(count);
    let all = releases.flat_map(|it| it.patches.iter().map(|patch| (*patch, it.preview)));
    all.filter(move |(text, _)| Minor::of(text) != minor || patch(text) > own)
}

impl Release {
    fn document(&self) -> Value {
        let patches = self.patches.iter().map(|patch| {
            let upgrades: Vec<&str> = upgrades(patch).map(|(patch, _)| patch).collect();
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
        // Azure leaves these properties out if they are false.
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

/// The list is in `values`, and it has no next page.
pub(super) fn versions() -> Response {
    let all: Vec<Value> = VERSIONS.iter().map(Release::document).collect();
    Response::json(200, json!({ "values": all }))
}
