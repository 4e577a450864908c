//! `harness plan`.

mod brief;
mod changes;
mod draw;
mod parity;
mod view;

use backend::event::Events;
use base::file::write_atomically;
use camino::{Utf8Path, Utf8PathBuf};

use super::azure_fault::AzureFault;
use super::session::Target;
use super::shutdown::Shutdown;
use super::{VerbResult, in_azure};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

pub(super) use changes::changes;
pub(super) use draw::{Plan, draw};
pub(super) use view::{differences, text};

/// Show what promoting a profile to Azure would change, and what would make it fail
///
/// Checks the verdicts that the profile requires, runs preflight checks against Azure, and compares
/// the profile with Azure and with the cluster. Changes nothing. Exits 2 if something would change,
/// 77 if `promote` would refuse, and 69 if no change is known but not everything could be checked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness plan -p azure --rehearse   against the built-in Azure: no account, no network
  harness plan -p azure              with the credentials of the environment, or of az or azd
  harness plan -p azure --out plan.json")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Write the plan to a file, which `promote --plan` compares with the state at that time
    #[arg(long, value_name = "FILE")]
    out: Option<Utf8PathBuf>,
    /// Fault to inject into the built-in Azure; may be repeated
    #[arg(long, value_enum, value_name = "FAULT", requires = "rehearse")]
    fault: Vec<AzureFault>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    if let Some(file) = &args.out {
        writable(file)?;
    }
    let loaded = super::session::load(&args.target);
    loaded.doubt(ui);
    let session = in_azure::look(loaded).await?;
    in_azure::go_wrong(&session, &args.fault)?;
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run the command again")?;
    let workers = session
        .backend
        .worker
        .built_last(&session.topology, &shutdown.asked);
    let workers = workers.await;
    let work = draw(&args.target, &session, workers, &events, &shutdown.asked);
    let plan = ui.follow(&mut receiver, Box::pin(work)).await?;
    if let Some(file) = &args.out {
        let document = serde_json::to_vec_pretty(&plan.told()).expect("a plan becomes JSON");
        write_atomically(file, &document).map_err(|error| {
            CommandError::new(Exit::Unavailable, error).hint("Check that the file can be written.")
        })?;
    }
    ui.text(text(&plan));
    if let Some(standing) = view::standing(&plan) {
        ui.text(format!("\n{standing}"));
    }
    ui.json(&plan.told());
    Ok(exit(&plan))
}

/// Refuses a file that cannot be written before Azure is asked anything.
fn writable(file: &Utf8Path) -> Result<(), CommandError> {
    let folder = match file.parent() {
        Some(folder) if folder != "" => folder,
        _ => Utf8Path::new("."),
    };
    let why = if !folder.is_dir() {
        format!("the folder {folder} does not exist")
    } else if file.is_dir() {
        "it is a folder".to_owned()
    } else {
        return Ok(());
    };
    let message = format!("could not write the plan to {file}: {why}");
    Err(CommandError::new(Exit::Unavailable, message)
        .hint("Name a file in an existing folder with `--out`."))
}

/// The exit code: whether `promote` would refuse, and whether anything would change.
fn exit(plan: &Plan) -> Exit {
    if !plan.obstacles().is_empty() {
        Exit::NotAllowed
    } else if plan.changes.count() == 0 && plan.changes.unknown().is_some() {
        Exit::Unavailable
    } else if plan.changes.count() == 0 {
        Exit::Ok
    } else {
        Exit::CHANGES
    }
}
