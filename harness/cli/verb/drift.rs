//! `harness drift`.

use backend::event::Events;
use base::hint::{Hint, Verb};
use promotion::Group;

use super::session::{self, Target};
use super::shutdown::Shutdown;
use super::{VerbResult, in_azure, plan};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Show what in Azure differs from the profile, property by property
///
/// Shows changes that were made in Azure, and changes to the profile since the promotion. Compares
/// every resource with Azure's what-if, and every object with the cluster. Exits 2 if anything
/// differs; `harness promote` corrects it. A difference that no promotion corrects, such as storage
/// that grew automatically, is shown as a note and is not drift.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness drift -p azure
  harness drift -p azure --rehearse --output json")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let session = in_azure::look(session::load(&args.target)).await?;
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run the command again")?;
    let work = plan::changes(&args.target, &session, &events, &shutdown.asked);
    let changes = ui.follow(&mut receiver, Box::pin(work)).await?;
    match &changes.outlook.group {
        Group::Ours => {}
        Group::Absent => {
            let nothing = CommandError::new(Exit::Unavailable, "nothing has been promoted")
                .hint(Hint::run(Verb::Promote).words(" first."));
            return Err(nothing.with_hints(changes.notes));
        }
        Group::Foreign(_) | Group::Hidden => {
            let list = changes.forbidden().join("; ");
            return Err(CommandError::new(Exit::NotAllowed, list)
                .hint("Set another `backend.azure.resource-group` in the profile."));
        }
    }
    if !changes.sees_objects() && !session.backend.site.without_cluster() {
        let why = changes
            .unseen
            .unwrap_or_else(|| "there is no cluster".to_owned());
        let unknown = format!("could not read the cluster: {why}");
        return Err(CommandError::new(Exit::Unavailable, unknown)
            .hint(Hint::run(Verb::Status).words(" for details.")));
    }
    if let (Some(why), 0) = (&changes.outlook.unknown, changes.count()) {
        let unknown = format!("the differences in Azure are {why}");
        return Err(CommandError::new(Exit::Unavailable, unknown)
            .hint(Hint::run(Verb::Plan).words(" to see the obstacles.")));
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
