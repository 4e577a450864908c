//! AKS clusters: their properties, and their kubeconfig.

use azure_core::base64;
use base::secret::Secret;
use serde::Deserialize;
use serde_json::Value;

use super::{Arm, Error, Group};
use crate::api_version::KUBERNETES;
use crate::resource_type;

/// The answer: one kubeconfig for each kind of user.
#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    kubeconfigs: Vec<Kubeconfig>,
}

#[derive(Deserialize)]
struct Kubeconfig {
    value: String,
}

/// The properties of a cluster that decide how it may change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Cluster {
    properties: Properties,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    kubernetes_version: Option<String>,
    current_kubernetes_version: Option<String>,
    support_plan: Option<String>,
    agent_pool_profiles: Option<Vec<Pool>>,
}

/// A node pool of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pool {
    pub name: String,
    pub vm_size: String,
    /// The number of nodes.
    pub count: i64,
}

impl Cluster {
    /// Reads a cluster from a JSON document.
    pub fn of(document: &Value) -> Result<Self, Error> {
        Self::deserialize(document).map_err(|source| Error::Unreadable {
            act: "GET of the cluster".to_owned(),
            source,
        })
    }

    /// The Kubernetes version that runs; the requested one where Azure does not report that.
    pub fn version(&self) -> Option<&str> {
        let properties = &self.properties;
        let current = properties.current_kubernetes_version.as_deref();
        current.or(properties.kubernetes_version.as_deref())
    }

    pub fn has_long_term_support(&self) -> bool {
        let plan = self.properties.support_plan.as_deref();
        plan.is_some_and(|plan| plan.eq_ignore_ascii_case("AKSLongTermSupport"))
    }

    pub fn pools(&self) -> &[Pool] {
        self.properties
            .agent_pool_profiles
            .as_deref()
            .unwrap_or_default()
    }
}

impl Arm {
    /// The kubeconfig of a user of a cluster. If local accounts are disabled, its user entry calls
    /// `kubelogin`. Then use only server and certificate, with a token for
    /// [`super::Endpoints::aks_scope`].
    pub async fn cluster_user_kubeconfig(
        &self,
        group: &Group,
        cluster: &str,
    ) -> Result<Secret, Error> {
        let target = group
            .target(resource_type::CLUSTER, KUBERNETES, cluster)
            .below("/listClusterUserCredential");
        let answer = self.post(&target, None).await?;
        let credentials: Credentials = answer.json()?;
        let unreadable = |why: String| Error::Unreadable {
            act: answer.act.clone(),
            source: serde::de::Error::custom(why),
        };
        let first = credentials.kubeconfigs.into_iter().next();
        let first = first.ok_or_else(|| unreadable("the answer has no kubeconfig".to_owned()))?;
        let text = base64::decode(first.value).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(text).map_err(|error| unreadable(error.to_string()))?;
        Ok(Secret::new(text))
    }
}
