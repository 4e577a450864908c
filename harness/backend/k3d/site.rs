//! The place that the objects of a topology are made for.

use super::ports;
use crate::backend::kubernetes::{Images, MysqlServer, NAMESPACE, Resolver, Site};
use crate::profile::K3d;

/// The image of the nodes of a cluster.
pub(crate) fn node_image(cluster: &K3d) -> String {
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
