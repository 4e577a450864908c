//! The text of a plan.

use base::hint::Hint;
use promotion::{Check, Difference, Group, Outlook, Problem};

use super::brief;
use super::changes::Changes;
use super::draw::Plan;
use super::parity::Parity;
use crate::parity::{Row, Verdict};
use crate::ui::Table;
use crate::verb::view::short_type;

pub(in crate::verb) fn text(plan: &Plan) -> String {
    let paragraphs = [
        heading(plan),
        gate(plan),
        checks(&plan.changes.outlook.checks),
        differences(&plan.changes),
        plan.parity
            .iter()
            .map(parity)
            .collect::<Vec<_>>()
            .join("\n"),
        conclusion(plan),
    ];
    let said = paragraphs.into_iter().filter(|it| !it.is_empty());
    said.collect::<Vec<_>>().join("\n\n")
}

/// What would change in Azure and in the cluster, and the notes about what would not.
pub(in crate::verb) fn differences(changes: &Changes) -> String {
    let outlook = &changes.outlook;
    let objects = match (&changes.unseen, changes.objects.as_deref()) {
        (Some(why), _) => format!("objects: unknown: {why}"),
        (None, None) if outlook.group == Group::Ours => {
            "objects: unknown: no cluster was reachable".to_owned()
        }
        (None, None) => String::new(),
        (None, Some([])) => "objects: no changes".to_owned(),
        (None, Some(objects)) => self::objects(objects),
    };
    let resources = resources(outlook);
    let paragraphs = [resources, notes(&changes.notes), objects];
    let said = paragraphs.into_iter().filter(|it| !it.is_empty());
    said.collect::<Vec<_>>().join("\n\n")
}

fn notes(notes: &[Hint]) -> String {
    let lines = notes.iter().map(|note| format!("note: {note}"));
    lines.collect::<Vec<_>>().join("\n")
}

fn objects(differences: &[kubernetes::Difference]) -> String {
    let lines = differences
        .iter()
        .map(|it| format!("  {}", brief::object(it)));
    let lines: Vec<String> = std::iter::once("objects".to_owned()).chain(lines).collect();
    lines.join("\n")
}

fn heading(plan: &Plan) -> String {
    let where_to = if plan.changes.rehearsal {
        "the built-in Azure"
    } else {
        "Azure"
    };
    let group = &plan.changes.outlook.resource_group;
    let state = match &plan.changes.outlook.group {
        Group::Absent => "which does not exist yet".to_owned(),
        Group::Ours => "which belongs to this profile".to_owned(),
        Group::Foreign(Some(other)) => format!("which belongs to profile `{other}`"),
        Group::Foreign(None) => "which the harness did not create".to_owned(),
        Group::Hidden => "which these credentials may not read".to_owned(),
    };
    format!(
        "profile {}, topology {}, to {where_to}\n  subscription {}\n  signed in by {}\n  resource \
         group {group}, {state}",
        plan.profile,
        plan.topology.short(),
        plan.changes.outlook.subscription,
        plan.changes.signed_in_by,
    )
}

fn gate(plan: &Plan) -> String {
    if plan.gate.is_empty() {
        return "gate: the profile requires nothing (`promotion.require`)".to_owned();
    }
    let heading = match plan.workers.0.len() {
        0 => {
            "gate (`promote` builds the worker, and checks the verdicts for that build)".to_owned()
        }
        1 => format!("gate, for worker {}", plan.workers.short()),
        _ => format!("gate, for {}", plan.workers.short()),
    };
    let conditions = plan.gate.iter();
    let lines = conditions.map(|condition| mark(condition.holds(), condition));
    let lines: Vec<String> = std::iter::once(heading).chain(lines).collect();
    lines.join("\n")
}

fn checks(checks: &[Check]) -> String {
    let line = |check: &Check| {
        let Check {
            what,
            problem,
            unknown,
            note,
        } = check;
        match (problem, unknown, note) {
            (Some(Problem { reason, remedy }), ..) => {
                mark(false, format!("{what}: {reason}\n    {remedy}"))
            }
            (None, Some(why), _) => format!("  ? {what}: {why}"),
            (None, None, Some(note)) => mark(true, format!("{what}: {note}")),
            (None, None, None) => mark(true, what),
        }
    };
    let lines = checks.iter().map(line);
    ["preflight".to_owned()]
        .into_iter()
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

fn mark(holds: bool, what: impl std::fmt::Display) -> String {
    format!("  {} {what}", if holds { "✓" } else { "✗" })
}

fn resources(outlook: &Outlook) -> String {
    let differences = &outlook.differences;
    match &outlook.group {
        Group::Foreign(_) => {
            let told = "changes: not computed, since the resource group does not belong to this \
                        profile";
            return told.to_owned();
        }
        Group::Hidden => {
            return "changes: unknown, since these credentials may not read the resource \
                    group"
                .to_owned();
        }
        Group::Absent | Group::Ours => {}
    }
    match &outlook.unknown {
        None if differences.is_empty() => "changes: none".to_owned(),
        None => table(differences),
        Some(why) if differences.is_empty() => format!("changes: {why}"),
        Some(why) => format!("{}\nother changes: {why}", table(differences)),
    }
}

fn table(differences: &[Difference]) -> String {
    // Role assignments are long sentences, so they get a table of their own.
    let mut roles = Table::new(["CHANGE", "ROLE ASSIGNMENT"]);
    let mut others = Table::new(["CHANGE", "TYPE", "NAME"]);
    let mut properties = String::new();
    for it in differences {
        let act = format!("{}{}", it.act, if it.certain { "" } else { "?" });
        let name = brief::name(it).to_owned();
        if it.is_role_assignment() {
            roles.row([act, name]);
        } else {
            others.row([act, short_type(&it.kind), name]);
        }
        properties.extend(brief::properties(it).flat_map(|line| ["\n  ".to_owned(), line]));
    }
    let any = |role: bool| differences.iter().any(|it| it.is_role_assignment() == role);
    let tables = [(any(false), others), (any(true), roles)].into_iter();
    let tables = tables.filter_map(|(any, table)| any.then(|| table.render()));
    let tables: Vec<String> = tables.collect();
    tables.join("\n\n") + &properties
}

/// The number of aspects by verdict, and those that differ.
fn parity(parity: &Parity) -> String {
    let Parity { with, comparison } = parity;
    let differs = comparison.rows.iter();
    let differs = differs.filter(|row| row.verdict == Verdict::Differs);
    let lines = differs.map(|row| {
        let Row {
            aspect,
            left,
            right,
            ..
        } = row;
        format!("\n  ! {aspect}: {left} with {with}, {right} in Azure")
    });
    let summary = crate::verb::parity::summary(comparison);
    format!("parity with {with}: {summary}{}", lines.collect::<String>())
}

fn conclusion(plan: &Plan) -> String {
    let cost = format!(
        "{}{} USD a month; `cost` lists the items",
        plan.cost.qualifier(),
        plan.cost.total
    );
    let resources = plan.changes.outlook.differences.len();
    let objects = match plan.changes.objects().len() {
        0 => String::new(),
        count => format!(", and {count} object(s) in the cluster"),
    };
    let over = plan
        .over_budget()
        .map_or_else(String::new, |over| format!("\n✗ {over}"));
    format!("{resources} resource(s) would change{objects}\nit costs {cost}{over}")
}

/// Why `promote` would refuse the plan; none if it would not.
pub(super) fn standing(plan: &Plan) -> Option<String> {
    let obstacles = plan.obstacles();
    if obstacles.is_empty() {
        return None;
    }
    let heading = "`promote` would refuse this plan (exit code 77):".to_owned();
    let obstacles = obstacles.into_iter().map(|it| format!("  ✗ {it}"));
    // Explains why a topology that is already promoted is refused now.
    let reason = plan.changes.outlook.gate_override.as_ref();
    let once = reason.filter(|_| !plan.closed().is_empty()).map(|reason| {
        format!(
            "the running topology was promoted with the gate overridden (\"{reason}\"); an \
             override counts once: run the missing scenarios, or give `--override-gate REASON` \
             again"
        )
    });
    let lines: Vec<String> = [heading].into_iter().chain(obstacles).chain(once).collect();
    Some(lines.join("\n"))
}
