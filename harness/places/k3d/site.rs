//! The place that the objects of a topology are made for.

use kubernetes::{Images, MysqlServer, NAMESPACE, Resolver, Site};
use model::profile::K3d;

use super::ports;

/// The image of the nodes of a cluster.
pub fn node_image(cluster: &K3d) -> String {
    format!("rancher/k3s:v{}", cluster.kubernetes)
}

/// The site of a profile.
pub(super) fn site(profile: &str, images: Images, mysql: MysqlServer) -> Site {
    Site {
        namespace: NAMESPACE.to_owned(),
        instance: profile.to_owned(),
        images,
        mysql,
        exposure: ports::exposure(),
        resolver: Resolver::Pods,
    }
}
