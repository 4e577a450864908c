use std::collections::BTreeMap;

use backend::Backend as _;
use backend::state::Directory;
use base::tool::Environment;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::process::{ProcessBackend, Settings};

#[tokio::test]
async fn without_a_topology_there_is_nothing_to_heal_and_foreign_levers_and_signs_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = camino::Utf8Path::from_path(folder.path()).expect("text");
    // Docker must not be needed.
    let absent = format!("unix://{folder}/docker.sock");
    let settings = Settings {
        root: folder.to_owned(),
        engine: Engine::Server,
        environment: Environment::default().with("DOCKER_HOST", &absent),
        haste: CancellationToken::new(),
    };
    let backend = ProcessBackend::new(settings, Directory::new(folder.join("state")), None);
    let backend = backend.expect("creating it asks nothing");
    let service = ServiceName::new("worker");
    let replicas = vec![MYSQL.to_owned(), WEB.to_owned(), "worker-0".to_owned()];
    let kill = Pull::Signal {
        signal: Signal::Kill,
        whom: Recipients::Replicas(replicas.clone()),
    };
    let start = Pull::Start {
        replicas: replicas.clone(),
    };
    for pull in [kill, start] {
        let pulled = backend.pull(&pull).await;
        assert!(pulled.is_ok(), "{pull}: {pulled:?}");
    }
    let back = Sign::Back {
        service: service.clone(),
        replicas,
    };
    let serves = Sign::Serves {
        namespace: "default".to_owned(),
    };
    for sign in [back, serves] {
        let seen = backend.look(&sign).await;
        assert!(matches!(seen, Sighting::Seen(_)), "{sign:?}: {seen:?}");
    }
    let foreign = Pull::Scale {
        service: service.clone(),
        replicas: 1,
    };
    let refused = backend
        .pull(&foreign)
        .await
        .expect_err("processes have no such lever");
    assert!(!refused.hints.is_empty(), "{refused}");
    let lives = BTreeMap::new();
    let foreign = backend.look(&Sign::Interrupted { service, lives }).await;
    assert!(matches!(foreign, Sighting::Never(_)), "{foreign:?}");
}

#[tokio::test]
async fn a_damaged_record_is_not_taken_for_a_replica_that_was_taken_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = camino::Utf8Path::from_path(folder.path()).expect("text");
    let settings = Settings {
        root: folder.to_owned(),
        engine: Engine::Server,
        environment: Environment::default(),
        haste: CancellationToken::new(),
    };
    let state = Directory::new(folder.join("state"));
    fs_err::create_dir_all(state.run()).expect("a folder");
    for file in ["temporal-frontend-0.launch.json", "web.json"] {
        fs_err::write(state.run().join(file), "half a rec").expect("a file");
    }
    let backend = ProcessBackend::new(settings, state, None).expect("creating it asks nothing");
    let back = |replica: &str| Sign::Back {
        service: ServiceName::new("any"),
        replicas: vec![replica.to_owned()],
    };
    let serves = Sign::Serves {
        namespace: "default".to_owned(),
    };
    for sign in [serves, back("temporal-frontend-0"), back(WEB)] {
        let seen = backend.look(&sign).await;
        let Sighting::Never(reason) = &seen else {
            panic!("{sign:?}: {seen:?}");
        };
        assert!(reason.contains("has invalid content"), "{reason}");
    }
    let start = Pull::Start {
        replicas: vec!["temporal-frontend-0".to_owned()],
    };
    let refused = backend.pull(&start).await.expect_err("its record is lost");
    assert_eq!(
        refused.hints[0].to_string(),
        "Run `harness up` to write the record again, or `harness down` to remove what it describes."
    );
}

#[test]
fn replicas_are_back_together_and_one_that_never_comes_back_ends_the_wait() {
    let ready = ("worker-0", Readiness::Ready);
    let starts = ("worker-1", Readiness::NotYet("it starts".to_owned()));
    let ended = ("worker-2", Readiness::Never("it ended".to_owned()));
    let seen = Sighting::Seen("ready: worker-0".to_owned());
    assert_eq!(together(std::slice::from_ref(&ready)), seen);
    let not_yet = Sighting::NotYet("worker-1: it starts".to_owned());
    assert_eq!(together(&[ready.clone(), starts.clone()]), not_yet);
    let never = Sighting::Never("worker-2: it ended; worker-1: it starts".to_owned());
    assert_eq!(together(&[starts, ended, ready]), never);
}

#[test]
fn with_the_development_server_only_workers_can_be_controlled_and_otherwise_all_services() {
    let named = |engine: &Engine, profile| {
        let topology = testing::profile::topology(profile, &[]);
        let reach = reach(engine, &topology).into_iter();
        let reach = reach.map(|(service, reach)| match reach {
            Reach::Replicas(replicas) => format!("{service}: {}", replicas.join(", ")),
            other => panic!("{other:?}"),
        });
        reach.collect::<Vec<String>>().join("\n")
    };
    insta::assert_snapshot!(named(&Engine::DevServer { cli: None }, "local"), @"worker: worker-0, worker-1");
    insta::assert_snapshot!(named(&Engine::Server, "server"), @r"
    mysql: mysql
    temporal-frontend: temporal-frontend-0
    temporal-history: temporal-history-0
    temporal-matching: temporal-matching-0
    temporal-worker: temporal-worker-0
    web: web
    worker: worker-0, worker-1
    ");
}
