//! `harness heal`.

use super::session::{self, Target};
use super::{Outcome, lifecycle};
use crate::error::Exit;
use crate::event::Events;
use crate::ui::Ui;

/// Undo faults that an interrupted run left behind
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  harness heal")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let session = session::own(&args.target, "heal", ui).await?;
    let (events, mut receiver) = Events::channel();
    let healed = session::on_backend!(session, |session| {
        ui.follow(&mut receiver, Box::pin(lifecycle::heal(session, &events)))
            .await?
    });
    ui.text(match healed {
        0 => "nothing to heal".to_owned(),
        1 => "1 fault undone".to_owned(),
        healed => format!("{healed} faults undone"),
    });
    ui.json(&serde_json::json!({"healed": healed}));
    Ok(Exit::Ok)
}
