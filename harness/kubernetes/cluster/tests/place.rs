//! A namespace of a test's own in the shared cluster.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backend::Readiness;
use backend::wait::{self, Pace};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{Job, JobSpec};
use kube::Api;
use model::plan::{ResourceId, ResourceKind, State};
use model::quantity;
use model::topology::ServiceName;
use testing::docker_engine::SHELL;
use tokio::time::{Instant, sleep};

use crate::apply::selecting;
use crate::fixture::{self, TestCluster};
use crate::group::reference;
use crate::{Cluster, Group, Object, Site, base, workload};

/// A program that goes on until it is stopped, and one that ends with a word.
pub(super) const STAYS: &str = "sleep 1000 & wait";
pub(super) const ENDS: &str = "echo hello";

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often it is looked for.
const PACE: Pace = Pace::steady(Duration::from_millis(50));

/// A namespace with the base of a topology in it.
pub(super) struct Place {
    pub(super) site: Site,
    pub(super) cluster: Cluster,
    pub(super) shared: Arc<TestCluster>,
}

impl Place {
    /// `None` means that the test is skipped.
    pub(super) async fn new(namespace: &str) -> Option<Self> {
        let shared = fixture::cluster()?;
        let cluster = Cluster::connect(&shared.kubeconfig(), namespace).await;
        let mut site = fixture::local();
        namespace.clone_into(&mut site.namespace);
        let place = Self {
            cluster: cluster.expect("the kubeconfig is right"),
            site,
            shared,
        };
        place
            .until("the cluster is ready", async || {
                place.cluster.ready(1).await == Readiness::Ready
            })
            .await;
        place
            .apply(&base::group(&fixture::topology(&[]), &place.site))
            .await;
        place.until_ready(&base::id()).await;
        Some(place)
    }

    pub(super) async fn apply(&self, group: &Group) {
        self.cluster.apply(group).await.expect("it is applied");
    }

    pub(super) async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let started = Instant::now();
        while !holds().await {
            assert!(
                started.elapsed() < PATIENCE,
                "{what}: {:?}",
                self.cluster.observe().await
            );
            sleep(Duration::from_millis(50)).await;
        }
    }

    pub(super) async fn until_ready(&self, id: &ResourceId) {
        let end = self.end_of_wait(id).await;
        assert_eq!(end, Readiness::Ready, "{id}");
    }

    /// The end of the wait for what never is ready; for the moment that it runs, a pod without a probe
    /// seems to be.
    pub(super) async fn end_in_vain(&self, id: &ResourceId) -> Readiness {
        let started = Instant::now();
        loop {
            match self.end_of_wait(id).await {
                Readiness::Ready if started.elapsed() < PATIENCE => {
                    sleep(Duration::from_millis(50)).await;
                }
                end => return end,
            }
        }
    }

    /// How waiting for a group ends.
    async fn end_of_wait(&self, id: &ResourceId) -> Readiness {
        let started = Instant::now();
        loop {
            match self.cluster.group_ready(id).await {
                Readiness::NotYet(_) if started.elapsed() < PATIENCE => {
                    sleep(Duration::from_millis(50)).await;
                }
                end => return end,
            }
        }
    }

    /// What is seen of a group.
    pub(super) async fn state(&self, id: &ResourceId) -> Option<State> {
        let observed = self.cluster.observe().await.expect("it is seen");
        let mut groups = observed.into_iter().filter(|group| group.id == *id);
        groups.next().map(|group| group.state)
    }

    /// The objects of a group that there are.
    pub(super) async fn there(&self, id: &ResourceId) -> Vec<String> {
        let found = self.cluster.objects(&selecting(id)).await;
        found
            .expect("they are listed")
            .iter()
            .map(reference)
            .collect()
    }

    /// The living pods of a service, each with its life.
    pub(super) async fn lives(&self, service: &ServiceName) -> BTreeMap<String, String> {
        self.cluster.vitals().await.lives_of(service.as_str())
    }

    /// Kills a service and keeps it away; answers with what was seen once it is gone.
    pub(super) async fn kill(&self, service: &ServiceName) -> String {
        let lives = self.lives(service).await;
        let pods: Vec<String> = lives.keys().cloned().collect();
        let scaled = self.cluster.scale(service, 0).await;
        scaled.expect("none of it is wanted");
        self.cluster.kill(&pods).await.expect("they are killed");
        let look = async || self.cluster.gone(service, &lives).await.looked();
        let gone = wait::until(Instant::now() + PATIENCE, PACE, look).await;
        gone.expect("they are gone")
    }

    /// Has a service run again.
    pub(super) async fn bring_back(&self, service: &ServiceName, replicas: u16) {
        let scaled = self.cluster.scale(service, replicas).await;
        scaled.expect("it is wanted again");
        let group = ResourceId::new(ResourceKind::Deployment, service);
        self.until_ready(&group).await;
    }

    /// How many replicas of a service are wanted.
    pub(super) async fn replicas(&self, service: &ServiceName) -> Option<i32> {
        let deployments: Api<Deployment> = self.cluster.in_namespace();
        let found = deployments.get(service.as_str()).await;
        found.expect("it is there").spec?.replicas
    }

    /// The names of a component's pods, by uid.
    pub(super) async fn uids(&self, component: &str) -> Vec<String> {
        let pods = self.cluster.pods_of(Some(component)).await.expect("listed");
        pods.into_iter()
            .filter_map(|pod| pod.metadata.uid)
            .collect()
    }

    /// In which phases a component's pods are.
    pub(super) async fn phases(&self, component: &str) -> Vec<String> {
        let pods = self.cluster.pods_of(Some(component)).await.expect("listed");
        pods.into_iter()
            .filter_map(|pod| pod.status?.phase)
            .collect()
    }

    /// A group of a Deployment, from its pod.
    pub(super) fn group(&self, component: &str, replicas: u16, image: &str, line: &str) -> Group {
        let part = fixture::part(&self.site, component);
        let template = fixture::shell(&part, image, line).template();
        let mut objects = vec![
            workload::service_account(&part),
            workload::deployment(&part, replicas, template),
        ];
        objects.extend(workload::disruption_budget(&part, replicas));
        group_of(ResourceKind::Deployment, component, objects)
    }

    /// A group of a Job that runs a line of shell.
    pub(super) fn job(&self, component: &str, line: &str) -> Group {
        let part = fixture::part(&self.site, component);
        let mut template = fixture::shell(&part, SHELL, line).template();
        if let Some(spec) = &mut template.spec {
            spec.restart_policy = Some("Never".to_owned());
        }
        let job = Object::Job(Box::new(Job {
            metadata: part.metadata(&format!("{component}-1")),
            spec: Some(JobSpec {
                backoff_limit: Some(0),
                template,
                ..JobSpec::default()
            }),
            status: None,
        }));
        group_of(
            ResourceKind::Job,
            component,
            vec![workload::service_account(&part), job],
        )
    }
}

fn group_of(kind: ResourceKind, component: &str, objects: Vec<Object>) -> Group {
    Group {
        id: ResourceId::new(kind, component),
        objects,
        needs: vec![base::id()],
        ready_timeout: quantity::Duration::from_secs(60),
    }
}
