//! `harness rotate`.

use backend::event::Events;
use base::hint::{Hint, Verb};
use model::plan::Plan;
use places::azure::PromotionOptions;

use super::session::{self, Target, backend_error};
use super::shutdown::Shutdown;
use super::{VerbResult, failure, in_azure, lifecycle};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Replace the password of the database's administrator
///
/// Sets the new password on the server, then in the cluster, and replaces the pods one by one.
/// After an interruption, run it again: it continues with the same password.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  harness rotate password -p azure")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// What to replace
    #[arg(value_enum)]
    what: What,
}

fn unchanged(plan: &Plan) -> Result<(), CommandError> {
    if plan.is_empty() {
        return Ok(());
    }
    Err(failure::differs(plan))
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    /// The password of the database's administrator
    Password,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let What::Password = args.what;
    let mut session = in_azure::own(session::load(&args.target), "rotate", ui).await?;
    let session = &mut *session;
    if !lifecycle::is_up(session).await? {
        return Err(
            CommandError::new(Exit::Unavailable, "nothing has been promoted")
                .hint(Hint::run(Verb::Promote).words(" first.")),
        );
    }
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen_about(
        &args.target,
        events.clone(),
        Hint::say("run ")
            .command(Verb::RotatePassword)
            .words(" again"),
    )?;
    session.backend.listen(&events, &shutdown.asked);
    // Refuses any other change, which would bypass the gate.
    if let Some(other) = session
        .backend
        .stack
        .difference_from(&session.topology)
        .await
        .map_err(backend_error)?
    {
        return Err(CommandError::new(Exit::NotAllowed, other).hint(failure::promote_first()));
    }
    if !session.backend.password.is_rotating() {
        let unchanged = lifecycle::bring_up_after(session, &events, &shutdown.asked, unchanged);
        ui.follow(&mut receiver, Box::pin(unchanged)).await?;
    }
    session.backend.set_options(PromotionOptions {
        another_password: true,
        ..PromotionOptions::default()
    });
    let work = lifecycle::bring_up(session, &events, &shutdown.asked);
    let steps = ui.follow(&mut receiver, Box::pin(work)).await?;
    ui.text(
        "replaced the password of the database's administrator, in the server and in the \
             cluster",
    );
    ui.json(&serde_json::json!({ "steps": steps }));
    Ok(Exit::Ok)
}
