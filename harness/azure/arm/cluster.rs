//! AKS: what a cluster is like, and how to get at it.

use azure_core::base64;
use base::secret::Secret;
use serde::Deserialize;
use serde_json::Value;

use super::{Arm, Error, Group};
use crate::api_version::KUBERNETES;
use crate::resource_type;

/// The answer; a file for each kind of user.
#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    kubeconfigs: Vec<Kubeconfig>,
}

#[derive(Deserialize)]
struct Kubeconfig {
    value: String,
}

/// A cluster, as far as it matters to what may become of it.
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

/// A pool of its nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// The size of each node.
    pub vm_size: String,
    /// How many there are.
    pub count: i64,
}

impl Cluster {
    /// The one that a document is.
    pub fn of(document: &Value) -> Result<Self, Error> {
        Self::deserialize(document).map_err(|source| Error::Unreadable {
            act: "GET of the cluster".to_owned(),
            source,
        })
    }

    /// The version of Kubernetes that it runs.
    pub fn version(&self) -> Option<&str> {
        let properties = &self.properties;
        let current = properties.current_kubernetes_version.as_deref();
        current.or(properties.kubernetes_version.as_deref())
    }

    /// Whether it has long-term support.
    pub fn has_long_term_support(&self) -> bool {
        let plan = self.properties.support_plan.as_deref();
        plan.is_some_and(|plan| plan.eq_ignore_ascii_case("AKSLongTermSupport"))
    }

    /// Its pools.
    pub fn pools(&self) -> &[Pool] {
        self.properties
            .agent_pool_profiles
            .as_deref()
            .unwrap_or_default()
    }
}

impl Arm {
    /// The kubeconfig of a user of a cluster. Where local accounts are disabled, its user is a call
    /// of `kubelogin`; server and certificate are what is of use then, with a token for
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
        let first = first.ok_or_else(|| unreadable("it has no kubeconfig".to_owned()))?;
        let text = base64::decode(first.value).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(text).map_err(|error| unreadable(error.to_string()))?;
        Ok(Secret::new(text))
    }
}
