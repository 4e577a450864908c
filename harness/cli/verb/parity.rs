//! `harness parity`.

use serde::Serialize;

use super::VerbResult;
use super::session::{self, Target};
use crate::error::{CommandError, Exit};
use crate::parity::{self, Cell, Comparison, Facts, Row, Verdict};
use crate::ui::{Table, Ui};

/// Compare two profiles and their running topologies
///
/// Exits 0 if the only differences are those that the backends explain, else 1. A topology that is
/// not up or cannot be read counts as unknown, never as the same. A running topology that differs
/// from its own profile gives a warning.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness parity server k3d
  harness parity local profiles/k3d.yaml --output json")]
pub(super) struct Args {
    /// The first profile: a name or a file
    #[arg(value_name = "PROFILE")]
    left: String,
    /// The second profile
    #[arg(value_name = "PROFILE")]
    right: String,
    /// Set a key of both profiles, such as `worker.replicas=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// What `parity --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Parity {
    left: Facts,
    right: Facts,
    rows: Vec<Row>,
    /// How the running topologies differ from their own profiles.
    warnings: Vec<String>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let left = facts(Target::named(&args.left, &args.set)).await?;
    let right = facts(Target::named(&args.right, &args.set)).await?;
    let comparison = parity::compare(&left, &right);
    let exit = if comparison.differs() {
        Exit::Violated
    } else {
        Exit::Ok
    };
    ui.text(table(&left.profile, &right.profile, &comparison));
    ui.text("");
    for why in unknown(&left.profile, comparison.rows.iter().map(|row| &row.left)) {
        ui.text(why);
    }
    if left.profile != right.profile {
        for why in unknown(&right.profile, comparison.rows.iter().map(|row| &row.right)) {
            ui.text(why);
        }
    }
    let mut warnings = left.drift();
    let mut more = right.drift();
    // Both arguments may name the same profile.
    more.retain(|warning| !warnings.contains(warning));
    warnings.extend(more);
    for warning in &warnings {
        ui.text(format!("! {warning}"));
    }
    ui.text(summary(&comparison));
    ui.json(&Parity {
        left,
        right,
        rows: comparison.rows,
        warnings,
    });
    Ok(exit)
}

/// The facts of a profile and of its running topology.
pub(super) async fn facts(target: Target) -> Result<Facts, CommandError> {
    let session = session::look(&session::load(&target)).await?;
    session::on_backend!(session, |session| {
        let profile = session.profile.name.to_string();
        if session.place.cluster.is_some() {
            let message = format!(
                "profile `{profile}` uses a cluster that exists already, so it does not say what \
                 runs there"
            );
            return Err(
                CommandError::new(Exit::Usage, message).hint("Compare profiles of other backends.")
            );
        }
        let facts = parity::gather(
            &profile,
            &session.place,
            &session.topology,
            &session.backend,
        );
        Ok(facts.await)
    })
}

fn table(left: &str, right: &str, comparison: &Comparison) -> String {
    let mut table = Table::new(["ASPECT", left, right, "VERDICT"]);
    for row in &comparison.rows {
        table.row([
            row.aspect.clone(),
            row.left.to_string(),
            row.right.to_string(),
            row.verdict.to_string(),
        ]);
    }
    table.render()
}

/// The distinct reasons why cells of a side are unknown.
fn unknown<'a>(profile: &str, cells: impl Iterator<Item = &'a Cell>) -> Vec<String> {
    let whys = cells.filter_map(|cell| match cell {
        Cell::Unknown(why) => Some(format!("? {profile}: {why}")),
        Cell::Known(_) | Cell::Given(_) => None,
    });
    let mut whys: Vec<String> = whys.collect();
    whys.sort();
    whys.dedup();
    whys
}

/// The number of aspects by verdict.
pub(super) fn summary(comparison: &Comparison) -> String {
    let counts = Verdict::ALL.map(|verdict| format!("{} {verdict}", comparison.count(verdict)));
    counts.join(", ")
}
