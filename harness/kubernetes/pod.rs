//! The common parts of all pods: no privileges, a read-only root file system, and probes that
//! tolerate a busy machine.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EmptyDirVolumeSource, EnvVar, EnvVarSource, GRPCAction,
    HTTPGetAction, ObjectFieldSelector, PodSecurityContext, PodSpec, PodTemplateSpec, Probe,
    ResourceRequirements, SeccompProfile, SecretKeySelector, SecurityContext, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::topology::Digest;

use super::labels::{Part, owned};

/// The user of Temporal's own images.
pub(super) const TEMPORAL_USER: i64 = 1000;

/// The annotation with the digest of a pod's configuration, including what it reads from other
/// objects. When it changes, the Deployment replaces its pods. It also distinguishes new pods from
/// old ones.
pub(super) const CONFIGURATION: &str = "harness/configuration";

/// The parts that differ between pods.
pub(super) struct Pod<'a> {
    pub(super) part: Part<'a>,
    pub(super) container: Container,
    pub(super) volumes: Vec<Volume>,
    /// The numeric user of the container.
    pub(super) user: i64,
    /// How long it may take to stop after SIGTERM, in seconds.
    pub(super) grace: i64,
    /// The digest of configuration that it reads from other objects.
    pub(super) reads: Option<Digest>,
}

impl Pod<'_> {
    /// The pod template.
    pub(super) fn template(self) -> PodTemplateSpec {
        let Self {
            part,
            container,
            volumes,
            user,
            grace,
            reads,
        } = self;
        let spec = PodSpec {
            service_account_name: Some(part.component.to_owned()),
            automount_service_account_token: Some(false),
            // The variables that Kubernetes generates for Services would collide with those of the
            // programs.
            enable_service_links: Some(false),
            security_context: Some(PodSecurityContext {
                run_as_non_root: Some(true),
                run_as_user: Some(user),
                run_as_group: Some(user),
                fs_group: Some(user),
                seccomp_profile: Some(SeccompProfile {
                    type_: "RuntimeDefault".to_owned(),
                    localhost_profile: None,
                }),
                ..PodSecurityContext::default()
            }),
            termination_grace_period_seconds: Some(grace),
            containers: vec![Container {
                // An image that is on the node need not be in a registry.
                image_pull_policy: Some("IfNotPresent".to_owned()),
                security_context: Some(hardened()),
                // The end of the container's output becomes its termination message.
                termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
                ..container
            }],
            volumes: (!volumes.is_empty()).then_some(volumes),
            ..PodSpec::default()
        };
        let configuration = Digest::of(&(&spec, reads)).to_string();
        PodTemplateSpec {
            metadata: Some(ObjectMeta {
                labels: Some(part.labels()),
                annotations: Some(owned([(CONFIGURATION, &configuration)])),
                ..ObjectMeta::default()
            }),
            spec: Some(spec),
        }
    }
}

fn hardened() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            ..Capabilities::default()
        }),
        read_only_root_filesystem: Some(true),
        ..SecurityContext::default()
    }
}

/// The check of a probe.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question {
    /// gRPC health of a service; the empty name is the server as a whole.
    Grpc { port: i32, service: &'static str },
    /// HTTP GET.
    Http { port: i32, path: &'static str },
}

/// Whether the container has started. Checked every second for two minutes, then the container is
/// restarted.
pub(super) fn startup(question: Question) -> Probe {
    probe(question, 1, 3, 120)
}

/// Whether it may receive requests.
pub(super) fn readiness(question: Question) -> Probe {
    probe(question, 1, 3, 3)
}

/// Whether it must be restarted, after a minute without an answer. On a busy machine a slow program
/// should not be killed, because a restart adds to the load.
pub(super) fn liveness(question: Question) -> Probe {
    probe(question, 10, 10, 6)
}

fn probe(question: Question, period: i32, timeout: i32, failures: i32) -> Probe {
    let mut probe = Probe {
        period_seconds: Some(period),
        timeout_seconds: Some(timeout),
        failure_threshold: Some(failures),
        ..Probe::default()
    };
    match question {
        Question::Grpc { port, service } => {
            probe.grpc = Some(GRPCAction {
                port,
                service: Some(service.to_owned()),
            });
        }
        Question::Http { port, path } => {
            probe.http_get = Some(HTTPGetAction {
                path: Some(path.to_owned()),
                port: IntOrString::Int(port),
                ..HTTPGetAction::default()
            });
        }
    }
    probe
}

/// The requests of a container, and its memory limit. CPU has no limit: unused CPU time would be
/// wasted, and throttling would show as latency.
pub(super) fn resources(cpu: &str, memory: &str, memory_limit: &str) -> ResourceRequirements {
    let quantities = |pairs: &[(&str, &str)]| -> BTreeMap<String, Quantity> {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Quantity((*value).to_owned())));
        owned.collect()
    };
    ResourceRequirements {
        requests: Some(quantities(&[("cpu", cpu), ("memory", memory)])),
        limits: Some(quantities(&[("memory", memory_limit)])),
        claims: None,
    }
}

/// A variable with exactly this value. Kubernetes would expand `$(NAME)` but not `$$(NAME)`, and it
/// replaces `$$` with `$`.
/// <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>
pub(super) fn variable(name: impl Into<String>, value: impl Into<String>) -> EnvVar {
    EnvVar {
        name: name.into(),
        value: Some(value.into().replace('$', "$$")),
        value_from: None,
    }
}

/// A variable from a Secret.
pub(super) fn secret_variable(name: &str, secret: &str, key: &str) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: None,
        value_from: Some(EnvVarSource {
            secret_key_ref: Some(SecretKeySelector {
                name: secret.to_owned(),
                key: key.to_owned(),
                optional: None,
            }),
            ..EnvVarSource::default()
        }),
    }
}

/// A variable with a field of the pod, such as `status.podIP`.
pub(super) fn field_variable(name: &str, field: &str) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: None,
        value_from: Some(EnvVarSource {
            field_ref: Some(ObjectFieldSelector {
                field_path: field.to_owned(),
                api_version: None,
            }),
            ..EnvVarSource::default()
        }),
    }
}

/// A named TCP port of a container.
pub(super) fn container_port(name: &str, port: i32) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: port,
        ..ContainerPort::default()
    }
}

/// A writable folder that is removed with the pod.
pub(super) fn scratch(name: &str, path: &str) -> (Volume, VolumeMount) {
    let volume = Volume {
        name: name.to_owned(),
        empty_dir: Some(EmptyDirVolumeSource {
            size_limit: Some(Quantity("256Mi".to_owned())),
            medium: None,
        }),
        ..Volume::default()
    };
    let mount = VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        ..VolumeMount::default()
    };
    (volume, mount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The result of Kubernetes' expansion if every variable exists.
    fn expanded(value: &str) -> String {
        let (mut made, mut rest) = (String::new(), value);
        while let Some((before, after)) = rest.split_once('$') {
            made += before;
            let named = after.strip_prefix('(').and_then(|it| it.split_once(')'));
            (made, rest) = match (after.strip_prefix('$'), named) {
                (Some(after), _) => (made + "$", after),
                (None, Some((_, after))) => (made + "VALUE", after),
                (None, None) => (made + "$", after),
            };
        }
        made + rest
    }

    proptest! {
        #[test]
        fn a_container_gets_the_exact_value(value in r"[$()A-B\n]{0,12}") {
            let written = variable("NAME", &*value).value.unwrap_or_default();
            prop_assert_eq!(expanded(&written), value);
        }
    }

    #[test]
    fn a_value_is_not_expanded() {
        let written = variable("PATTERN", "$(HOME) costs 5$").value;
        assert_eq!(written.as_deref(), Some("$$(HOME) costs 5$$"));
    }
}
