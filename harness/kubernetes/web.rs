//! Temporal's web console.

use k8s_openapi::api::core::v1::Container;
use model::topology::{Service, Topology};

use super::labels::Part;
use super::network_policy::{self, Peer};
use super::pod::{self, Pod, Question, container_port, variable};
use super::role::{FRONTEND, FRONTEND_GRPC};
use super::{Object, Site, workload};

pub(super) const HTTP: i32 = 8080;

/// The objects of the web console.
pub(super) fn objects(
    topology: &Topology,
    site: &Site,
    service: &Service,
    version: &str,
) -> Vec<Object> {
    let part = Part {
        site,
        application: "temporal-ui",
        component: service.name.as_str(),
        version: Some(version),
    };
    let way = &site.exposure.web;
    let from: &[(Peer<'_>, &[i32])] = &[(Peer::Anyone, &[HTTP])];
    let from = if way.is_open() { from } else { &[] };
    let to: (Peer<'_>, &[i32]) = (Peer::Services(&[FRONTEND]), &[FRONTEND_GRPC]);
    let template = pod(topology, &part).template();
    let mut objects = vec![
        workload::service_account(&part),
        network_policy::of(&part, from, &[to]),
        workload::service(&part, part.component, &[("http", HTTP)], way),
        workload::deployment(&part, service.replicas, template),
    ];
    objects.extend(workload::disruption_budget(&part, service.replicas));
    objects
}

fn pod<'a>(topology: &Topology, part: &Part<'a>) -> Pod<'a> {
    let healthy = Question::Http {
        port: HTTP,
        path: "/healthz",
    };
    Pod {
        part: *part,
        container: Container {
            name: "web".to_owned(),
            image: Some(part.site.images.web.clone()),
            env: Some(vec![
                variable("TEMPORAL_ADDRESS", format!("{FRONTEND}:{FRONTEND_GRPC}")),
                variable("TEMPORAL_UI_PORT", HTTP.to_string()),
                variable("TEMPORAL_DEFAULT_NAMESPACE", topology.main_namespace()),
                // The console is served without TLS. With a cookie only for TLS, every button would
                // be forbidden.
                variable("TEMPORAL_CSRF_COOKIE_INSECURE", "true"),
            ]),
            ports: Some(vec![container_port("http", HTTP)]),
            resources: Some(pod::resources("20m", "32Mi", "256Mi")),
            startup_probe: Some(pod::startup(healthy)),
            readiness_probe: Some(pod::readiness(healthy)),
            liveness_probe: Some(pod::liveness(healthy)),
            ..Container::default()
        },
        volumes: Vec::new(),
        user: pod::TEMPORAL_USER,
        grace: 10,
        reads: None,
    }
}
