//! The measurements of a report as tables.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use base::log_tail::shortened;
use comfy_table::{CellAlignment, Table};
use load::{Percentile, Percentiles};
use temporal::OpKind;

use super::summary::table;
use crate::{CallStatistics, FlowStatistics, PhaseStatistics};

/// How many failures are shown, and how many letters of each message.
const MOST_FAILURES: usize = 10;
const LONGEST_MESSAGE: usize = 100;

/// The columns of a table: a title, and a cell for each row.
type Columns<'a> = Vec<(&'a str, Vec<String>)>;

/// The table of the phases. A column for trouble is shown only if a phase has some.
pub(super) fn phases(phases: &[PhaseStatistics]) -> Option<Table> {
    let column = |cell: &dyn Fn(&PhaseStatistics) -> String| phases.iter().map(cell).collect();
    let count = |of: fn(&PhaseStatistics) -> u64| column(&|it| of(it).to_string());
    let mut columns: Columns<'_> = vec![
        ("", column(&|it| it.phase.to_string())),
        ("offered", count(|it| it.offered)),
        ("completed", count(|it| it.completed)),
        ("failed", count(|it| it.failed + it.refused)),
    ];
    columns.extend(troubles([
        ("unanswered", count(|it| it.unknown)),
        ("given up", count(|it| it.given_up)),
        ("dropped", count(|it| it.dropped)),
        ("not sent", count(|it| it.not_sent)),
        ("not made", count(|it| it.not_made)),
    ]));
    let per_second = column(&|it| format!("{:.1}", it.completed_per_second));
    columns.push(("per second", per_second));
    columns.extend(percentiles(phases.iter().map(|it| it.start_to_close)));
    drawn(&columns, 1)
}

/// The table of the flows, if there are several.
pub(super) fn flows(phases: &[PhaseStatistics]) -> Option<Table> {
    let rows: Vec<(&PhaseStatistics, &FlowStatistics)> = phases
        .iter()
        .flat_map(|phase| phase.flows.iter().map(move |flow| (phase, flow)))
        .collect();
    if !differs(rows.iter().map(|(_, it)| (&it.workload, &it.flow))) {
        return None;
    }
    let column = |cell: &dyn Fn(&FlowStatistics) -> String| {
        rows.iter().map(|(_, flow)| cell(flow)).collect()
    };
    let count = |of: fn(&FlowStatistics) -> u64| column(&|it| of(it).to_string());
    let names = rows
        .iter()
        .map(|(phase, it)| (*phase, &*it.workload, &*it.flow));
    let mut columns = whose(names);
    let names = columns.len();
    columns.push(("sent", count(|it| it.sent)));
    columns.push(("completed", count(|it| it.completed)));
    columns.extend(troubles([
        ("failed", count(|it| it.failed)),
        ("given up", count(|it| it.given_up)),
    ]));
    columns.extend(percentiles(rows.iter().map(|(_, it)| it.start_to_close)));
    drawn(&columns, names)
}

/// The table of the calls on workflows, if the scenario has steps.
pub(super) fn calls(phases: &[PhaseStatistics]) -> Option<Table> {
    let rows: Vec<(&PhaseStatistics, &CallStatistics)> = phases
        .iter()
        .flat_map(|phase| phase.calls.iter().map(move |call| (phase, call)))
        .filter(|(_, call)| is_step(call.operation))
        .collect();
    let column = |cell: &dyn Fn(&CallStatistics) -> String| {
        rows.iter().map(|(_, call)| cell(call)).collect()
    };
    let count = |of: fn(&CallStatistics) -> u64| column(&|it| of(it).to_string());
    let names = rows
        .iter()
        .map(|(phase, it)| (*phase, &*it.workload, &*it.flow));
    let mut columns = whose(names);
    columns.push(("", column(&CallStatistics::call)));
    let names = columns.len();
    columns.push(("sent", count(|it| it.sent)));
    columns.push(("ok", count(|it| it.ok)));
    columns.extend(troubles([
        ("failed", count(|it| it.failed + it.refused)),
        ("unanswered", count(|it| it.unknown)),
        ("given up", count(|it| it.given_up)),
    ]));
    columns.extend(percentiles(rows.iter().map(|(_, it)| it.latency)));
    drawn(&columns, names)
}

/// The most frequent failures of calls, with the first message of each.
pub(super) fn failures(phases: &[PhaseStatistics]) -> Option<Table> {
    let mut all: BTreeMap<[&str; 5], (u64, &str)> = BTreeMap::new();
    for call in phases.iter().flat_map(|phase| &phase.calls) {
        let name = call.name.as_deref().unwrap_or_default();
        for (code, failures) in &call.failures {
            let operation = call.operation.as_str();
            let key = [&*call.workload, &call.flow, operation, name, code];
            all.entry(key).or_insert((0, &failures.first)).0 += failures.count;
        }
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(_, (count, _))| Reverse(*count));
    all.truncate(MOST_FAILURES);
    let column = |cell: &dyn Fn(&[&str; 5], u64, &str) -> String| {
        all.iter()
            .map(|(key, (count, first))| cell(key, *count, first))
            .collect()
    };
    let mut columns: Columns<'_> = Vec::new();
    if differs(all.iter().map(|(key, _)| key[0])) {
        columns.push(("", column(&|key, _, _| key[0].to_owned())));
    }
    columns.extend([
        ("", column(&|key, _, _| key[1].to_owned())),
        ("", column(&|key, _, _| format!("{} {}", key[2], key[3]))),
        ("count", column(&|_, count, _| count.to_string())),
        ("code", column(&|key, _, _| key[4].to_owned())),
        (
            "first message",
            column(&|_, _, first| shortened(first, LONGEST_MESSAGE)),
        ),
    ]);
    let names = columns.len();
    drawn(&columns, names)
}

/// The phase, the workload if there are several, and the flow of each row.
fn whose<'a>(
    rows: impl Iterator<Item = (&'a PhaseStatistics, &'a str, &'a str)> + Clone,
) -> Columns<'static> {
    let phases = rows.clone().map(|(phase, ..)| phase.phase.to_string());
    let workloads = rows.clone().map(|(_, workload, _)| workload);
    let flows = rows.map(|(.., flow)| flow.to_owned());
    let mut columns: Columns<'_> = vec![("", phases.collect())];
    if differs(workloads.clone()) {
        columns.push(("", workloads.map(str::to_owned).collect()));
    }
    columns.push(("", flows.collect()));
    columns
}

/// Whether not all of them are the same.
fn differs<T: PartialEq>(mut all: impl Iterator<Item = T>) -> bool {
    let first = all.next();
    all.any(|it| Some(it) != first)
}

/// Whether it is a call on a workflow that runs. The phases show starts and closes.
fn is_step(operation: OpKind) -> bool {
    !matches!(
        operation,
        OpKind::Start | OpKind::SignalWithStart | OpKind::AwaitResult
    )
}

/// The columns in which something was counted.
fn troubles<const N: usize>(
    columns: [(&str, Vec<String>); N],
) -> impl Iterator<Item = (&str, Vec<String>)> {
    let seen = |(_, cells): &(_, Vec<String>)| cells.iter().any(|cell| cell != "0");
    columns.into_iter().filter(seen)
}

fn percentiles(
    rows: impl Iterator<Item = Option<Percentiles>>,
) -> [(&'static str, Vec<String>); 3] {
    let rows: Vec<Option<Percentiles>> = rows.collect();
    let column = |pick: fn(&Percentiles) -> Percentile| {
        let cell = |row: &Option<Percentiles>| match row {
            Some(row) => pick(row).to_string(),
            None => "-".to_owned(),
        };
        rows.iter().map(cell).collect()
    };
    [
        ("p50", column(|it| it.p50)),
        ("p99", column(|it| it.p99)),
        ("max", column(|it| it.max)),
    ]
}

/// A table whose first columns are names; `None` if it has no rows.
fn drawn(columns: &Columns<'_>, names: usize) -> Option<Table> {
    let rows = columns.first().map_or(0, |(_, cells)| cells.len());
    let mut table = table();
    table.set_header(columns.iter().map(|(title, _)| *title));
    for column in table.column_iter_mut().skip(names) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for row in 0..rows {
        table.add_row(columns.iter().map(|(_, cells)| &cells[row]));
    }
    (rows > 0).then_some(table)
}
