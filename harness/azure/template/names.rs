//! The names and ids of the resources: literal text, so that a plan shows them before anything
//! exists.

use model::topology::Digest;
use uuid::Uuid;

use super::deployment_scope::DeploymentScope;

/// The number of hexadecimal digits that make a name unique in all of Azure.
const UNIQUE: usize = 10;

/// The UUID namespace of role assignment names (RFC 9562, version 5).
const ROLE_ASSIGNMENTS: Uuid = Uuid::from_u128(0x6c1f_4c5e_0f0b_4c2f_9c0a_6f1d_2b7e_5a34);

/// The names of a profile's resources in a resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub cluster: String,
    /// The resource group that AKS creates for the nodes.
    pub node_group: String,
    /// The identity of the control plane.
    pub control_plane: String,
    /// The identity with which nodes pull images.
    pub kubelet: String,
    /// The container registry: unique in all of Azure, only letters and digits.
    pub registry: String,
    /// The database server: unique in all of Azure.
    pub mysql: String,
    pub network: String,
    /// The private DNS zone of the database.
    pub zone: String,
    pub stack: String,
    group_id: String,
}

impl Names {
    /// The names in a scope. The same subscription, group and profile always have the same names.
    pub fn of(scope: &DeploymentScope) -> Self {
        let profile = &scope.profile;
        let group_id = format!(
            "/subscriptions/{}/resourceGroups/{}",
            scope.subscription, scope.resource_group
        );
        let hash = Digest::of_bytes(format!("{}/{profile}", group_id.to_lowercase()).as_bytes());
        let unique = &hash.short()[..UNIQUE];
        let letters: String = profile.chars().filter(|letter| *letter != '-').collect();
        Self {
            cluster: format!("{profile}-aks"),
            node_group: format!("{}-nodes", scope.resource_group),
            control_plane: format!("{profile}-control-plane"),
            kubelet: format!("{profile}-kubelet"),
            registry: format!("{letters}{unique}"),
            mysql: format!("{profile}-{unique}"),
            network: format!("{profile}-network"),
            zone: format!("{profile}-{unique}.private.mysql.database.azure.com"),
            stack: format!("harness-{profile}"),
            group_id,
        }
    }

    /// The id of a resource of the group, such as `id("Microsoft.Network/virtualNetworks",
    /// &["net"])`. `names` has one name for each segment of the type after the provider.
    pub fn id(&self, kind: &str, names: &[&str]) -> String {
        id_in(&self.group_id, kind, names)
    }

    /// The id of the resource group.
    pub fn group_id(&self) -> &str {
        &self.group_id
    }
}

/// The name of a role assignment, which must be a GUID. The same scope, role and principal have the
/// same name, so that a second deployment assigns nothing new.
pub(super) fn assignment(scope: &str, role: &str, principal: &str) -> String {
    let text = format!("{scope}|{role}|{principal}").to_lowercase();
    Uuid::new_v5(&ROLE_ASSIGNMENTS, text.as_bytes()).to_string()
}

/// The id of a resource in a scope.
fn id_in(scope: &str, kind: &str, names: &[&str]) -> String {
    let mut segments = kind.split('/');
    let mut id = format!("{scope}/providers/{}", segments.next().unwrap_or_default());
    for (segment, name) in segments.zip(names) {
        id.extend(["/", segment, "/", name]);
    }
    id
}
