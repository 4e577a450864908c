//! The names of a topology's parts in Docker. They depend on the state folder only, so the parts
//! are found again even if all records are lost.

use backend::state::Directory;
use model::plan::{ResourceId, ResourceKind};
use model::topology::Digest;

/// The name of the endpoint for the frontend's gRPC.
pub(super) const FRONTEND: &str = "grpc";

/// The longest cluster name that k3d accepts.
const LONGEST: usize = 32;

/// How many digits of the folder's digest distinguish profiles of the same name.
const DIGITS: usize = 6;

/// The label by which k3d marks all parts of a cluster.
const K3D_CLUSTER: &str = "k3d.cluster";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// The path of the state folder, for labels.
    pub(super) owner: String,
    /// The name of the cluster, and of the network that it shares with the database.
    pub(super) cluster: String,
}

impl Names {
    pub(super) fn of(state: &Directory) -> Self {
        let owner = state.path().as_str();
        // Host names do not allow some characters, such as the dot in the folder name of a
        // rehearsal.
        let profile = state
            .path()
            .file_name()
            .unwrap_or("profile")
            .replace('.', "-");
        let digest = Digest::of_bytes(owner.as_bytes());
        let digits = &digest.short()[..DIGITS];
        let room = LONGEST - "h--".len() - DIGITS;
        let profile = profile
            .get(..room)
            .unwrap_or(&profile)
            .trim_end_matches('-');
        Self {
            owner: owner.to_owned(),
            cluster: format!("h-{profile}-{digits}"),
        }
    }

    pub(super) fn network(&self) -> &str {
        &self.cluster
    }

    /// The volume that k3d mounts into every node.
    pub(super) fn image_volume(&self) -> String {
        format!("k3d-{}-images", self.cluster)
    }

    /// The containers of the nodes, as k3d names them.
    pub(super) fn nodes(&self, servers: u16, agents: u16) -> Vec<String> {
        let node = |role: &str, number| format!("k3d-{}-{role}-{number}", self.cluster);
        let servers = (0..servers).map(|number| node("server", number));
        servers
            .chain((0..agents).map(|number| node("agent", number)))
            .collect()
    }

    /// The label that k3d puts on the cluster's containers and volumes, including its helpers.
    pub(super) fn k3d_label(&self) -> String {
        format!("{K3D_CLUSTER}={}", self.cluster)
    }

    pub(super) fn network_id(&self) -> ResourceId {
        ResourceId::new(ResourceKind::Network, self.network())
    }

    pub(super) fn cluster_id(&self) -> ResourceId {
        ResourceId::new(ResourceKind::Cluster, &self.cluster)
    }
}

/// The resource id of the images in the nodes.
pub(super) fn images_id() -> ResourceId {
    ResourceId::new(ResourceKind::Images, "cluster")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &str) -> Names {
        Names::of(&Directory::new(folder))
    }

    #[test]
    fn a_name_contains_the_profile_and_differs_between_folders() {
        let one = names("/a/.harness/k3d");
        assert_eq!(one.cluster, "h-k3d-86e43a");
        assert_ne!(one, names("/b/.harness/k3d"));
        assert_eq!(
            one.nodes(1, 1),
            ["k3d-h-k3d-86e43a-server-0", "k3d-h-k3d-86e43a-agent-0"]
        );
    }

    #[test]
    fn a_long_name_is_shortened_to_what_k3d_accepts() {
        let long = names("/a/.harness/a-profile-whose-name-is-so-long");
        assert!(long.cluster.len() <= LONGEST, "{}", long.cluster);
        assert!(long.cluster.starts_with("h-a-profile-whose-name-is-"));
    }
}
