//! Objects in a real cluster: each test in a namespace of its own.

mod access;
mod drift;
mod forward;
mod node_port;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use backend::fault::Sighting;
use futures_util::future::join_all;
use k8s_openapi::api::core::v1::SecurityContext;
use model::plan::{ResourceId, ResourceKind, State};
use model::topology::ServiceName;
use testing::docker_engine::SHELL;
use tokio_util::sync::CancellationToken;

use self::place::{ENDS, Place, STAYS};
use super::*;
use crate::{Exposure, Group, Object, base, fixture, objects, pod};

fn why_never(end: Readiness) -> String {
    match end {
        Readiness::Never(reason) => reason,
        other => panic!("it is not the end: {other:?}"),
    }
}

#[tokio::test]
async fn a_group_comes_changes_is_killed_comes_back_and_goes() {
    let Some(place) = Place::new("test-life").await else {
        return;
    };
    let (web, service) = (
        ResourceId::new(ResourceKind::Deployment, "web"),
        ServiceName::new("web"),
    );
    let two = place.group("web", 2, SHELL, STAYS);
    place.apply(&two).await;
    place.until_ready(&web).await;
    assert_eq!(place.state(&web).await, Some(State::Live(two.digest())));

    let one = place.group("web", 1, SHELL, STAYS);
    place.apply(&one).await;
    place.until_ready(&web).await;
    assert_eq!(place.state(&web).await, Some(State::Live(one.digest())));
    assert_eq!(
        place.there(&web).await,
        ["ServiceAccount/web", "Deployment/web"]
    );

    assert_eq!(place.kill(&service).await, "pods killed: 1, left: 0");
    assert_eq!(place.replicas(&service).await, Some(0));
    let scaled = "it was scaled to 0, and 1 are wanted".to_owned();
    assert_eq!(
        place.state(&web).await,
        Some(State::Dead { reason: scaled })
    );
    place.bring_back(&service, 1).await;
    assert_eq!(place.state(&web).await, Some(State::Live(one.digest())));
    assert_eq!(place.uids("web").await.len(), 1);

    place.cluster.delete(&web).await.expect("it is removed");
    assert_eq!(place.state(&web).await, None);
    assert!(place.uids("web").await.is_empty());
    place
        .cluster
        .delete(&base::id())
        .await
        .expect("it is removed");
    assert_eq!(place.cluster.observe().await.expect("seen"), []);
}

#[tokio::test]
async fn what_runs_is_not_gone_and_what_is_not_there_is_passed_over() {
    let Some(place) = Place::new("test-gone").await else {
        return;
    };
    let service = ServiceName::new("web");
    let web = place.group("web", 1, SHELL, STAYS);
    place.apply(&web).await;
    place.until_ready(&web.id).await;
    let lives = place.lives(&service).await;
    let running = place.cluster.gone(&service, &lives).await;
    let pod = lives.keys().next().expect("it has a pod");
    assert_eq!(running, Sighting::NotYet(format!("still running: {pod}")));
    let killed = place.cluster.kill(&["web-0-0".to_owned()]).await;
    killed.expect("nothing was to be done");
    assert_eq!(place.lives(&service).await, lives);
    let nothing = place.cluster.gone(&service, &BTreeMap::new()).await;
    let reason = "`web` had no pod that ran".to_owned();
    assert_eq!(nothing, Sighting::Never(reason), "nothing was hit");
}

#[tokio::test]
async fn what_cannot_run_ends_the_wait_and_says_why() {
    let Some(place) = Place::new("test-broken").await else {
        return;
    };
    let ends = place.group("ends", 1, SHELL, ENDS);
    let absent = place.group("absent", 1, "harness.invalid/absent:1", STAYS);
    let mut big = place.group("big", 1, SHELL, STAYS);
    let mut privileged = place.group("privileged", 1, SHELL, STAYS);
    for (group, change) in [
        (&mut big, Change::Cpu),
        (&mut privileged, Change::Privileged),
    ] {
        change.make(group);
    }
    let job = place.job("job", "echo because; exit 3");
    let groups = [&ends, &absent, &big, &privileged, &job];
    join_all(groups.map(|group| place.apply(group))).await;
    let waits = groups.map(|group| place.end_in_vain(&group.id));
    let reasons: Vec<String> = join_all(waits).await.into_iter().map(why_never).collect();
    for (reason, expected) in reasons.iter().zip([
        "ends again and again, with exit code 0 (Completed); the end of its log:\n    hello",
        "cannot start (",
        "fits on no node: 0/1 nodes are available",
        "violates PodSecurity",
        "the end of its log:\n    because",
    ]) {
        assert!(reason.contains(expected), "{reason}");
    }
    let folder = place.shared.folder().join("evidence");
    // What a node tells comes to the API server some time after what it does.
    let complete = async || {
        let evidence = place.cluster.evidence(&ends.id, &folder).await;
        let evidence = evidence.expect("it is written");
        tells(&evidence, ".previous.log", "hello")
            && tells(&evidence, "events.txt", "Warning Pod/ends-")
    };
    place.until("the evidence is complete", complete).await;
}

/// Whether a file of the folder, by the end of its name, has these words.
fn tells(folder: &Utf8Path, end: &str, words: &str) -> bool {
    let files = folder.read_dir_utf8().expect("a folder").flatten();
    let mut files = files.filter(|file| file.file_name().ends_with(end));
    files.any(|file| fs_err::read_to_string(file.path()).is_ok_and(|text| text.contains(words)))
}

/// What makes a pod impossible.
#[derive(Clone, Copy)]
enum Change {
    /// More than any node has.
    Cpu,
    /// More than the namespace admits.
    Privileged,
    /// An image that nobody has.
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
async fn a_job_that_has_ended_runs_again_and_one_that_runs_goes_on() {
    let Some(place) = Place::new("test-jobs").await else {
        return;
    };
    let (ends, stays) = (place.job("ends", ENDS), place.job("stays", STAYS));
    let mut before = Vec::new();
    for group in [&ends, &stays] {
        place.apply(group).await;
        let component = group.id.name();
        place
            .until("it has a pod", async || {
                !place.uids(component).await.is_empty()
            })
            .await;
        before.push(place.uids(component).await);
    }
    place.until_ready(&ends.id).await;
    for group in [&ends, &stays] {
        place.apply(group).await;
    }
    place.until_ready(&ends.id).await;
    assert_ne!(place.uids("ends").await, before[0]);
    assert_eq!(place.uids("stays").await, before[1]);
}

#[tokio::test]
async fn a_job_is_replaced_once_it_has_ended_or_cannot_start() {
    let Some(place) = Place::new("test-replaced").await else {
        return;
    };
    let first = place.job("job", "sleep 5");
    place.apply(&first).await;
    place
        .until("it runs", async || place.phases("job").await == ["Running"])
        .await;
    let second = named(place.job("job", STAYS), "job-2");
    let ends = place.until("it ends as if nothing had come after it", async || {
        let phases = place.phases("job").await;
        phases.contains(&"Succeeded".to_owned())
    });
    tokio::join!(place.apply(&second), ends);
    let there = place.there(&first.id).await;
    assert_eq!(there, ["ServiceAccount/job", "Job/job-2"]);

    let mut absent = place.job("absent", ENDS);
    Change::Image.make(&mut absent);
    place.apply(&absent).await;
    why_never(place.end_in_vain(&absent.id).await);
    let present = named(place.job("absent", ENDS), "absent-2");
    place.apply(&present).await;
    place.until_ready(&present.id).await;
}

/// The group with another name of its Job.
fn named(mut group: Group, name: &str) -> Group {
    let Some(Object::Job(job)) = group.objects.get_mut(1) else {
        panic!("the second object is the Job");
    };
    job.metadata.name = Some(name.to_owned());
    group
}

#[tokio::test]
async fn logs_are_followed_into_files() {
    let Some(place) = Place::new("test-logs").await else {
        return;
    };
    let folder = place.shared.folder().join("logs");
    let stop = CancellationToken::new();
    let follow = place.cluster.collect_logs(&folder, Some(&stop));
    let ends = place.job("ends", ENDS);
    let written = || {
        let logs = Cluster::logs(&folder).into_iter();
        logs.filter(|log| log.services == ["ends"])
            .any(|log| fs_err::read_to_string(log.path).is_ok_and(|text| text.contains("hello")))
    };
    let watch = async {
        place.apply(&ends).await;
        place.until("the log is there", async || written()).await;
        stop.cancel();
    };
    let (followed, ()) = tokio::join!(follow, watch);
    followed.expect("they were followed");
    let again = place.shared.folder().join("again");
    place
        .cluster
        .collect_logs(&again, None)
        .await
        .expect("they are saved");
    assert_eq!(Cluster::logs(&again).len(), 1);
}

#[tokio::test]
async fn a_log_that_is_followed_has_every_run_of_a_pod_once() {
    let Some(place) = Place::new("test-runs").await else {
        return;
    };
    let folder = place.shared.folder().join("runs");
    let line = "cat /proc/sys/kernel/random/uuid; sleep 3";
    let group = place.group("web", 1, SHELL, line);
    place.apply(&group).await;
    let lines = || {
        let logs = Cluster::logs(&folder).into_iter();
        let texts = logs.filter_map(|log| fs_err::read_to_string(log.path).ok());
        let lines: Vec<String> = texts
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        lines
    };
    let saved = async || {
        let saved = place.cluster.collect_logs(&folder, None).await;
        saved.expect("they are saved");
        lines().len() == 2
    };
    place.until("a second run was saved", saved).await;

    let before = lines();
    let stop = CancellationToken::new();
    let follow = place.cluster.collect_logs(&folder, Some(&stop));
    let watch = async {
        let another = async || lines().iter().any(|line| !before.contains(line));
        place.until("another run is followed", another).await;
        stop.cancel();
    };
    let (followed, ()) = tokio::join!(follow, watch);
    followed.expect("they were followed");
    let (all, once) = (lines(), BTreeSet::from_iter(lines()));
    assert_eq!(all.len(), once.len(), "{all:?}");
}

#[tokio::test]
async fn the_nodes_tell_what_pods_use() {
    let Some(place) = Place::new("test-usage").await else {
        return;
    };
    let web = place.group("web", 1, SHELL, STAYS);
    place.apply(&web).await;
    place.until_ready(&web.id).await;
    let known = async || {
        place
            .cluster
            .usage()
            .await
            .keys()
            .any(|pod| pod.starts_with("web-"))
    };
    place.until("the statistics have the pod", known).await;
}

#[tokio::test]
async fn every_object_is_valid_to_the_api_server() {
    let Some(place) = Place::new("test-valid").await else {
        return;
    };
    let two = ["temporal.roles.history.replicas=2", "starter.mode=off"];
    let mut tunnelled = place.site.clone();
    tunnelled.exposure = Exposure::none();
    let shapes = [
        objects(&fixture::topology(&[]), &place.site),
        objects(&fixture::topology(&two), &tunnelled),
    ];
    for groups in &shapes {
        let complaints = place.cluster.validate(groups).await.expect("asked");
        assert_eq!(complaints, Vec::<String>::new());
    }
    let kept = place.cluster.observe().await.expect("seen");
    assert_eq!(kept.len(), 1, "only the base is there: {kept:?}");

    let mut wrong = place.group("Not a name", 1, SHELL, STAYS);
    wrong.objects.truncate(1);
    let complaints = place.cluster.validate(&[wrong]).await.expect("asked");
    assert_eq!(complaints.len(), 1);
    assert!(
        complaints[0].contains("ServiceAccount/Not a name"),
        "{complaints:?}"
    );
}
