//! A Deployment with its service account, Service and disruption budget.

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment,
};
use k8s_openapi::api::core::v1::{
    PodTemplateSpec, Service, ServiceAccount, ServicePort, ServiceSpec, TopologySpreadConstraint,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::labels::{Part, owned};
use super::{Object, Way};

/// The annotation with the replicas of the profile, which shows whether a Deployment was scaled.
pub(super) const REPLICAS: &str = "harness/replicas";

/// How long a new pod must be ready before an old one is deleted, in seconds.
const SETTLE: i32 = 5;

/// The Deployment of a service. It is spread over the nodes, and it is updated pod by pod without
/// ever having fewer ready pods than wanted.
pub(super) fn deployment(part: &Part<'_>, replicas: u16, mut pod: PodTemplateSpec) -> Object {
    if replicas > 1
        && let Some(spec) = &mut pod.spec
    {
        spec.topology_spread_constraints = Some(vec![spread(part)]);
    }
    let mut metadata = part.metadata(part.component);
    metadata.annotations = Some(owned([(REPLICAS, &replicas.to_string())]));
    Object::Deployment(Box::new(Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            replicas: Some(replicas.into()),
            selector: part.selector(),
            template: pod,
            min_ready_seconds: Some(SETTLE),
            revision_history_limit: Some(2),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::Int(1)),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            ..DeploymentSpec::default()
        }),
        status: None,
    }))
}

/// Prefers different nodes for the replicas.
fn spread(part: &Part<'_>) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        max_skew: 1,
        topology_key: "kubernetes.io/hostname".to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(part.selector()),
        // Counts only pods of the same version, not those that a rollout is about to delete.
        match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
        ..TopologySpreadConstraint::default()
    }
}

/// A separate service account for each part, without permissions and without a token.
pub(super) fn service_account(part: &Part<'_>) -> Object {
    Object::ServiceAccount(ServiceAccount {
        metadata: part.metadata(part.component),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    })
}

/// Lets a drained node evict only one replica at a time. A single replica has none, because the
/// budget would then forbid draining its node.
pub(super) fn disruption_budget(part: &Part<'_>, replicas: u16) -> Option<Object> {
    (replicas > 1).then(|| {
        Object::PodDisruptionBudget(PodDisruptionBudget {
            metadata: part.metadata(part.component),
            spec: Some(PodDisruptionBudgetSpec {
                selector: Some(part.selector()),
                max_unavailable: Some(IntOrString::Int(1)),
                // A drain does not have to wait for a pod that is unhealthy anyway.
                unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
                ..PodDisruptionBudgetSpec::default()
            }),
            status: None,
        })
    })
}

/// The Service of a part: its ports in the cluster, and how clients outside the cluster connect.
pub(super) fn service(
    part: &Part<'_>,
    name: &str,
    ports: &[(&'static str, i32)],
    way: &Way,
) -> Object {
    let node_port = |name| match way {
        Way::NodePort(ports) => ports.get(name).map(|number| i32::from(*number)),
        Way::Forwarded | Way::LoadBalancer(_) => None,
    };
    let ports = ports.iter().map(|(name, number)| ServicePort {
        name: Some((*name).to_owned()),
        port: *number,
        target_port: Some(IntOrString::String((*name).to_owned())),
        node_port: node_port(name),
        protocol: Some("TCP".to_owned()),
        ..ServicePort::default()
    });
    let mut metadata = part.metadata(name);
    let mut ranges = None;
    let kind = match way {
        Way::Forwarded => "ClusterIP",
        Way::NodePort(_) => "NodePort",
        Way::LoadBalancer(balancer) => {
            metadata.annotations = (!balancer.annotations.is_empty())
                .then(|| balancer.annotations.iter().copied().map(text).collect());
            ranges = (!balancer.ranges.is_empty()).then(|| balancer.ranges.clone());
            "LoadBalancer"
        }
    };
    Object::Service(Box::new(Service {
        metadata,
        spec: Some(ServiceSpec {
            type_: Some(kind.to_owned()),
            selector: Some(part.selecting()),
            ports: Some(ports.collect()),
            load_balancer_source_ranges: ranges,
            ..ServiceSpec::default()
        }),
        status: None,
    }))
}

fn text((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}
