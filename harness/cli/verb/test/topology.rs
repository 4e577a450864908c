//! Brings the topology up for scenarios, and takes it down after them.

use backend::Backend;
use base::hint::{Command, Hint, Verb};
use model::plan::{Action, Plan};
use tokio_util::sync::CancellationToken;

use super::execute::Stage;
use crate::error::CommandError;
use crate::verb::session::{Session, Target};
use crate::verb::{failure, lifecycle};

/// Brings the topology to the state that the profile describes.
pub(super) async fn bring_up<B: Backend>(
    target: &Target,
    session: &mut Session<B>,
    stage: &mut Stage<'_>,
) -> Result<(), CommandError> {
    let asked = &stage.shutdown.asked;
    let (was_up, promoted) = (stage.was_up, session.way.is_promotion());
    let events = stage.events.clone();
    let look = |plan: &Plan| match changes(plan, target) {
        Some(_) if promoted => Err(failure::differs(plan)),
        Some(word) if was_up => {
            events.notice(word);
            Ok(())
        }
        _ => Ok(()),
    };
    let watch = &stage.watch;
    let up = async {
        watch.prepare(&session.backend, &stage.events).await;
        let deaths = watch.deaths_so_far().len();
        let up = lifecycle::bring_up_after(session, &stage.events, asked, look).await;
        if up.is_ok() || asked.is_cancelled() {
            return up;
        }
        // A replica may have died after it was observed. It is restarted, like one that died before.
        watch.prepare(&session.backend, &stage.events).await;
        if watch.deaths_so_far().len() == deaths {
            return up;
        }
        lifecycle::bring_up_after(session, &stage.events, asked, look).await
    };
    let up = stage.ui.follow(&mut stage.receiver, up).await;
    up.map_err(|error| failure::after(&watch.end().deaths, error))?;
    watch.all_faults_ended();
    Ok(())
}

pub(super) async fn take_down<B: Backend>(
    session: &Session<B>,
    stage: &mut Stage<'_>,
) -> Result<(), CommandError> {
    let owned = session.owned();
    let (never, hurry) = (CancellationToken::new(), &stage.shutdown.insisted);
    let down = lifecycle::take_down(&owned, &stage.events, &never, hurry);
    stage.ui.follow(&mut stage.receiver, down).await.map(drop)
}

/// The notice that a topology that was already up is changed: somebody else may be using it.
fn changes(plan: &Plan, target: &Target) -> Option<String> {
    const SHOWN: usize = 4;
    let steps = plan.steps.iter();
    let mut steps = steps.filter(|step| step.action != Action::Keep);
    let shown: Vec<String> = steps
        .by_ref()
        .take(SHOWN)
        .map(|step| format!("{} {} ({})", step.action, step.id, step.reason))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let more = match steps.count() {
        0 => String::new(),
        count => format!(", and {count} more"),
    };
    let shown = shown.join(", ");
    if plan.only_repairs() {
        return Some(format!("the running topology is repaired: {shown}{more}"));
    }
    let up = Command::named(Verb::Up, target.without_settings().options());
    let hint = Hint::say(format!(
        "the running topology differs from this command's profile and is changed: \
         {shown}{more}; it stays changed afterwards; run "
    ));
    let hint = hint.command(up);
    Some(
        hint.words(" with its earlier settings to restore it")
            .to_string(),
    )
}

#[cfg(test)]
mod tests {
    use model::plan::{Observed, Resource, ResourceId, ResourceKind, State, diff};
    use model::quantity::Duration;
    use model::topology::Digest;

    use super::*;

    #[test]
    fn a_dead_replica_is_repaired_and_another_configuration_is_a_change() {
        let id = ResourceId::new(ResourceKind::Process, "worker-0");
        let desired = [Resource {
            id: id.clone(),
            digest: Digest::of(&1),
            needs: Vec::new(),
            ready_timeout: Duration::from_secs(1),
        }];
        let told = |state| {
            let observed = [Observed {
                id: id.clone(),
                state,
                needs: Vec::new(),
                stays: false,
            }];
            changes(&diff(&desired, &observed), &Target::named("local", &[]))
        };
        assert_eq!(told(State::Live(Digest::of(&1))), None);
        let reason = "its process is gone".to_owned();
        insta::assert_snapshot!(told(State::Dead { reason }).expect("a notice"), @"the running topology is repaired: replace process/worker-0 (its process is gone)");
        insta::assert_snapshot!(told(State::Live(Digest::of(&2))).expect("a notice"), @"the running topology differs from this command's profile and is changed: replace process/worker-0 (its configuration changed); it stays changed afterwards; run `harness up` with its earlier settings to restore it");
    }
}
