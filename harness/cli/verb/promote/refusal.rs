//! Refusals of a promotion: by the gate, by Azure, or by an earlier plan.

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
    Err(refused("the promotion is not possible", &forbidden)
        .hint(Hint::run(Verb::Plan).words(" to see all checks.")))
}

/// Refuses what the gate forbids.
pub(super) fn open(overridden: bool, plan: &Plan) -> Result<(), CommandError> {
    let closed = plan.closed();
    if closed.is_empty() || overridden {
        return Ok(());
    }
    Err(refused("the gate is closed", &closed)
        .hint("Run the missing scenarios, or override the gate with `--override-gate REASON`."))
}

fn refused(what: &str, list: &[String]) -> CommandError {
    let message = format!("{what}:\n  {}", list.join("\n  "));
    CommandError::new(Exit::NotAllowed, message)
}

/// The basis of a plan that was written earlier.
pub(super) struct Basis {
    file: Utf8PathBuf,
    basis: String,
}

pub(super) fn basis(file: &Utf8Path) -> Result<Basis, CommandError> {
    let no_plan = |why: String| {
        CommandError::new(Exit::Invalid, format!("{file} is not a plan{why}"))
            .hint(Hint::run(Verb::PlanOut).words(" to write one."))
    };
    let text = fs_err::read_to_string(file).map_err(|error| {
        CommandError::new(Exit::Invalid, error).hint("Name an existing plan with `--plan`.")
    })?;
    let written: Value =
        serde_json::from_str(&text).map_err(|error| no_plan(format!(": {error}")))?;
    let basis = written["basis"].as_str();
    Ok(Basis {
        file: file.to_owned(),
        basis: basis.ok_or_else(|| no_plan(String::new()))?.to_owned(),
    })
}

/// Refuses if the state differs from that of the earlier plan.
fn unmoved(earlier: &Basis, plan: &Plan) -> Result<(), CommandError> {
    if let Some(why) = &plan.changes.unseen {
        let unknown = format!("could not read the cluster: {why}");
        return Err(CommandError::new(Exit::Unavailable, unknown).hint(
            Hint::say("Run the same command again, or run ")
                .command(Verb::Status)
                .words(" to see why."),
        ));
    }
    let Basis { file, basis } = earlier;
    if *basis == plan.changes.basis.to_string() {
        return Ok(());
    }
    let moved = format!("{file} is outdated: the profile or Azure has changed since");
    Err(CommandError::new(Exit::NotAllowed, moved)
        .hint(Hint::run(Verb::Plan).words(" to see a new one; add `--out FILE` to write it."))
        .hint("Use the identity that wrote the plan: a plan is valid only for it."))
}
