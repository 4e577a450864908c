//! The Kubernetes versions that AKS offers in a region.
//!
//! <https://learn.microsoft.com/rest/api/aks/managed-clusters/list-kubernetes-versions>

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Arm, Error, Target};
use crate::api_version::KUBERNETES;

/// The support plan that ends a year after the release of a version.
const COMMUNITY: &str = "KubernetesOfficial";

/// The answer. It has its own list format.
#[derive(Deserialize)]
struct Releases {
    #[serde(default)]
    values: Vec<Release>,
}

/// A Kubernetes version.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Major and minor, such as `1.35`.
    pub version: String,
    /// Whether it is a preview, without support.
    #[serde(default)]
    pub is_preview: bool,
    #[serde(default)]
    capabilities: Capabilities,
    #[serde(default)]
    patch_versions: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capabilities {
    support_plan: Vec<String>,
}

impl Release {
    /// Whether it matches a requested version: a minor version, or one of its patches.
    pub fn is(&self, version: &str) -> bool {
        self.version == version || self.patch_versions.contains_key(version)
    }

    /// Whether only clusters with long-term support may run it.
    pub fn is_long_term_only(&self) -> bool {
        let plans = &self.capabilities.support_plan;
        !plans.is_empty() && !plans.iter().any(|it| it.eq_ignore_ascii_case(COMMUNITY))
    }
}

impl Arm {
    /// The Kubernetes versions that AKS offers in a region.
    pub async fn kubernetes_releases(
        &self,
        subscription: &str,
        region: &str,
    ) -> Result<Vec<Release>, Error> {
        let provider = "Microsoft.ContainerService";
        let path = format!(
            "/subscriptions/{subscription}/providers/{provider}/locations/{region}/kubernetesVersions"
        );
        let answer: Releases = self.get(&Target::new(path, KUBERNETES)).await?;
        Ok(answer.values)
    }
}
