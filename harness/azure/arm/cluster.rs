//! AKS: how to get at a cluster.

use azure_core::base64;
use serde::Deserialize;

use super::{Arm, Error, Group};
use crate::azure::api_version::KUBERNETES;
use crate::secret::Secret;

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

impl Arm {
    /// The kubeconfig of a user of a cluster. Where local accounts are disabled, its user is a call
    /// of `kubelogin`; server and certificate are what is of use then, with a token for
    /// [`super::Endpoints::aks_scope`].
    pub async fn cluster_user_kubeconfig(
        &self,
        group: &Group,
        cluster: &str,
    ) -> Result<Secret, Error> {
        let kind = "Microsoft.ContainerService/managedClusters";
        let target = group
            .target(kind, KUBERNETES, cluster)
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
