//! What the resources are called, and their ids: literal text, so that a plan can be read before
//! anything exists.

use model::topology::Digest;
use uuid::Uuid;

use super::place::Place;

/// How many hexadecimal digits make a name unique in all of Azure.
const UNIQUE: usize = 10;

/// The space of the names of role assignments (RFC 9562, version 5).
const ROLE_ASSIGNMENTS: Uuid = Uuid::from_u128(0x6c1f_4c5e_0f0b_4c2f_9c0a_6f1d_2b7e_5a34);

/// Names of what a profile has in a resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The Kubernetes cluster.
    pub cluster: String,
    /// The group that AKS itself makes for the nodes.
    pub node_group: String,
    /// The identity of the control plane.
    pub control_plane: String,
    /// The identity that nodes pull images with.
    pub kubelet: String,
    /// The container registry: unique in all of Azure, letters and digits only.
    pub registry: String,
    /// The database server: unique in all of Azure.
    pub mysql: String,
    /// The virtual network.
    pub network: String,
    /// The private zone of the database.
    pub zone: String,
    /// The deployment stack.
    pub stack: String,
    group_id: String,
}

impl Names {
    /// The names of a place: the same for as long as subscription, group and profile are.
    pub fn of(place: &Place) -> Self {
        let profile = &place.profile;
        let group_id = format!(
            "/subscriptions/{}/resourceGroups/{}",
            place.subscription, place.resource_group
        );
        let hash = Digest::of_bytes(format!("{}/{profile}", group_id.to_lowercase()).as_bytes());
        let unique = &hash.short()[..UNIQUE];
        let letters: String = profile.chars().filter(|letter| *letter != '-').collect();
        Self {
            cluster: format!("{profile}-aks"),
            node_group: format!("{}-nodes", place.resource_group),
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

    /// The id of a resource of the group: `id("Microsoft.Network/virtualNetworks", &["net"])`,
    /// with one name for each segment of the type after the provider.
    pub fn id(&self, kind: &str, names: &[&str]) -> String {
        id_in(&self.group_id, kind, names)
    }

    /// The resource group's own id.
    pub fn group_id(&self) -> &str {
        &self.group_id
    }
}

/// The name of a role assignment, which has to be a GUID: the same for the same scope, role and
/// holder, so that assigning twice is assigning once.
pub(super) fn assignment(scope: &str, role: &str, holder: &str) -> String {
    let text = format!("{scope}|{role}|{holder}").to_lowercase();
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
