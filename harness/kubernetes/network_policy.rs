//! Network policies: everything is denied except what the topology needs. The default is part of
//! the base; the policy of a service is applied and removed with the service.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

use super::Object;
use super::labels::{COMPONENT, Part, owned};

/// Denies all connections of every pod in the namespace.
pub(super) fn nobody(metadata: ObjectMeta) -> Object {
    policy(metadata, LabelSelector::default(), Some(vec![]), vec![])
}

/// Lets every pod query the cluster's DNS.
pub(super) fn name_resolution(metadata: ObjectMeta) -> Object {
    let dns = NetworkPolicyPeer {
        namespace_selector: Some(labelled([("kubernetes.io/metadata.name", "kube-system")])),
        pod_selector: Some(labelled([("k8s-app", "kube-dns")])),
        ip_block: None,
    };
    let ask = NetworkPolicyEgressRule {
        to: Some(vec![dns]),
        ports: Some(vec![port("UDP", 53), port("TCP", 53)]),
    };
    policy(metadata, LabelSelector::default(), None, vec![ask])
}

/// Lets every pod query a DNS cache on its own node. For Cilium 1.17 and later, the destination is
/// the node itself, which a Kubernetes policy cannot express. For older releases it is an address
/// (<https://learn.microsoft.com/azure/aks/localdns-custom>,
/// <https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium>).
pub(super) fn name_resolution_on_the_node(metadata: &ObjectMeta) -> Object {
    let ports = json!([{"ports": [
        {"port": "53", "protocol": "UDP"},
        {"port": "53", "protocol": "TCP"},
    ]}]);
    Object::CiliumNetworkPolicy(json!({
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNetworkPolicy",
        "metadata": metadata,
        "spec": {
            "endpointSelector": {},
            "egress": [
                {"toEntities": ["host"], "toPorts": ports},
                {"toCIDR": ["169.254.10.0/24"], "toPorts": ports},
            ],
        },
    }))
}

/// The policy of a part: `from` has the peers and ports of incoming connections, `to` those of
/// outgoing ones.
pub(super) fn of(
    part: &Part<'_>,
    from: &[(Peer<'_>, &[i32])],
    to: &[(Peer<'_>, &[i32])],
) -> Object {
    let ingress = from.iter().map(|(peer, ports)| NetworkPolicyIngressRule {
        from: peer.peers(),
        ports: Some(ports.iter().map(|number| port("TCP", *number)).collect()),
    });
    let egress = to.iter().map(|(peer, ports)| NetworkPolicyEgressRule {
        to: peer.peers(),
        ports: Some(ports.iter().map(|number| port("TCP", *number)).collect()),
    });
    policy(
        part.metadata(part.component),
        part.selector(),
        Some(ingress.collect()),
        egress.collect(),
    )
}

/// The other side of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Peer<'a> {
    /// Pods of these services.
    Services(&'a [&'a str]),
    /// Any peer. A policy cannot contain host names, so the database outside the cluster is
    /// identified by its port alone. Connections to a node port have the address of the node.
    Anyone,
}

impl Peer<'_> {
    fn peers(self) -> Option<Vec<NetworkPolicyPeer>> {
        let Self::Services(services) = self else {
            return None;
        };
        let selector = LabelSelector {
            match_expressions: Some(vec![LabelSelectorRequirement {
                key: COMPONENT.to_owned(),
                operator: "In".to_owned(),
                values: Some(services.iter().map(|&service| service.to_owned()).collect()),
            }]),
            ..LabelSelector::default()
        };
        Some(vec![NetworkPolicyPeer {
            pod_selector: Some(selector),
            ..NetworkPolicyPeer::default()
        }])
    }
}

fn policy(
    metadata: ObjectMeta,
    pods: LabelSelector,
    ingress: Option<Vec<NetworkPolicyIngressRule>>,
    egress: Vec<NetworkPolicyEgressRule>,
) -> Object {
    let mut types = vec!["Egress".to_owned()];
    types.extend(ingress.as_ref().map(|_| "Ingress".to_owned()));
    Object::NetworkPolicy(NetworkPolicy {
        metadata,
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(pods),
            policy_types: Some(types),
            ingress: ingress.filter(|rules| !rules.is_empty()),
            egress: (!egress.is_empty()).then_some(egress),
        }),
    })
}

fn port(protocol: &str, number: i32) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(number)),
        end_port: None,
    }
}

fn labelled<const N: usize>(labels: [(&str, &str); N]) -> LabelSelector {
    let labels: BTreeMap<String, String> = owned(labels);
    LabelSelector {
        match_labels: Some(labels),
        ..LabelSelector::default()
    }
}
