//! What the objects need to know of the place, besides the topology.

use std::collections::BTreeMap;

use base::secret::Secret;
use model::topology::{Component, Topology};

/// The Kubernetes namespace that everything of a topology is in.
pub const NAMESPACE: &str = "temporal";

/// The place that objects are made for.
#[derive(Debug, Clone)]
pub struct Site {
    /// The Kubernetes namespace that all of them are in.
    pub namespace: String,
    /// The profile's name: `app.kubernetes.io/instance`.
    pub instance: String,
    /// The images, by references that the nodes can resolve.
    pub images: Images,
    /// The database.
    pub mysql: MysqlServer,
    /// How clients outside the cluster come in.
    pub exposure: Exposure,
    /// Where pods ask for the address of a name.
    pub resolver: Resolver,
}

/// Where pods ask for the address of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// The cluster's DNS, which is pods.
    Pods,
    /// That, or a cache on their own node, in a cluster whose network policies are Cilium's.
    PodsOrNode,
}

/// References of the images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// Temporal's server.
    pub server: String,
    /// Temporal's tools, with the SQL tool.
    pub admin_tools: String,
    /// The web console.
    pub web: String,
    /// The application's worker.
    pub worker: String,
}

impl Images {
    /// The public images of a topology, and the worker's.
    pub fn of(topology: &Topology, worker: &str) -> Self {
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
            worker: worker.to_owned(),
        }
    }
}

/// The database as seen from inside the cluster.
#[derive(Debug, Clone)]
pub struct MysqlServer {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User.
    pub user: String,
    /// Password: goes into a Secret and nowhere else.
    pub password: Secret,
    /// Certificates (PEM) that the server's must come from; `None` without TLS.
    pub roots: Option<String>,
}

/// How clients outside the cluster come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// To the frontend.
    pub frontend: Way,
    /// To the web console.
    pub web: Way,
    /// To the worker's starter.
    pub starter: Way,
}

/// How clients outside the cluster come in to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By port-forward only.
    Forwarded,
    /// By the same port on every node: its number by the port's name.
    NodePort(BTreeMap<&'static str, u16>),
    /// By a load balancer of the cloud.
    LoadBalancer(LoadBalancer),
}

/// A load balancer as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancer {
    /// What the cloud is told of it.
    pub annotations: Vec<(&'static str, &'static str)>,
    /// Who is let in, as CIDR ranges; empty where that is for its network to say.
    pub ranges: Vec<String>,
}

impl Exposure {
    /// Nobody comes in but by port-forward.
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
    /// Whether connections from outside the cluster come in.
    pub(super) fn is_open(&self) -> bool {
        *self != Self::Forwarded
    }
}
