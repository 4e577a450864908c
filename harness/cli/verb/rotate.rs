//! `harness rotate`.

use backend::event::Events;
use base::hint::{Hint, Verb};
use model::plan::Plan;
use places::azure::Order;

use super::session::{self, Target, backend_error};
use super::shutdown::Shutdown;
use super::{Outcome, failure, in_azure, lifecycle};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Give the database's administrator another password, and everybody who uses it
///
/// The new password goes to the server, then into the cluster, whose pods are replaced one by one.
/// Run it again after it was ended: the same password goes on to where it has not arrived.
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

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let What::Password = args.what;
    let mut session = in_azure::own(session::load(&args.target), "rotate", ui).await?;
    let session = &mut *session;
    if !lifecycle::is_up(session).await? {
        return Err(CommandError::new(Exit::Unavailable, "nothing is promoted")
            .hint(Hint::run(Verb::Promote).words(" first")));
    }
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run `harness rotate password` again");
    session.backend.listen(&events, &shutdown.asked);
    // Only a password changes: what the gate has not let through does not come in by this door.
    if let Some(other) = session
        .backend
        .stack
        .unlike(&session.topology)
        .await
        .map_err(backend_error)?
    {
        return Err(CommandError::new(Exit::NotAllowed, other).hint(failure::promote_first()));
    }
    if !session.backend.password.is_rotating() {
        let unchanged = lifecycle::bring_up_after(session, &events, &shutdown.asked, unchanged);
        ui.follow(&mut receiver, Box::pin(unchanged)).await?;
    }
    session.backend.order(Order {
        another_password: true,
        ..Order::default()
    });
    let work = lifecycle::bring_up(session, &events, &shutdown.asked);
    let steps = ui.follow(&mut receiver, Box::pin(work)).await?;
    ui.text("the database's administrator has another password, and so has everybody who uses it");
    ui.json(&serde_json::json!({ "steps": steps }));
    Ok(Exit::Ok)
}
