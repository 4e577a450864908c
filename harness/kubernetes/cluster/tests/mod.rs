//! Objects in a real cluster. Each test has its own namespace.

mod access;
mod drift;
mod forward;
mod node_port;
mod test_namespace;

use std::collections::{BTreeMap, BTreeSet};

use backend::fault::Sighting;
use futures_util::future::join_all;
use k8s_openapi::api::core::v1::SecurityContext;
use model::plan::{ResourceId, ResourceKind, State};
use model::topology::ServiceName;
use testing::docker_engine::SHELL;
use tokio_util::sync::CancellationToken;

use self::test_namespace::{ENDS, STAYS, TestNamespace};
use super::*;
use crate::{Exposure, Group, Object, base, fixture, objects, pod};

fn why_never(end: Readiness) -> String {
    match end {
        Readiness::Never(reason) => reason,
        other => panic!("it is not the end: {other:?}"),
    }
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn a_group_can_be_applied_changed_killed_restored_and_removed() {
    let namespace = TestNamespace::new("test-life").await;
    let (web, service) = (
        ResourceId::new(ResourceKind::Deployment, "web"),
        ServiceName::new("web"),
    );
    let two = namespace.group("web", 2, SHELL, STAYS);
    namespace.apply(&two).await;
    namespace.until_ready(&web).await;
    assert_eq!(namespace.state(&web).await, Some(State::Live(two.digest())));

    let one = namespace.group("web", 1, SHELL, STAYS);
    namespace.apply(&one).await;
    namespace.until_ready(&web).await;
    assert_eq!(namespace.state(&web).await, Some(State::Live(one.digest())));
    assert_eq!(
        namespace.existing(&web).await,
        ["ServiceAccount/web", "Deployment/web"]
    );

    assert_eq!(namespace.kill(&service).await, "pods killed: 1, left: 0");
    assert_eq!(namespace.replicas(&service).await, Some(0));
    let scaled = "it was scaled to 0, but should have 1 replicas".to_owned();
    assert_eq!(
        namespace.state(&web).await,
        Some(State::Dead { reason: scaled })
    );
    namespace.bring_back(&service, 1).await;
    assert_eq!(namespace.state(&web).await, Some(State::Live(one.digest())));
    assert_eq!(namespace.uids("web").await.len(), 1);

    namespace.cluster.delete(&web).await.expect("it is removed");
    assert_eq!(namespace.state(&web).await, None);
    assert!(namespace.uids("web").await.is_empty());
    namespace
        .cluster
        .delete(&base::id())
        .await
        .expect("it is removed");
    assert_eq!(namespace.cluster.observe().await.expect("seen"), []);
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn a_running_pod_is_not_gone_and_a_missing_pod_is_ignored() {
    let namespace = TestNamespace::new("test-gone").await;
    let service = ServiceName::new("web");
    let web = namespace.group("web", 1, SHELL, STAYS);
    namespace.apply(&web).await;
    namespace.until_ready(&web.id).await;
    let lives = namespace.lives(&service).await;
    let running = namespace.cluster.gone(&service, &lives).await;
    let pod = lives.keys().next().expect("it has a pod");
    assert_eq!(running, Sighting::NotYet(format!("still running: {pod}")));
    let killed = namespace.cluster.kill(&["web-0-0".to_owned()]).await;
    killed.expect("a missing pod is not an error");
    assert_eq!(namespace.lives(&service).await, lives);
    let nothing = namespace.cluster.gone(&service, &BTreeMap::new()).await;
    let reason = "`web` had no running pod".to_owned();
    assert_eq!(nothing, Sighting::Never(reason), "nothing was hit");
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn a_pod_that_cannot_run_ends_the_wait_with_a_reason() {
    let namespace = TestNamespace::new("test-broken").await;
    let ends = namespace.group("ends", 1, SHELL, ENDS);
    let absent = namespace.group("absent", 1, "harness.invalid/absent:1", STAYS);
    let mut big = namespace.group("big", 1, SHELL, STAYS);
    let mut privileged = namespace.group("privileged", 1, SHELL, STAYS);
    for (group, change) in [
        (&mut big, Change::Cpu),
        (&mut privileged, Change::Privileged),
    ] {
        change.make(group);
    }
    let job = namespace.job("job", "echo because; exit 3");
    let groups = [&ends, &absent, &big, &privileged, &job];
    join_all(groups.map(|group| namespace.apply(group))).await;
    let waits = groups.map(|group| namespace.never_ready(&group.id));
    let reasons: Vec<String> = join_all(waits).await.into_iter().map(why_never).collect();
    for (reason, expected) in reasons.iter().zip([
        "keeps exiting with code 0 (Completed); the end of its log:\n    hello",
        "cannot start (",
        "does not fit on any node: 0/1 nodes are available",
        "violates PodSecurity",
        "the end of its log:\n    because",
    ]) {
        assert!(reason.contains(expected), "{reason}");
    }
    let folder = namespace.shared.folder().join("evidence");
    // The API server receives a node's reports with a delay.
    let complete = async || {
        let evidence = namespace.cluster.evidence(&ends.id, &folder).await;
        let evidence = evidence.expect("it is written");
        tells(&evidence, ".previous.log", "hello")
            && tells(&evidence, "events.txt", "Warning Pod/ends-")
    };
    namespace.until("the evidence is complete", complete).await;
}

/// Whether a file in the folder, given by the end of its name, contains these words.
fn tells(folder: &Utf8Path, end: &str, words: &str) -> bool {
    let files = folder.read_dir_utf8().expect("a folder").flatten();
    let mut files = files.filter(|file| file.file_name().ends_with(end));
    files.any(|file| fs_err::read_to_string(file.path()).is_ok_and(|text| text.contains(words)))
}

/// A change that makes a pod impossible.
#[derive(Clone, Copy)]
enum Change {
    /// Requests more CPU than any node has.
    Cpu,
    /// Requests more privileges than the namespace admits.
    Privileged,
    /// Uses an image that does not exist.
    Image,
}

impl Change {
    fn make(self, group: &mut Group) {
        let template = match group.objects.get_mut(1) {
            Some(Object::Deployment(deployment)) => {
                &mut deployment.spec.as_mut().expect("it has one").template
            }
            Some(Object::Job(job)) => &mut job.spec.as_mut().expect("it has one").template,
            other => panic!("the second object has no pods: {other:?}"),
        };
        let spec = template.spec.as_mut().expect("it has one");
        let container = &mut spec.containers[0];
        match self {
            Self::Cpu => container.resources = Some(pod::resources("4000", "4Mi", "16Mi")),
            Self::Image => container.image = Some("harness.invalid/absent:1".to_owned()),
            Self::Privileged => {
                container.security_context = Some(SecurityContext {
                    privileged: Some(true),
                    ..SecurityContext::default()
                });
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn an_ended_job_runs_again_and_a_running_one_continues() {
    let namespace = TestNamespace::new("test-jobs").await;
    let (ends, stays) = (namespace.job("ends", ENDS), namespace.job("stays", STAYS));
    let mut before = Vec::new();
    for group in [&ends, &stays] {
        namespace.apply(group).await;
        let component = group.id.name();
        namespace
            .until("it has a pod", async || {
                !namespace.uids(component).await.is_empty()
            })
            .await;
        before.push(namespace.uids(component).await);
    }
    namespace.until_ready(&ends.id).await;
    for group in [&ends, &stays] {
        namespace.apply(group).await;
    }
    namespace.until_ready(&ends.id).await;
    assert_ne!(namespace.uids("ends").await, before[0]);
    assert_eq!(namespace.uids("stays").await, before[1]);
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn a_job_is_replaced_after_it_has_ended_or_if_it_cannot_start() {
    let namespace = TestNamespace::new("test-replaced").await;
    let first = namespace.job("job", "sleep 5");
    namespace.apply(&first).await;
    namespace
        .until("it runs", async || {
            namespace.phases("job").await == ["Running"]
        })
        .await;
    let second = named(namespace.job("job", STAYS), "job-2");
    let ends = namespace.until("it ends as if nothing had come after it", async || {
        let phases = namespace.phases("job").await;
        phases.contains(&"Succeeded".to_owned())
    });
    tokio::join!(namespace.apply(&second), ends);
    let there = namespace.existing(&first.id).await;
    assert_eq!(there, ["ServiceAccount/job", "Job/job-2"]);

    let mut absent = namespace.job("absent", ENDS);
    Change::Image.make(&mut absent);
    namespace.apply(&absent).await;
    why_never(namespace.never_ready(&absent.id).await);
    let present = named(namespace.job("absent", ENDS), "absent-2");
    namespace.apply(&present).await;
    namespace.until_ready(&present.id).await;
}

/// The group with another name for its Job.
fn named(mut group: Group, name: &str) -> Group {
    let Some(Object::Job(job)) = group.objects.get_mut(1) else {
        panic!("the second object is the Job");
    };
    job.metadata.name = Some(name.to_owned());
    group
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn logs_are_followed_into_files() {
    let namespace = TestNamespace::new("test-logs").await;
    let folder = namespace.shared.folder().join("logs");
    let stop = CancellationToken::new();
    let follow = namespace.cluster.collect_logs(&folder, Some(&stop));
    let ends = namespace.job("ends", ENDS);
    let written = || {
        let logs = Cluster::logs(&folder).into_iter();
        logs.filter(|log| log.services == ["ends"])
            .any(|log| fs_err::read_to_string(log.path).is_ok_and(|text| text.contains("hello")))
    };
    let watch = async {
        namespace.apply(&ends).await;
        namespace
            .until("the log is there", async || written())
            .await;
        stop.cancel();
    };
    let (followed, ()) = tokio::join!(follow, watch);
    followed.expect("they were followed");
    let again = namespace.shared.folder().join("again");
    namespace
        .cluster
        .collect_logs(&again, None)
        .await
        .expect("they are saved");
    assert_eq!(Cluster::logs(&again).len(), 1);
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn a_followed_log_has_every_run_of_a_pod_once() {
    let namespace = TestNamespace::new("test-runs").await;
    let folder = namespace.shared.folder().join("runs");
    let line = "cat /proc/sys/kernel/random/uuid; sleep 3";
    let group = namespace.group("web", 1, SHELL, line);
    namespace.apply(&group).await;
    let lines = || {
        let logs = Cluster::logs(&folder).into_iter();
        let texts = logs.filter_map(|log| fs_err::read_to_string(log.path).ok());
        let lines: Vec<String> = texts
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        lines
    };
    let saved = async || {
        let saved = namespace.cluster.collect_logs(&folder, None).await;
        saved.expect("they are saved");
        lines().len() == 2
    };
    namespace.until("a second run was saved", saved).await;

    let before = lines();
    let stop = CancellationToken::new();
    let follow = namespace.cluster.collect_logs(&folder, Some(&stop));
    let watch = async {
        let another = async || lines().iter().any(|line| !before.contains(line));
        namespace.until("another run is followed", another).await;
        stop.cancel();
    };
    let (followed, ()) = tokio::join!(follow, watch);
    followed.expect("they were followed");
    let (all, once) = (lines(), BTreeSet::from_iter(lines()));
    assert_eq!(all.len(), once.len(), "{all:?}");
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn the_nodes_report_the_cpu_time_of_pods() {
    let namespace = TestNamespace::new("test-usage").await;
    let web = namespace.group("web", 1, SHELL, STAYS);
    namespace.apply(&web).await;
    namespace.until_ready(&web.id).await;
    let known = async || {
        namespace
            .cluster
            .usage()
            .await
            .keys()
            .any(|pod| pod.starts_with("web-"))
    };
    namespace.until("the statistics have the pod", known).await;
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn every_object_is_valid_to_the_api_server() {
    let namespace = TestNamespace::new("test-valid").await;
    let two = ["temporal.roles.history.replicas=2", "starter.mode=off"];
    let mut tunnelled = namespace.site.clone();
    tunnelled.exposure = Exposure::none();
    let shapes = [
        objects(&fixture::topology(&[]), &namespace.site),
        objects(&fixture::topology(&two), &tunnelled),
    ];
    for groups in &shapes {
        let complaints = namespace.cluster.validate(groups).await.expect("asked");
        assert_eq!(complaints, Vec::<String>::new());
    }
    let kept = namespace.cluster.observe().await.expect("seen");
    assert_eq!(kept.len(), 1, "only the base is there: {kept:?}");

    let mut wrong = namespace.group("Not a name", 1, SHELL, STAYS);
    wrong.objects.truncate(1);
    let complaints = namespace.cluster.validate(&[wrong]).await.expect("asked");
    assert_eq!(complaints.len(), 1);
    assert!(
        complaints[0].contains("ServiceAccount/Not a name"),
        "{complaints:?}"
    );
}
