//! How clients outside the cluster come in, and how pods find names, in a cluster of Azure.

use kubernetes::{LoadBalancer, Resolver, Way};
use model::profile::azure::{Expose, Exposure};

/// AKS turns its cache of names on by itself from Kubernetes 1.37 on, on nodes of four processors and
/// more, and lets it be, once it is on
/// (<https://learn.microsoft.com/azure/aks/dns-concepts>, <https://github.com/Azure/AKS/pull/5948>).
/// The version that we speak has no word to turn it off, and pods that are not let through have no
/// names at all, so they are let through everywhere.
pub(in super::super) const RESOLVER: Resolver = Resolver::PodsOrNode;

/// What makes a load balancer take an address of the virtual network
/// (<https://learn.microsoft.com/azure/aks/internal-lb>).
const INTERNAL: (&str, &str) = (
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "true",
);

/// How clients outside the cluster come in, as objects say it.
pub(in super::super) fn exposure(expose: &Expose) -> kubernetes::Exposure {
    let way = |exposure: &Exposure| match exposure {
        Exposure::ClusterIp => Way::Forwarded,
        Exposure::Internal => Way::LoadBalancer(LoadBalancer {
            annotations: vec![INTERNAL],
            ranges: Vec::new(),
        }),
        Exposure::Public(ranges) => Way::LoadBalancer(LoadBalancer {
            annotations: Vec::new(),
            ranges: ranges.iter().map(ToString::to_string).collect(),
        }),
    };
    kubernetes::Exposure {
        frontend: Way::Forwarded,
        web: way(&expose.web),
        starter: way(&expose.starter),
    }
}
