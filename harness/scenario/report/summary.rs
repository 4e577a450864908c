//! A report as text for a terminal. Pure.

use std::fmt::Write as _;

use backend::death::Death;
use backend::fault::Proof;
use base::log_tail::LogTail;
use check::{CounterExample, Finding};
use comfy_table::{Table, TableStyle};
use model::quantity::Duration;

use super::{Report, load};
use crate::{Expectation, FaultRecord};

/// How many counter-examples of one invariant and how many further reasons are shown. `report.json`
/// has more.
const SHOWN: usize = 3;

impl Report {
    /// The verdict first, then its evidence, then the command to run the scenario again.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        line(
            &mut text,
            format_args!("{}: {}", self.scenario, self.verdict),
        );
        line(&mut text, format_args!("  {}", self.reason));
        for other in self.reasons.iter().skip(1).take(SHOWN) {
            line(&mut text, format_args!("  also: {other}"));
        }
        line(&mut text, format_args!("  ({})", self.description));
        let (place, topology) = (&self.place, self.topology.short());
        line(&mut text, format_args!("  on {place}, topology {topology}"));
        section(&mut text, "phases", load::phases(&self.phases));
        section(&mut text, "flows", load::flows(&self.phases));
        section(&mut text, "calls", load::calls(&self.phases));
        section(&mut text, "failures", load::failures(&self.phases));
        section(&mut text, "faults", faults(&self.faults));
        section(&mut text, "unplanned deaths", deaths(&self.deaths));
        section(&mut text, "expectations", expectations(&self.expectations));
        section(&mut text, "invariants", invariants(&self.invariants));
        let replay = format_args!("\n  run it again with the same seed: {}", self.replay);
        line(&mut text, replay);
        text
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("writing to a string never fails");
}

fn section(text: &mut String, title: &str, table: Option<Table>) {
    let Some(table) = table else { return };
    line(text, format_args!("\n  {title}"));
    for row in table.lines() {
        line(text, format_args!("   {}", row.trim_end()));
    }
}

pub(super) fn table() -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table
}

fn faults(faults: &[FaultRecord]) -> Option<Table> {
    let mut table = table();
    for fault in faults {
        let at =
            |offset: Option<Duration>| offset.map_or("never".to_owned(), Duration::approximate);
        let effect = match (&fault.effect, &fault.failure) {
            (Some(Proof::Seen(effect)), _) => effect.clone(),
            (Some(Proof::Unseen(reason)), _) => format!("no effect: {reason}"),
            (None, Some(failure)) => failure.clone(),
            (None, None) => "not injected".to_owned(),
        };
        table.add_row([
            format!("{} {}", fault.fault, fault.target),
            format!("from {} to {}", at(fault.injected), at(fault.healed)),
            effect,
        ]);
    }
    (!faults.is_empty()).then_some(table)
}

fn deaths(deaths: &[Death]) -> Option<Table> {
    let mut table = table();
    for death in deaths {
        let at = death
            .at_ms
            .map_or("before the run".to_owned(), |at| format!("at {at}"));
        table.add_row([&death.replica, &at, &death.status]);
        match &death.log_tail {
            Some(LogTail { path, lines }) if lines.is_empty() => {
                table.add_row(["", "", &format!("it wrote nothing to {path}")]);
            }
            Some(LogTail { lines, .. }) => {
                for line in lines {
                    table.add_row(["", "", &format!("> {line}")]);
                }
            }
            None => {
                table.add_row(["", "", "its log is not available"]);
            }
        }
    }
    (!deaths.is_empty()).then_some(table)
}

fn expectations(expectations: &[Expectation]) -> Option<Table> {
    let mut table = table();
    for expectation in expectations {
        table.add_row([
            mark(expectation.met).to_owned(),
            format!("{} {}", expectation.phase, expectation.metric),
            expectation.actual.clone(),
            format!("wanted {}", expectation.wanted),
        ]);
    }
    (!expectations.is_empty()).then_some(table)
}

fn invariants(findings: &[Finding]) -> Option<Table> {
    let mut table = table();
    for finding in findings {
        let violations = finding.violated;
        let mark = match violations {
            0 if finding.holds() => mark(true),
            0 => "UNKNOWN",
            _ => mark(false),
        };
        table.add_row([mark, &finding.invariant.to_string(), &finding.outcome()]);
        for CounterExample {
            workflow_id, what, ..
        } in finding.counter_examples.iter().take(SHOWN)
        {
            table.add_row(["", "", &format!("{workflow_id}: {what}")]);
        }
        let more = finding.counter_examples.len().saturating_sub(SHOWN);
        if more > 0 {
            table.add_row(["", "", &format!("and {more} more in report.json")]);
        }
    }
    (!findings.is_empty()).then_some(table)
}

fn mark(good: bool) -> &'static str {
    if good { "ok" } else { "NOT OK" }
}
