//! `heal`, and how other verbs heal.

use harness::fault::{FaultKind, Injection, Journal, Undo};
use harness::state::Directory;
use harness::topology::ServiceName;
use insta::assert_snapshot;

use crate::fixture::World;

/// Leaves what a run leaves that was killed while `worker` was down.
fn interrupt_a_run(world: &World) {
    let journal = Journal::open(&Directory::new(world.state()).faults()).expect("a journal");
    let injection = Injection {
        id: "crash".to_owned(),
        fault: FaultKind::Kill,
        service: ServiceName::new("worker"),
    };
    let replicas = vec!["worker-0".to_owned(), "worker-1".to_owned()];
    let undo = Undo::Start { replicas };
    let entry = journal.intend(&injection, &undo).expect("a record");
    journal.injected(entry).expect("a record");
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
fn up_heals_first() {
    let world = World::up();
    interrupt_a_run(&world);
    assert_snapshot!(world.run("up -p simulated").stderr, @"
    · profile simulated: backend simulated, engine model, database model, topology [digest]
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
fn a_broken_fault_journal_is_an_error_that_names_its_line() {
    let world = World::up();
    world.write(".harness/simulated/faults.ndjson", "{\"a\": 1}\n");
    assert_snapshot!(world.run("heal -p simulated"), @"
    --- stderr
    error: could not keep the journal of faults
      caused by: line 1 of the fault journal [folder]/.harness/simulated/faults.ndjson is no record
      caused by: missing field `entry` at line 1 column 8
      hint: run `harness heal --profile simulated` again, or `harness down --profile simulated` to give the topology up
    --- exit 74
    ");
}
