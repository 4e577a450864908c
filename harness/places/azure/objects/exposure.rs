//! How clients outside the cluster reach services, and how pods resolve names, in AKS.

use kubernetes::{LoadBalancer, Resolver, Way};
use model::profile::azure::{Expose, Exposure};

/// AKS turns on its DNS cache from Kubernetes 1.37 on, on nodes with four or more processors, and
/// never turns it off again
/// (<https://learn.microsoft.com/azure/aks/dns-concepts>,
/// <https://github.com/Azure/AKS/pull/5948>).
/// The API version in use has no setting to turn it off. Without access to it, pods cannot resolve
/// any name. So network policies always allow it.
pub(in super::super) const RESOLVER: Resolver = Resolver::PodsOrNode;

/// The annotation that gives a load balancer an address of the virtual network
/// (<https://learn.microsoft.com/azure/aks/internal-lb>).
const INTERNAL: (&str, &str) = (
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "true",
);

/// How clients outside the cluster reach services, in the terms of [`kubernetes`].
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
