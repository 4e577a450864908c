use std::collections::BTreeMap;

use backend::Backend as _;
use backend::state::Directory;
use base::tool::Environment;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::process::{ProcessBackend, Settings};

#[tokio::test]
async fn where_nothing_is_up_there_is_nothing_to_heal_and_what_is_foreign_is_said_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = camino::Utf8Path::from_path(folder.path()).expect("text");
    // Docker is not asked.
    let absent = format!("unix://{folder}/docker.sock");
    let settings = Settings {
        root: folder.to_owned(),
        engine: Engine::Server,
        environment: Environment::default().with("DOCKER_HOST", &absent),
        haste: CancellationToken::new(),
    };
    let backend = ProcessBackend::new(settings, Directory::new(folder.join("state")), None);
    let backend = backend.expect("nothing was asked yet");
    let service = ServiceName::new("worker");
    let replicas = vec![MYSQL.to_owned(), WEB.to_owned(), "worker-0".to_owned()];
    let kill = Pull::Signal {
        signal: Signal::Kill,
        whom: Whom::Replicas(replicas.clone()),
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
    let refused = backend.pull(&foreign).await.expect_err("it is foreign");
    assert!(!refused.hints.is_empty(), "{refused}");
    let lives = BTreeMap::new();
    let foreign = backend.look(&Sign::Interrupted { service, lives }).await;
    assert!(matches!(foreign, Sighting::Never(_)), "{foreign:?}");
}

#[test]
fn replicas_are_back_together_and_one_that_never_comes_is_not_waited_for() {
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
fn of_the_development_server_only_workers_are_taken_hold_of_and_else_every_service() {
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
