//! What all pods have in common: nobody's privileges, a root file system that stays as it is, and
//! probes that a machine under load does not fail.

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

/// The annotation of a pod that identifies what it was made from, what it reads from elsewhere
/// included: another one makes the Deployment replace its pods, and tells new pods from old.
pub(super) const CONFIGURATION: &str = "harness/configuration";

/// What differs from pod to pod.
pub(super) struct Pod<'a> {
    pub(super) part: Part<'a>,
    pub(super) container: Container,
    pub(super) volumes: Vec<Volume>,
    /// The numeric user that the container runs as.
    pub(super) user: i64,
    /// How long it may take to end after SIGTERM, in seconds.
    pub(super) grace: i64,
    /// Identity of the configuration that it reads and that is not in the pod itself.
    pub(super) reads: Option<Digest>,
}

impl Pod<'_> {
    /// The template of such pods.
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
            // The variables that Kubernetes makes of Services are named like the programs' own.
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
                // An image that is on the node is used; there may be no registry behind it.
                image_pull_policy: Some("IfNotPresent".to_owned()),
                security_context: Some(hardened()),
                // What a container writes there becomes part of the reason why it ended.
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

/// How a container is asked whether it works.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question {
    /// gRPC health of a service; the empty name stands for the server as such.
    Grpc { port: i32, service: &'static str },
    /// HTTP GET.
    Http { port: i32, path: &'static str },
}

/// Whether it has started: asked every second for two minutes, then it is started anew.
pub(super) fn startup(question: Question) -> Probe {
    probe(question, 1, 3, 120)
}

/// Whether it may be sent requests.
pub(super) fn readiness(question: Question) -> Probe {
    probe(question, 1, 3, 3)
}

/// Whether it is beyond help. A minute of silence: on a machine under load, being slow is no
/// reason to be killed, and a restart only adds to the load.
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

/// What is set aside for a container, and the memory that it may not exceed. CPU time has no
/// limit: what is left over is nobody's, and throttling would show as latency.
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

/// A variable with this very value. Kubernetes would put the value of another variable in the place
/// of `$(NAME)`, but not of `$$(NAME)`, and takes `$$` for `$`.
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

/// A variable with a field of the pod's own, such as `status.podIP`.
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

/// A folder to write in that goes with the pod.
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

    /// What Kubernetes makes of a value where every variable that can be named is there.
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
        fn a_container_gets_the_value_that_was_written(value in r"[$()A-B\n]{0,12}") {
            let written = variable("NAME", &*value).value.unwrap_or_default();
            prop_assert_eq!(expanded(&written), value);
        }
    }

    #[test]
    fn a_value_is_no_reference_to_another_variable() {
        let written = variable("PATTERN", "$(HOME) costs 5$").value;
        assert_eq!(written.as_deref(), Some("$$(HOME) costs 5$$"));
    }
}
