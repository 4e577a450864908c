//! The existing resources, as far as they decide what can be changed. Pure except for the look.

use azure::api_version;
use azure::arm::{self, StackSpec};
use azure::resource_type;
use serde_json::Value;

use super::cloud::Cloud;
use super::scope::Scope;

/// The JSON pointer to the size of a server's storage.
const STORAGE: &str = "/properties/storage/storageSizeGB";

/// The existing resources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Living {
    /// The region of the resource group.
    pub region: Option<String>,
    pub cluster: Option<Value>,
    pub server: Option<Value>,
    pub network: Option<Value>,
}

impl Living {
    /// Looks up all of them. The resource group must exist.
    pub async fn look(cloud: &Cloud, scope: &Scope) -> Result<Self, arm::Error> {
        let (arm, group, names) = (&cloud.arm, &scope.group, &scope.names);
        let region = arm.resource_group(group).await?.map(|it| it.location);
        let find = |kind, version, name| arm.resource(group, kind, version, name);
        Ok(Self {
            region,
            cluster: find(
                resource_type::CLUSTER,
                api_version::KUBERNETES,
                &names.cluster,
            )
            .await?,
            server: find(resource_type::SERVER, api_version::MYSQL, &names.mysql).await?,
            network: find(resource_type::NETWORK, api_version::NETWORK, &names.network).await?,
        })
    }

    /// Looks up the database server only: a stack needs the size of its storage.
    pub(super) async fn look_at_server(cloud: &Cloud, scope: &Scope) -> Result<Self, arm::Error> {
        let (arm, name) = (&cloud.arm, &scope.names.mysql);
        let server = arm.resource(
            &scope.group,
            resource_type::SERVER,
            api_version::MYSQL,
            name,
        );
        Ok(Self {
            server: server.await?,
            ..Self::default()
        })
    }

    /// The storage of the database server, in GiB.
    pub fn storage_gib(&self) -> Option<u64> {
        self.server.as_ref()?.pointer(STORAGE)?.as_u64()
    }

    /// The node pools of the cluster.
    pub fn pools(&self) -> impl Iterator<Item = &Value> {
        let pools = self.cluster.iter().filter_map(|cluster| {
            let pools = cluster.pointer("/properties/agentPoolProfiles")?;
            pools.as_array()
        });
        pools.flatten()
    }

    /// Raises the requested storage to the existing size. Storage grows by itself and never
    /// shrinks, and Azure refuses a smaller size
    /// (<https://learn.microsoft.com/azure/mysql/flexible-server/concepts-service-tiers-storage#storage-autogrow>).
    /// The tags with the digests of the stack still describe what the profile requests.
    pub fn keep_storage(&self, stack: &mut StackSpec) {
        let Some(there) = self.storage_gib() else {
            return;
        };
        let resources = stack.properties.template["resources"].as_array_mut();
        let servers = resources.into_iter().flatten();
        for server in servers.filter(|it| it["type"] == resource_type::SERVER) {
            if let Some(size) = server.pointer_mut(STORAGE)
                && size.as_u64().is_some_and(|asked| asked < there)
            {
                *size = there.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use azure::arm::{DenySettings, StackProperties};
    use serde_json::json;

    use super::*;
    use crate::azure::UNMANAGE;

    fn stack(storage: u64) -> StackSpec {
        let server = json!({"type": resource_type::SERVER, "properties": {"storage": {"storageSizeGB": storage}}});
        StackSpec {
            tags: BTreeMap::new(),
            properties: StackProperties {
                template: json!({"resources": [{"type": resource_type::NETWORK}, server]}),
                parameters: BTreeMap::new(),
                action_on_unmanage: UNMANAGE,
                deny_settings: DenySettings::none(),
                description: None,
            },
        }
    }

    #[test]
    fn the_larger_size_of_profile_and_server_is_requested() {
        let server = |gib: u64| json!({"properties": {"storage": {"storageSizeGB": gib}}});
        for (asked, there, sent) in [
            (20, Some(25), 25),
            (32, Some(25), 32),
            (20, Some(20), 20),
            (20, None, 20),
        ] {
            let living = Living {
                server: there.map(server),
                ..Living::default()
            };
            let mut spec = stack(asked);
            living.keep_storage(&mut spec);
            assert_eq!(spec, stack(sent), "{asked} {there:?}");
        }
    }
}
