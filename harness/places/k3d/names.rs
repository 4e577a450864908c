//! What a topology's things are called in Docker: a function of the state folder alone, so that
//! they are found again whatever else is lost.

use backend::state::Directory;
use model::plan::{ResourceId, ResourceKind};
use model::topology::Digest;

/// The endpoint of the frontend's gRPC.
pub(super) const FRONTEND: &str = "grpc";

/// The longest name that k3d takes for a cluster.
const LONGEST: usize = 32;

/// How many digits of the folder's digest tell apart two profiles of one name.
const DIGITS: usize = 6;

/// The label by which k3d marks all that belongs to a cluster.
const K3D_CLUSTER: &str = "k3d.cluster";

/// The names of one state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// The state folder, as labels have it.
    pub(super) owner: String,
    /// The cluster, and the network that it shares with the database.
    pub(super) cluster: String,
}

impl Names {
    pub(super) fn of(state: &Directory) -> Self {
        let owner = state.path().as_str();
        // What a host name may not have, such as the dot of a rehearsal's folder.
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

    /// The network.
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

    /// The label that k3d puts on containers and volumes of the cluster, its helpers included.
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

/// The images in the nodes, as a resource.
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
    fn a_name_has_the_profile_in_it_and_tells_folders_apart() {
        let one = names("/a/.harness/k3d");
        assert_eq!(one.cluster, "h-k3d-86e43a");
        assert_ne!(one, names("/b/.harness/k3d"));
        assert_eq!(
            one.nodes(1, 1),
            ["k3d-h-k3d-86e43a-server-0", "k3d-h-k3d-86e43a-agent-0"]
        );
    }

    #[test]
    fn a_long_name_is_cut_to_what_k3d_takes() {
        let long = names("/a/.harness/a-profile-whose-name-is-so-long");
        assert!(long.cluster.len() <= LONGEST, "{}", long.cluster);
        assert!(long.cluster.starts_with("h-a-profile-whose-name-is-"));
    }
}
