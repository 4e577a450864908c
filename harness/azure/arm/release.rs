//! The versions of Kubernetes that AKS has in a region.
//!
//! <https://learn.microsoft.com/rest/api/aks/managed-clusters/list-kubernetes-versions>

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Arm, Error, Target};
use crate::api_version::KUBERNETES;

/// The support that ends a year after a version has come.
const COMMUNITY: &str = "KubernetesOfficial";

/// The answer, which is no list like others.
#[derive(Deserialize)]
struct Releases {
    #[serde(default)]
    values: Vec<Release>,
}

/// A version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Major and minor, such as `1.35`.
    pub version: String,
    /// Whether it is no more than a preview.
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
    /// Whether it is what a version asks for: by minor version, or by one of its patches.
    pub fn is(&self, version: &str) -> bool {
        self.version == version || self.patch_versions.contains_key(version)
    }

    /// Whether only clusters with long-term support may have it.
    pub fn is_long_term_only(&self) -> bool {
        let plans = &self.capabilities.support_plan;
        !plans.is_empty() && !plans.iter().any(|it| it.eq_ignore_ascii_case(COMMUNITY))
    }
}

impl Arm {
    /// The versions of Kubernetes that AKS has in a region.
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
