//! `harness heal`.

use backend::Backend;
use backend::event::Events;
use backend::state::Directory;
use tokio_util::sync::CancellationToken;

use super::abandoned;
use super::any_backend::on_any_backend;
use super::session::{self, Target};
use super::{VerbResult, failure, lifecycle};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Undo the faults that an interrupted run left open
///
/// Also terminates the workflows that it left open on an existing cluster.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  harness heal")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let (events, mut receiver) = Events::channel();
    let loaded = session::load(&args.target);
    let (healed, terminated) = match session::own(&loaded, "heal", ui).await {
        Ok(session) => session::on_backend!(session, |session| {
            let work = heal(&session.backend, &session.state, &events);
            ui.follow(&mut receiver, Box::pin(work)).await?
        }),
        Err(error) if session::is_of_profile(&error) => {
            let Some(left) = abandoned::own(&loaded, "heal", &error, ui).await? else {
                return Err(error);
            };
            on_any_backend!(&left.backend, |backend| {
                let work = heal(backend, &left.state, &events);
                ui.follow(&mut receiver, Box::pin(work)).await?
            })
        }
        Err(error) => return Err(error),
    };
    ui.text(match healed {
        0 if terminated > 0 => "no fault to heal".to_owned(),
        0 => "nothing to heal".to_owned(),
        1 => "1 fault undone".to_owned(),
        healed => format!("{healed} faults undone"),
    });
    ui.json(&serde_json::json!({"healed": healed, "terminated": terminated}));
    Ok(Exit::Ok)
}

/// Undoes faults, and terminates what a load left open on an existing cluster. Returns both numbers.
pub(super) async fn heal<B: Backend>(
    backend: &B,
    state: &Directory,
    events: &Events,
) -> Result<(usize, u64), CommandError> {
    let never = CancellationToken::new();
    let healed = lifecycle::heal_what_is_left(backend, state, events).await;
    let terminated = lifecycle::end_load(backend, None, events, &never).await;
    match (healed, terminated) {
        (Err(failed), Err(left)) => Err(failure::graver(failed, left, events)),
        (healed, terminated) => Ok((healed?, terminated?)),
    }
}
