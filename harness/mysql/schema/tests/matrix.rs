//! Every state, on a real server with the real tool.

use std::collections::BTreeSet;

use super::super::manifest::Manifest;
use super::super::object::Object;
use super::super::read::objects;
use super::super::{State, Store, Version, state, state_in};
use super::tool::{Bench, versions};
use crate::fixture::RELEASE;

#[tokio::test]
#[ignore = "needs docker"]
async fn each_state_is_recognised_on_a_real_server() {
    let mut bench = Bench::start().await;
    for store in Store::ALL {
        let database = store.database();
        let all: Vec<Version> = versions(store).collect();
        let (last, previous) = (all[all.len() - 1], all[all.len() - 2]);
        assert_eq!(found(&bench, store).await, State::Empty, "no database");
        bench.execute(&format!("CREATE DATABASE {database}")).await;
        assert_eq!(found(&bench, store).await, State::Empty, "no table");

        bench.set_up(database).await;
        assert_eq!(found(&bench, store).await, State::Older(Version::NONE));
        bench
            .update(store, database, previous)
            .await
            .expect("it updates");
        assert_eq!(found(&bench, store).await, State::Older(previous));
        bench
            .update(store, database, last)
            .await
            .expect("it updates");
        assert_eq!(found(&bench, store).await, State::Current(last));

        // The user's own index is ignored.
        let table = match store {
            Store::Default => "executions (workflow_id)",
            Store::Visibility => "executions_visibility (workflow_id)",
        };
        bench
            .execute(&format!("CREATE INDEX own ON {database}.{table}"))
            .await;
        assert_eq!(found(&bench, store).await, State::Current(last));

        let bump = format!("UPDATE {database}.schema_version SET curr_version = '1.99'");
        bench.execute(&bump).await;
        let newer = State::Newer(Version {
            major: 1,
            minor: 99,
        });
        assert_eq!(found(&bench, store).await, newer);
    }
}

async fn found(bench: &Bench, store: Store) -> State {
    state(&bench.server.access, store, RELEASE)
        .await
        .expect("its state")
}

/// Interrupts the update to every version after the first statement, in the middle, and before and
/// after the last one. If the tool is then stuck, the state is half applied, and the remedy
/// restores the database as it was. If the tool is not stuck, the state is not half applied.
#[tokio::test]
#[ignore = "needs docker"]
async fn an_update_interrupted_anywhere_is_undone_and_run_again() {
    let mut bench = Bench::start().await;
    for store in Store::ALL {
        bench.set_up("whole").await;
        bench.set_up("cut").await;
        let mut stuck = 0;
        for version in versions(store) {
            let statements = bench.statements(store, "whole", version).await;
            let before = objects(&mut bench.client, "cut").await.expect("objects");
            for cut in places(statements.len()) {
                let part = &statements[..cut];
                let was_stuck = cut_off(&mut bench, store, version, part, &before).await;
                stuck += usize::from(was_stuck);
            }
            let updated = bench.update(store, "cut", version).await;
            updated.unwrap_or_else(|said| panic!("{version}: {said}"));
        }
        assert!(
            stuck > 10,
            "{store:?}: only {stuck} interruptions left the tool stuck"
        );
        let whole = objects(&mut bench.client, "whole").await;
        let cut = objects(&mut bench.client, "cut").await;
        assert_eq!(whole.expect("objects"), cut.expect("objects"));
        bench.execute("DROP DATABASE whole").await;
        bench.execute("DROP DATABASE cut").await;
    }
}

/// After how many statements the update is interrupted.
fn places(statements: usize) -> Vec<usize> {
    let mut places = vec![1, statements / 2, statements - 1, statements];
    places.retain(|place| *place > 0);
    places.dedup();
    places
}

/// Runs a part of an update, and undoes it if the tool cannot resume it. Returns whether it was
/// undone. `whole` is the database before the update.
async fn cut_off(
    bench: &mut Bench,
    store: Store,
    version: Version,
    part: &[String],
    whole: &BTreeSet<Object>,
) -> bool {
    let case = format!("{store:?} {version} after {} statements", part.len());
    bench.execute("USE cut").await;
    for statement in part {
        bench.execute_as_the_tool(statement).await;
    }
    if let State::Older(_) | State::Current(_) = found_in_cut(bench, store).await {
        return false;
    }
    let again = bench.update(store, "cut", version).await;
    assert!(again.is_err(), "{case}: the tool can resume it");
    let found = found_in_cut(bench, store).await;
    let State::HalfApplied {
        towards, remedy, ..
    } = found
    else {
        panic!("{case}: {found:?}");
    };
    assert_eq!(towards, version, "{case}");
    for statement in &remedy {
        bench.execute(statement).await;
    }
    let after = objects(&mut bench.client, "cut").await.expect("objects");
    assert_eq!(after, *whole, "{case}: {remedy:#?}");
    true
}

async fn found_in_cut(bench: &mut Bench, store: Store) -> State {
    let found = state_in(&mut bench.client, store, "cut", RELEASE).await;
    found.expect("its state")
}

#[test]
fn the_recorded_versions_are_those_that_releases_expect() {
    for store in Store::ALL {
        let manifest = Manifest::of(store);
        let recorded: Vec<_> = manifest.after(Version::NONE).map(|d| d.version).collect();
        assert_eq!(recorded, versions(store).collect::<Vec<_>>());
    }
}
