//! `harness heal`.

use backend::event::Events;

use super::abandoned;
use super::any_backend::on_any_backend;
use super::session::{self, Target};
use super::{VerbResult, lifecycle};
use crate::error::Exit;
use crate::ui::Ui;

/// Undo the faults that an interrupted run left open
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  harness heal")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let (events, mut receiver) = Events::channel();
    let loaded = session::load(&args.target);
    let healed = match session::own(&loaded, "heal", ui).await {
        Ok(session) => session::on_backend!(session, |session| {
            ui.follow(&mut receiver, Box::pin(lifecycle::heal(session, &events)))
                .await?
        }),
        Err(error) if session::is_of_profile(&error) => {
            let Some(left) = abandoned::own(&loaded, "heal", &error, ui).await? else {
                return Err(error);
            };
            on_any_backend!(&left.backend, |backend| {
                let work = lifecycle::heal_what_is_left(backend, &left.state, &events);
                ui.follow(&mut receiver, Box::pin(work)).await?
            })
        }
        Err(error) => return Err(error),
    };
    ui.text(match healed {
        0 => "nothing to heal".to_owned(),
        1 => "1 fault undone".to_owned(),
        healed => format!("{healed} faults undone"),
    });
    ui.json(&serde_json::json!({"healed": healed}));
    Ok(Exit::Ok)
}
