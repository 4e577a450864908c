//! The application's worker, with its HTTP starter if it has one.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{Container, EnvVar, Secret};
use model::quantity::Duration;
use model::topology::{Service, Worker};

use super::labels::{Part, version_of};
use super::network_policy::{self, Peer};
use super::pod::{self, Pod, Question, container_port, scratch, secret_variable, variable};
use super::role::{FRONTEND, FRONTEND_GRPC};
use super::{Object, Site, workload};

/// The name of the starter's port and Service.
const STARTER: &str = "starter";
pub(super) const STARTER_PORT: i32 = 8080;

/// The user `nonroot` of distroless images. An image with another user must also work as this one.
const USER: i64 = 65532;

pub(super) fn has_starter(service: &Service) -> bool {
    service.ports.iter().any(|port| port.name == STARTER)
}

pub(super) fn objects(worker: Worker<'_>, site: &Site) -> Vec<Object> {
    let service = worker.service;
    let image = &site.images.workers[&service.name];
    let part = Part {
        site,
        application: "worker",
        component: service.name.as_str(),
        version: version_of(image),
    };
    let starter = has_starter(service);
    let way = &site.exposure.starter;
    let from: &[(Peer<'_>, &[i32])] = &[(Peer::Anyone, &[STARTER_PORT])];
    let from = if starter && way.is_open() { from } else { &[] };
    let to: (Peer<'_>, &[i32]) = (Peer::Services(&[FRONTEND]), &[FRONTEND_GRPC]);
    let template = pod(worker, image, &part, starter).template();
    let mut objects = vec![
        workload::service_account(&part),
        network_policy::of(&part, from, &[to]),
    ];
    objects.extend(secrets(&part, service));
    objects.extend(
        starter.then(|| workload::service(&part, STARTER, &[(STARTER, STARTER_PORT)], way)),
    );
    objects.push(workload::deployment(&part, service.replicas, template));
    objects.extend(workload::disruption_budget(&part, service.replicas));
    objects
}

/// A worker without a starter has no probe. Only Temporal knows whether its task queue is polled,
/// and that is checked elsewhere. It has no liveness probe either: a worker may be busy, and one
/// that cannot continue exits.
fn pod<'a>(worker: Worker<'_>, image: &str, part: &Part<'a>, starter: bool) -> Pod<'a> {
    let answers = Question::Http {
        port: STARTER_PORT,
        path: "/ping",
    };
    let variables = worker.environment(format!("{FRONTEND}:{FRONTEND_GRPC}"));
    let mut environment: Vec<EnvVar> = variables
        .into_iter()
        .map(|(name, value)| variable(name, value))
        .collect();
    let secrets = part.site.secrets.of(&worker.service.name);
    environment.extend(secrets.map(|(name, _)| secret_variable(name, part.component, name)));
    environment
        .extend(starter.then(|| variable("STARTER_ADDRESS", format!("0.0.0.0:{STARTER_PORT}"))));
    let (volume, mount) = scratch("tmp", "/tmp");
    Pod {
        part: *part,
        container: Container {
            name: "worker".to_owned(),
            image: Some(image.to_owned()),
            env: Some(environment),
            ports: starter.then(|| vec![container_port(STARTER, STARTER_PORT)]),
            volume_mounts: Some(vec![mount]),
            resources: Some(pod::resources("50m", "64Mi", "512Mi")),
            startup_probe: starter.then(|| pod::startup(answers)),
            readiness_probe: starter.then(|| pod::readiness(answers)),
            ..Container::default()
        },
        volumes: vec![volume],
        user: USER,
        grace: seconds(worker.termination_grace_period),
        reads: part.site.secrets.digest(&worker.service.name),
    }
}

/// The Secret with the secrets of its environment, if it has any.
fn secrets(part: &Part<'_>, service: &Service) -> Option<Object> {
    let secrets = part.site.secrets.of(&service.name);
    let data: BTreeMap<String, ByteString> = secrets
        .map(|(name, secret)| {
            let bytes = secret.reveal().as_bytes().to_vec();
            (name.to_owned(), ByteString(bytes))
        })
        .collect();
    (!data.is_empty()).then(|| {
        Object::Secret(Secret {
            metadata: part.metadata(part.component),
            type_: Some("Opaque".to_owned()),
            data: Some(data),
            ..Secret::default()
        })
    })
}

/// Whole seconds, rounded up, because Kubernetes accepts no fractions.
fn seconds(duration: Duration) -> i64 {
    let duration = duration.as_std();
    let whole = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i64::try_from(whole).unwrap_or(i64::MAX)
}
