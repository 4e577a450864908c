//! The recorded steps match the real tool.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::Store;
use super::super::object::Object;
use super::tool::{Bench, versions};
use crate::Client;

/// The database in which the steps are replayed.
const REPLAY: &str = "replay";

/// The first lines of the files.
const HEADER: &str = "\
# What each version of the schema does to the one before. Written by a test: see manifest.rs.
";

#[tokio::test]
#[ignore = "needs docker"]
async fn the_recorded_steps_are_those_of_the_tool() {
    let mut bench = Bench::start().await;
    for store in Store::ALL {
        let recorded = record(&mut bench, store).await;
        let name = match store {
            Store::Default => "temporal.txt",
            Store::Visibility => "visibility.txt",
        };
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schema");
        let path = format!("{folder}/{name}");
        if std::env::var_os("UPDATE_SCHEMA_MANIFEST").is_some() {
            fs_err::write(&path, &recorded).expect("it is written");
        }
        let committed = fs_err::read_to_string(&path).expect("it is read");
        assert_eq!(committed, recorded, "{path}");
    }
}

/// Lets the tool update a store version by version, then replays its statements and reads the
/// database after each one.
async fn record(bench: &mut Bench, store: Store) -> String {
    bench.set_up(store.database()).await;
    bench
        .execute(&format!("CREATE DATABASE {REPLAY} CHARACTER SET utf8mb4"))
        .await;
    bench.execute(&format!("USE {REPLAY}")).await;
    let mut text = HEADER.to_owned();
    let mut before = Vec::new();
    for version in versions(store) {
        writeln!(text, "\n{version}").expect("writing to memory succeeds");
        let mut steps = Vec::new();
        for statement in bench.statements(store, store.database(), version).await {
            bench.execute(&statement).await;
            let after = definitions(&mut bench.client).await;
            steps.extend(difference(&before, &after));
            fill(&mut steps, &statement);
            before = after;
        }
        for step in &steps {
            writeln!(text, "{step}").expect("writing to memory succeeds");
        }
    }
    bench.execute(&format!("DROP DATABASE {REPLAY}")).await;
    text
}

/// Every object in the replay database with its definition.
async fn definitions(client: &mut Client) -> Vec<(Object, String)> {
    let tables = client.rows("SHOW TABLES").await.expect("the tables");
    let mut all = Vec::new();
    for table in tables.into_iter().flatten().flatten() {
        let shown = client.rows(&format!("SHOW CREATE TABLE `{table}`")).await;
        let shown = shown.expect("a table").remove(0).remove(1);
        all.extend(parts(&table, &shown.expect("how it is made")));
    }
    all
}

/// The objects in the output of `SHOW CREATE TABLE`.
fn parts(table: &str, shown: &str) -> Vec<(Object, String)> {
    let (_, body) = shown.split_once(" (\n").expect("a body");
    let lines = body.lines().map(str::trim);
    let whole = format!("({}", lines.clone().collect::<Vec<_>>().join(" "));
    let mut parts = vec![(Object::Table(table.to_owned()), whole)];
    for line in lines {
        let Some((kind, rest)) = line.split_once('`') else {
            continue;
        };
        let (name, _) = rest.split_once('`').expect("a name in quotes");
        let name = (table.to_owned(), name.to_owned());
        let object = match kind.trim() {
            "" => Object::Column(name.0, name.1),
            "KEY" | "UNIQUE KEY" | "FULLTEXT KEY" => Object::Index(name.0, name.1),
            _ => continue,
        };
        parts.push((object, line.trim_end_matches(',').to_owned()));
    }
    parts
}

/// The steps between two databases, without the objects of tables that are created or dropped. The
/// additions of one statement are in the order of the table, where a column comes before those that
/// are generated from it.
fn difference(before: &[(Object, String)], after: &[(Object, String)]) -> Vec<String> {
    let names = |all: &[(Object, String)]| -> BTreeSet<Object> {
        all.iter().map(|(object, _)| object.clone()).collect()
    };
    let (old, new) = (names(before), names(after));
    let apart = |object: &Object, other: &BTreeSet<Object>| {
        let table = object.within();
        !other.contains(object) && table.is_none_or(|table| other.contains(&table))
    };
    let gone = before.iter().filter(|(object, _)| apart(object, &new));
    let come = after.iter().filter(|(object, _)| apart(object, &old));
    let gone = gone.map(|(object, definition)| format!("- {object} {definition}"));
    gone.chain(come.map(|(object, _)| format!("+ {object}")))
        .collect()
}

/// Marks the table that a statement inserts rows into.
fn fill(steps: &mut [String], statement: &str) {
    if let Some(rest) = statement.strip_prefix("INSERT INTO ") {
        let table = rest.split_whitespace().next().expect("a table");
        let made = format!("+ table {table}");
        let step = steps.iter_mut().find(|step| **step == made);
        step.expect("a table of the same version")
            .push_str(" filled");
    }
}
