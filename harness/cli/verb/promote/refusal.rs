//! Why a promotion is refused: the gate, Azure, or an earlier plan forbids it.

use base::hint::{Hint, Verb};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::error::{CommandError, Exit};
use crate::verb::plan::Plan;

/// Refuses what the gate, Azure or an earlier plan forbids.
pub(super) fn allowed(
    overridden: bool,
    earlier: Option<&Basis>,
    plan: &Plan,
) -> Result<(), CommandError> {
    possible(plan)?;
    open(overridden, plan)?;
    earlier.map_or(Ok(()), |earlier| unmoved(earlier, plan))
}

/// Refuses what Azure forbids.
pub(super) fn possible(plan: &Plan) -> Result<(), CommandError> {
    let forbidden = plan.changes.forbidden();
    if forbidden.is_empty() {
        return Ok(());
    }
    Err(
        refused("this stands in the way of the promotion", &forbidden)
            .hint(Hint::from(Verb::Plan).words(" shows all that was looked at")),
    )
}

/// Refuses what the gate forbids.
pub(super) fn open(overridden: bool, plan: &Plan) -> Result<(), CommandError> {
    let closed = plan.closed();
    if closed.is_empty() || overridden {
        return Ok(());
    }
    Err(refused("the gate is closed", &closed)
        .hint("run what is missing, or pass by the gate with `--override-gate REASON`"))
}

fn refused(what: &str, list: &[String]) -> CommandError {
    let message = format!("{what}:\n  {}", list.join("\n  "));
    CommandError::new(Exit::NotAllowed, message)
}

/// What a plan that was written earlier was made from.
pub(super) struct Basis {
    file: Utf8PathBuf,
    basis: String,
}

/// Reads it.
pub(super) fn basis(file: &Utf8Path) -> Result<Basis, CommandError> {
    let no_plan = |why: String| {
        CommandError::new(Exit::Invalid, format!("{file} is no plan{why}"))
            .hint(Hint::from(Verb::PlanOut).words(" writes one"))
    };
    let text = fs_err::read_to_string(file)
        .map_err(|error| CommandError::new(Exit::Invalid, error).hint("`--plan` names it"))?;
    let written: Value =
        serde_json::from_str(&text).map_err(|error| no_plan(format!(": {error}")))?;
    let basis = written["basis"].as_str();
    Ok(Basis {
        file: file.to_owned(),
        basis: basis.ok_or_else(|| no_plan(String::new()))?.to_owned(),
    })
}

/// Refuses if what was found differs from what a plan was made from.
fn unmoved(earlier: &Basis, plan: &Plan) -> Result<(), CommandError> {
    if let Some(why) = &plan.changes.unseen {
        let unknown = format!("what is in the cluster is not known: {why}");
        return Err(CommandError::new(Exit::Unavailable, unknown).hint(
            Hint::say("run the same command again, or ")
                .command(Verb::Status)
                .words(", which says why"),
        ));
    }
    let Basis { file, basis } = earlier;
    if *basis == plan.changes.basis.to_string() {
        return Ok(());
    }
    let moved =
        format!("what {file} was made from is not so any more: the profile or Azure changed");
    Err(CommandError::new(Exit::NotAllowed, moved)
        .hint(Hint::from(Verb::Plan).words(" shows a new one, and writes it with `--out FILE`"))
        .hint("a plan counts for the identity that drew it up"))
}
