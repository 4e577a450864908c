//! The output of `test`.

use backend::fault::Occurrence;
use load::Flow;
use model::document::Origin;
use scenario::{Resolution, RunPlan};
use serde::Serialize;
use serde_json::Value;

use super::documents::Resolved;
use super::row::Row;
use crate::error::{CommandError, Exit};
use crate::ui::{Table, Ui};

/// The verdicts as JSON: the result of each scenario, and the gravest error in the form of every
/// other command.
#[derive(Serialize)]
struct Document<'a> {
    verdicts: &'a [Row],
    #[serde(flatten)]
    error: Option<Value>,
}

/// A scenario in the list of scenarios.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Listed<'a> {
    scenario: &'a str,
    #[serde(flatten)]
    origin: &'a Origin,
    description: &'a str,
    /// Whether the backend has everything that the scenario needs.
    runs_here: bool,
    /// What the backend lacks.
    reasons: &'a [String],
}

/// An error as JSON, with the exit code of the command, which may be graver.
fn with_exit(error: &CommandError, exit: Exit) -> Value {
    let document = serde_json::to_value(error.document());
    let mut document = document.expect("a plain struct becomes JSON");
    document["exit-code"] = exit.code().into();
    document
}

/// Prints the results of all scenarios, then the errors.
pub(super) fn verdicts(rows: &[Row], errors: &[CommandError], exit: Exit, ui: &mut Ui) {
    let mut table = Table::new(["SCENARIO", "VERDICT", "REPORT"]);
    for row in rows {
        let report = row.report.clone().unwrap_or_default();
        table.row([row.scenario.clone(), row.verdict.to_string(), report]);
    }
    ui.text(table.render());
    let reasons: Vec<String> = rows
        .iter()
        .filter(|row| !row.is_pass())
        .map(|row| format!("{}: {}", row.scenario, row.reason))
        .collect();
    if !reasons.is_empty() {
        ui.text(format!("\n{}", reasons.join("\n")));
    }
    // Of several equally grave errors, the first.
    let in_turn = errors.iter().rev();
    let gravest = in_turn.max_by_key(|error| error.exit.gravity());
    ui.json(&Document {
        verdicts: rows,
        error: gravest.map(|error| with_exit(error, exit)),
    });
    for error in errors {
        ui.error(error);
    }
}

/// Prints the scenarios and whether they can run here.
pub(super) fn list(resolved: &[Resolved], ui: &mut Ui) -> Exit {
    let mut paragraphs = Vec::new();
    let mut rows = Vec::new();
    for Resolved {
        document,
        resolution,
        ..
    } in resolved
    {
        let reasons = match resolution {
            Resolution::Runnable(_) => [].as_slice(),
            Resolution::Unrunnable { reasons } => reasons,
        };
        let (scenario, origin) = (&document.scenario, document.origin());
        let (name, description) = (&scenario.name.value, &scenario.description);
        let mut lines = vec![format!("{name} ({origin})"), format!("  {description}")];
        if !reasons.is_empty() {
            lines.push(format!("  cannot run here: {}", reasons.join("; ")));
        }
        paragraphs.push(lines.join("\n"));
        rows.push(Listed {
            scenario: name,
            origin,
            description,
            runs_here: reasons.is_empty(),
            reasons,
        });
    }
    ui.text(paragraphs.join("\n\n"));
    ui.json(&rows);
    Exit::Ok
}

/// Prints the plans of all scenarios that can run here.
pub(super) fn plans(resolved: &[Resolved], ui: &mut Ui) -> Exit {
    let mut plans = Vec::new();
    let mut paragraphs = Vec::new();
    for Resolved {
        document,
        resolution,
        ..
    } in resolved
    {
        match resolution {
            Resolution::Runnable(plan) => {
                paragraphs.push(outline(plan));
                plans.push(plan);
            }
            Resolution::Unrunnable { reasons } => {
                let name = &document.scenario.name.value;
                let reasons = reasons.join("; ");
                paragraphs.push(format!("{name}: cannot run here: {reasons}"));
            }
        }
    }
    ui.text(paragraphs.join("\n\n"));
    ui.json(&plans);
    Exit::Ok
}

fn flow(flow: &Flow) -> String {
    let Flow {
        name,
        workflow_type,
        task_queue,
        ..
    } = flow;
    let named = if name == workflow_type {
        String::new()
    } else {
        format!("{name}, ")
    };
    let steps = match flow.steps.len() {
        0 => String::new(),
        1 => " with 1 step".to_owned(),
        more => format!(" with {more} steps"),
    };
    format!("{named}{workflow_type} on {task_queue}{steps}")
}

/// A plan in a few lines.
fn outline(plan: &RunPlan) -> String {
    let mut lines = vec![format!("{} (seed {})", plan.scenario, plan.seed)];
    for workload in &plan.workloads {
        let (name, executor) = (&workload.name, &workload.executor);
        let flows: Vec<String> = workload.mix.iter().map(flow).collect();
        match flows.as_slice() {
            [only] => lines.push(format!("  workload {name}: {only}, {executor}")),
            several => {
                lines.push(format!("  workload {name}: {executor}"));
                let weights = workload.mix.iter().map(|flow| flow.weight);
                for (weight, flow) in weights.zip(several) {
                    lines.push(format!("    weight {weight}: {flow}"));
                }
            }
        }
    }
    for phase in &plan.phases {
        lines.push(format!(
            "  {:>8}  {} for {}",
            phase.offset.to_string(),
            phase.phase,
            phase.length
        ));
    }
    for planned in &plan.faults {
        let Occurrence {
            id,
            fault,
            target,
            at,
            until,
            ..
        } = &planned.occurrence;
        lines.push(format!(
            "  {:>8}  fault {}: {} {}, undone at {}",
            at.to_string(),
            id,
            fault,
            target,
            until
        ));
    }
    lines.push(format!("  then drain for at most {}", plan.drain));
    lines.join("\n")
}
