//! `heal`, and how other verbs heal.

use backend::fault::{Fault, Journal, Occurrence, Pull, Remedy, Sign, Target};
use backend::run_id::RunId;
use backend::state::Directory;
use insta::assert_snapshot;
use jiff::Timestamp;
use model::quantity::Duration;
use model::topology::ServiceName;
use support::world::World;

/// Leaves a fault at `worker` that is undone by a lever.
fn leave(journal: &Journal, id: &str, pull: Pull) {
    let worker = ServiceName::new("worker");
    let replicas = match &pull {
        Pull::Start { replicas } => replicas.clone(),
        _ => Vec::new(),
    };
    let occurrence = Occurrence {
        run: RunId::new(7, Timestamp::UNIX_EPOCH),
        id: id.to_owned(),
        nth: 1,
        fault: Fault::Kill,
        target: Target::Service(worker.clone()),
        at: Duration::from_secs(1),
        until: Duration::from_secs(2),
    };
    let remedy = Remedy {
        pulls: vec![pull],
        healed: Sign::Back {
            service: worker,
            replicas,
        },
        within: Duration::from_secs(60),
        whole: None,
    };
    let entry = journal.intend(&occurrence, &remedy).expect("a record");
    journal.pulled(entry).expect("a record");
}

fn start(replicas: &[&str]) -> Pull {
    let replicas = replicas.iter().map(ToString::to_string).collect();
    Pull::Start { replicas }
}

fn journal(folder: &Directory) -> Journal {
    Journal::open(&folder.faults()).expect("a journal")
}

/// Leaves what a run leaves that was killed while `worker` was down.
fn interrupt_a_run(world: &World) {
    let journal = journal(&Directory::new(world.state()));
    leave(&journal, "crash", start(&["worker-0", "worker-1"]));
}

#[test]
fn heal_of_nothing_says_so() {
    assert_snapshot!(World::up().run("heal -p simulated"), @"
    nothing to heal
    --- exit 0
    ");
}

#[test]
fn heal_undoes_what_an_interrupted_run_left() {
    let world = World::up();
    interrupt_a_run(&world);
    assert_snapshot!(world.run("heal -p simulated"), @"
    1 fault undone
    --- stderr
    · undid fault `crash` (kill worker) of an interrupted run
    --- exit 0
    ");
    assert_snapshot!(world.run("heal -p simulated").stdout, @"nothing to heal");
}

#[test]
fn status_tells_which_faults_are_open_and_how_to_undo_them() {
    let world = World::up();
    interrupt_a_run(&world);
    let told = world.run("status -p simulated").stderr;
    assert_snapshot!(told, @"! fault `crash` (kill worker) of an interrupted run is still open; run `harness heal --profile simulated` to undo it");
}

#[test]
fn up_heals_first() {
    let world = World::up();
    interrupt_a_run(&world);
    assert_snapshot!(world.run("up -p simulated").stderr, @"
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    · undid fault `crash` (kill worker) of an interrupted run
    ");
    assert_snapshot!(world.run("heal -p simulated").stdout, @"nothing to heal");
}

#[test]
fn down_leaves_nothing_to_heal() {
    let world = World::up();
    interrupt_a_run(&world);
    assert_eq!(world.run("down -p simulated").code, 0);
    assert_snapshot!(world.run("heal -p simulated").stdout, @"nothing to heal");
}

#[test]
fn a_fault_of_another_backend_is_an_error_with_a_way_out() {
    let world = World::up();
    let scale = Pull::Scale {
        service: ServiceName::new("worker"),
        replicas: 2,
    };
    leave(&journal(&Directory::new(world.state())), "crash", scale);
    assert_snapshot!(world.run("heal -p simulated"), @"
    --- stderr
    error: could not heal fault `crash`
      caused by: backend simulated cannot scale worker to 2: the fault journal was written on another backend
      hint: Run `harness down --profile simulated` to remove the topology.
    --- exit 74
    ");
    assert_eq!(world.run("down -p simulated").code, 0);
}

#[test]
fn a_broken_fault_journal_is_an_error_that_names_its_line() {
    let world = World::up();
    world.write(".harness/simulated/faults.ndjson", "{\"a\": 1}\n");
    assert_snapshot!(world.run("heal -p simulated"), @"
    --- stderr
    error: could not read or write the fault journal
      caused by: line 1 of the fault journal [folder]/.harness/simulated/faults.ndjson is not an entry
      caused by: missing field `entry` at line 1 column 8
      hint: Run `harness down --profile simulated` to stop what is running, which it finds by its marker, and to remove that file; for a topology in Azure, remove the file and run `harness destroy --profile simulated`
    --- exit 65
    ");
}

/// The record of a process that can be started no more. It is alive while its supervisor looks for the
/// program, and would be ready once a port is open that nobody opens.
fn record(world: &World, replica: &str) {
    let record = serde_json::json!({
        "replica": replica,
        "services": ["worker"],
        "digest": "0".repeat(64),
        "needs": [],
        "program": "/nowhere/worker",
        "arguments": [],
        "environment": {},
        "directory": world.path(),
        "ports": {},
        "checks": [{"tcp-accepts": {"address": "127.0.0.1:1"}}],
        "ready_timeout": "5s",
        "grace": "1s",
    });
    let path = format!(".harness/local/run/{replica}.launch.json");
    world.write(&path, &record.to_string());
}

#[test]
fn of_several_faults_each_is_tried_and_the_failure_of_each_is_told() {
    let world = World::new();
    let profile = "apiVersion: harness/v1\nkind: Profile\nname: local\nextends: base\n\
                   backend: {process: {engine: {dev-server: {}}}}\n";
    world.write("profiles/local.yaml", profile);
    for replica in ["worker-0", "worker-1", "worker-2"] {
        record(&world, replica);
    }
    let state = Directory::new(world.path().join(".harness/local"));
    let journal = journal(&state);
    leave(&journal, "first", start(&["worker-0"]));
    // What was taken down since is no fault any more.
    leave(&journal, "gone", start(&["worker-9"]));
    leave(&journal, "last", start(&["worker-1", "worker-2"]));
    let run = world.run("heal");
    assert_eq!(run.code, 74, "{run}");
    assert!(run.stderr.contains("undid fault `gone`"), "{run}");
    assert!(
        run.stderr.contains("error: 2 faults could not be healed: "),
        "{run}"
    );
    for failed in [
        "could not heal fault `first`",
        "could not heal fault `last`",
        "worker-0: its process",
        "worker-1: its process",
        "worker-2: its process",
    ] {
        assert!(run.stderr.contains(failed), "{failed}: {run}");
    }
    let again = world.run("heal");
    assert_eq!(again.code, 74, "what failed is kept: {again}");
    assert!(!again.stderr.contains("`gone`"), "{again}");
}
