//! The properties of a place that objects need, in addition to the topology.

use std::collections::BTreeMap;

use backend::WorkerSecrets;
use base::secret::Secret;
use model::topology::{Component, Run, ServiceName, Topology};

/// The Kubernetes namespace of a topology.
pub const NAMESPACE: &str = "temporal";

/// The place that objects are made for.
#[derive(Debug, Clone)]
pub struct Site {
    pub namespace: String,
    /// The profile's name: `app.kubernetes.io/instance`.
    pub instance: String,
    /// The image references for the nodes.
    pub images: Images,
    pub mysql: MysqlServer,
    /// The secrets in the environment of the workers.
    pub secrets: WorkerSecrets,
    /// How clients outside the cluster connect.
    pub exposure: Exposure,
    /// Where pods resolve names.
    pub resolver: Resolver,
}

/// Where pods resolve names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// The cluster's DNS pods.
    Pods,
    /// The cluster's DNS pods, or a cache on the pod's node, in a cluster with Cilium's network
    /// policies.
    PodsOrNode,
}

/// The image references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    pub server: String,
    /// Temporal's admin tools, which include the SQL tool.
    pub admin_tools: String,
    pub web: String,
    /// Those of the workers, by service.
    pub workers: BTreeMap<ServiceName, String>,
}

impl Images {
    /// The public images of a topology's version, and the images of its workers.
    pub fn of(topology: &Topology, workers: BTreeMap<ServiceName, String>) -> Self {
        let version = &topology.temporal.version;
        let mut services = topology.services.iter();
        let web = services.find_map(|service| match &service.component {
            Component::Web { version } => Some(version),
            _ => None,
        });
        let web = web.expect("every topology has a web console");
        Self {
            server: format!("temporalio/server:{version}"),
            admin_tools: format!("temporalio/admin-tools:{version}"),
            web: format!("temporalio/ui:{web}"),
            workers,
        }
    }

    /// The same with the images that the profile names, and a placeholder for those that are made.
    pub fn rendered(topology: &Topology, placeholder: &str) -> Self {
        let each = topology.workers().map(|worker| {
            let image = match worker.run {
                Run::Image(image) => image.clone(),
                Run::BuiltIn | Run::Build(_) | Run::Command(_) => placeholder.to_owned(),
            };
            (worker.service.name.clone(), image)
        });
        Self::of(topology, each.collect())
    }
}

/// The database, as pods connect to it.
#[derive(Debug, Clone)]
pub struct MysqlServer {
    pub host: String,
    pub port: u16,
    pub user: String,
    /// The password. It is written only to a Secret.
    pub password: Secret,
    /// The authority's certificates (PEM) for the server; `None` without TLS.
    pub roots: Option<String>,
}

/// How clients outside the cluster connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    pub frontend: Way,
    pub web: Way,
    pub starter: Way,
}

/// How clients outside the cluster connect to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Only with a port-forward.
    Forwarded,
    /// With the same port on every node: its number by the name of the port.
    NodePort(BTreeMap<&'static str, u16>),
    /// With a load balancer of the cloud.
    LoadBalancer(LoadBalancer),
}

/// The settings of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Annotations for the cloud.
    pub annotations: Vec<(&'static str, &'static str)>,
    /// The CIDR ranges that may connect; empty if the network restricts them.
    pub ranges: Vec<String>,
}

impl Exposure {
    /// Only with port-forwards.
    pub fn none() -> Self {
        let [frontend, web, starter] = [Way::Forwarded, Way::Forwarded, Way::Forwarded];
        Self {
            frontend,
            web,
            starter,
        }
    }
}

impl Way {
    /// Whether clients outside the cluster can connect without a port-forward.
    pub(super) fn is_open(&self) -> bool {
        *self != Self::Forwarded
    }
}
