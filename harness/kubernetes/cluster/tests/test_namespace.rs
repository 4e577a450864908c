//! A namespace for one test in the shared cluster.

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

/// A program that runs until it is stopped, and one that prints a word and exits.
pub(super) const STAYS: &str = "sleep 1000 & wait";
pub(super) const ENDS: &str = "echo hello";

/// How long a step may take.
const DEADLINE: Duration = Duration::from_mins(2);

/// How often to check.
const PACE: Pace = Pace::steady(Duration::from_millis(50));

/// A namespace with the base of a topology.
pub(super) struct TestNamespace {
    pub(super) site: Site,
    pub(super) cluster: Cluster,
    pub(super) shared: Arc<TestCluster>,
}

impl TestNamespace {
    pub(super) async fn new(namespace: &str) -> Self {
        let shared = fixture::cluster();
        let cluster = Cluster::connect(&shared.kubeconfig(), namespace).await;
        let mut site = fixture::local();
        namespace.clone_into(&mut site.namespace);
        let namespace = Self {
            cluster: cluster.expect("the kubeconfig is valid"),
            site,
            shared,
        };
        namespace
            .until("the cluster is ready", async || {
                namespace.cluster.ready(1).await == Readiness::Ready
            })
            .await;
        namespace
            .apply(&base::group(&fixture::topology(&[]), &namespace.site))
            .await;
        namespace.until_ready(&base::id()).await;
        namespace
    }

    pub(super) async fn apply(&self, group: &Group) {
        self.cluster.apply(group).await.expect("it is applied");
    }

    pub(super) async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let started = Instant::now();
        while !holds().await {
            assert!(
                started.elapsed() < DEADLINE,
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

    /// The end of the wait for a group that is never ready. A pod without a probe seems ready for
    /// the moment that it runs.
    pub(super) async fn never_ready(&self, id: &ResourceId) -> Readiness {
        let started = Instant::now();
        loop {
            match self.end_of_wait(id).await {
                Readiness::Ready if started.elapsed() < DEADLINE => {
                    sleep(Duration::from_millis(50)).await;
                }
                end => return end,
            }
        }
    }

    /// How the wait for a group ends.
    async fn end_of_wait(&self, id: &ResourceId) -> Readiness {
        let started = Instant::now();
        loop {
            match self.cluster.group_ready(id).await {
                Readiness::NotYet(_) if started.elapsed() < DEADLINE => {
                    sleep(Duration::from_millis(50)).await;
                }
                end => return end,
            }
        }
    }

    /// The observed state of a group.
    pub(super) async fn state(&self, id: &ResourceId) -> Option<State> {
        let observed = self.cluster.observe().await.expect("it is seen");
        let mut groups = observed.into_iter().filter(|group| group.id == *id);
        groups.next().map(|group| group.state)
    }

    /// The existing objects of a group.
    pub(super) async fn existing(&self, id: &ResourceId) -> Vec<String> {
        let found = self.cluster.objects(&selecting(id)).await;
        found
            .expect("they are listed")
            .iter()
            .map(reference)
            .collect()
    }

    /// The running pods of a service, each with the id of its run.
    pub(super) async fn lives(&self, service: &ServiceName) -> BTreeMap<String, String> {
        self.cluster.vitals().await.lives_of(service.as_str())
    }

    /// Kills a service, scales it to 0, and returns what was observed when it is gone.
    pub(super) async fn kill(&self, service: &ServiceName) -> String {
        let lives = self.lives(service).await;
        let pods: Vec<String> = lives.keys().cloned().collect();
        let scaled = self.cluster.scale(service, 0).await;
        scaled.expect("it is scaled to 0");
        self.cluster.kill(&pods).await.expect("they are killed");
        let look = async || self.cluster.gone(service, &lives).await.looked();
        let gone = wait::until(Instant::now() + DEADLINE, PACE, look).await;
        gone.expect("they are gone")
    }

    /// Scales a service up again.
    pub(super) async fn bring_back(&self, service: &ServiceName, replicas: u16) {
        let scaled = self.cluster.scale(service, replicas).await;
        scaled.expect("it is scaled up");
        let group = ResourceId::new(ResourceKind::Deployment, service);
        self.until_ready(&group).await;
    }

    /// The desired number of replicas of a service.
    pub(super) async fn replicas(&self, service: &ServiceName) -> Option<i32> {
        let deployments: Api<Deployment> = self.cluster.in_namespace();
        let found = deployments.get(service.as_str()).await;
        found.expect("it exists").spec?.replicas
    }

    /// The uids of a component's pods.
    pub(super) async fn uids(&self, component: &str) -> Vec<String> {
        let pods = self.cluster.pods_of(Some(component)).await.expect("listed");
        pods.into_iter()
            .filter_map(|pod| pod.metadata.uid)
            .collect()
    }

    /// The phases of a component's pods.
    pub(super) async fn phases(&self, component: &str) -> Vec<String> {
        let pods = self.cluster.pods_of(Some(component)).await.expect("listed");
        pods.into_iter()
            .filter_map(|pod| pod.status?.phase)
            .collect()
    }

    /// A group with a Deployment of one pod template.
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

    /// A group with a Job that runs a shell script.
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
