use backend::state::Directory;
use base::tool::Environment;
use camino::Utf8Path;
use model::topology::Digest;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::process::{Engine, Settings};

fn processes(folder: &Utf8Path) -> Processes {
    let settings = Settings {
        root: folder.to_owned(),
        engine: Engine::Server,
        environment: Environment::default(),
        haste: CancellationToken::new(),
    };
    let state = Directory::new(folder.join("state"));
    fs_err::create_dir_all(state.run()).expect("a folder");
    Processes::new(Arc::new(
        Site::new(settings, state, None).expect("creating it asks nothing"),
    ))
}

fn launch(replica: &str, needs: Vec<ResourceId>) -> Launch {
    Launch {
        replica: replica.to_owned(),
        services: Vec::new(),
        digest: Digest::of(&replica),
        needs,
        program: "true".into(),
        arguments: Vec::new(),
        environment: BTreeMap::new(),
        secrets: BTreeMap::new(),
        directory: "/".into(),
        ports: BTreeMap::new(),
        checks: Vec::new(),
        ready_timeout: model::quantity::Duration::from_secs(1),
        grace: model::quantity::Duration::from_secs(1),
        borrowed: BTreeMap::new(),
        log_begin: 0,
        worker: None,
    }
}

fn told(processes: &Processes, named: &[&str], lack_data: bool) -> String {
    let named = named.iter();
    let named = named.map(|replica| ResourceId::new(ResourceKind::Process, replica));
    let named: Vec<ResourceId> = named.collect();
    let observed = processes.observe(&named, lack_data).expect("records");
    let lines = observed.iter().map(|observed| match &observed.state {
        State::Live(_) => format!("{}: it is alive", observed.id),
        State::Dead { reason } => format!("{}: {reason}", observed.id),
    });
    lines.collect::<Vec<String>>().join("\n")
}

#[test]
fn a_dead_process_is_reported_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = Utf8Path::from_path(folder.path()).expect("text");
    let processes = processes(folder);
    let state = &processes.site.state;
    assert_eq!(told(&processes, &[], false), "");
    let server = launch("temporal-frontend-0", vec![database::schema_id()]);
    for launch in [&server, &launch("worker-0", vec![server.id()])] {
        launch.write(state).expect("a record");
    }
    let broken = state.run().join("worker-1.launch.json");
    fs_err::write(broken, "half a rec").expect("a file");
    let named = ["worker-0", "worker-1", "worker-2"];
    insta::assert_snapshot!(told(&processes, &named, false), @r"
    process/worker-1: its launch record cannot be read
    process/temporal-frontend-0: its process is gone
    process/worker-0: its process is gone
    process/worker-2: an interrupted command was about to start it
    ");
    insta::assert_snapshot!(told(&processes, &named, true), @r"
    process/worker-1: its launch record cannot be read
    process/temporal-frontend-0: its database is gone
    process/worker-0: its process is gone
    process/worker-2: an interrupted command was about to start it
    ");
}

#[tokio::test]
async fn a_replica_that_was_taken_down_is_not_started_again_and_a_start_needs_the_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = Utf8Path::from_path(folder.path()).expect("text");
    let processes = processes(folder);
    let gone = processes.start_again("worker-0").await;
    assert!(gone.is_ok(), "{gone:?}");
    let ready = processes.ready_again("worker-0").await;
    assert_eq!(ready.expect("a look"), None);
    let launch = launch("worker-0", Vec::new());
    launch.write(&processes.site.state).expect("a record");
    let refused = processes.start_again("worker-0").await;
    assert!(matches!(refused, Err(Error::NotOwner)), "{refused:?}");
    let ready = processes.ready_again("worker-0").await;
    let never = Readiness::Never("its process is gone".to_owned());
    assert_eq!(ready.expect("a look"), Some(never));
}
