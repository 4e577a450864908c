//! `harness drift`.

use backend::event::Events;
use base::hint::{Hint, Verb};
use promotion::Group;

use super::session::{self, Target};
use super::shutdown::Shutdown;
use super::{Outcome, in_azure, plan};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Say what in Azure is not as the profile says, property by property
///
/// What somebody has changed there shows, and what was changed in the profile since. Asks Azure's own
/// what-if of every resource, and the cluster of every object. Exits 2 if anything differs; `harness
/// promote` puts it right. What no promotion puts right, such as storage that has grown by itself, is
/// told as a note and counts as no drift.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness drift -p azure
  harness drift -p azure --rehearse --output json")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let session = in_azure::look(session::load(&args.target)).await?;
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run it again");
    let work = plan::changes(&args.target, &session, &events, &shutdown.asked);
    let changes = ui.follow(&mut receiver, Box::pin(work)).await?;
    match &changes.outlook.group {
        Group::Ours => {}
        Group::Absent => {
            let nothing = CommandError::new(Exit::Unavailable, "nothing is promoted")
                .hint(Hint::run(Verb::Promote).words(" first"));
            return Err(nothing.with_hints(changes.notes));
        }
        Group::Foreign(_) | Group::Hidden => {
            let list = changes.forbidden().join("; ");
            return Err(CommandError::new(Exit::NotAllowed, list)
                .hint("choose another `backend.azure.resource-group`"));
        }
    }
    if !changes.sees_objects() && !session.backend.site.without_cluster() {
        let why = changes.unseen.unwrap_or_else(|| "there is none".to_owned());
        let unknown = format!("what is in the cluster is not known: {why}");
        return Err(CommandError::new(Exit::Unavailable, unknown)
            .hint(Hint::run(Verb::Status).words(", which says more")));
    }
    if let (Some(why), 0) = (&changes.outlook.unknown, changes.count()) {
        let unknown = format!("what differs in Azure is {why}");
        return Err(CommandError::new(Exit::Unavailable, unknown)
            .hint(Hint::run(Verb::Plan).words(", which says what stands in the way")));
    }
    ui.text(plan::differences(&changes));
    let notes: Vec<String> = changes.notes.iter().map(Hint::to_string).collect();
    ui.json(&serde_json::json!({
        "profile": session.profile.name.as_str(),
        "resources": changes.outlook.differences,
        "unknown": changes.outlook.unknown,
        "notes": notes,
        "objects": changes.objects(),
    }));
    Ok(match changes.count() {
        0 => Exit::Ok,
        _ => Exit::CHANGES,
    })
}
