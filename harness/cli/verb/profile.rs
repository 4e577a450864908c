//! `harness profile`.

use std::sync::Arc;

use camino::Utf8Path;
use model::document::Origin;
use model::profile::{self, BUILT_IN, Entry};
use serde::Serialize;

use super::VerbResult;
use super::session::{self, DEFAULT_PROFILE, Target};
use super::target::PROFILES;
use crate::error::Exit;
use crate::ui::Ui;

/// Show profiles: those of the folder `profiles`, and the built-in ones
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness profile list
  harness profile show k3d
  harness profile show k3d > profiles/mine.yaml      then change its `name`")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the profiles, with where each is from
    #[command(after_help = "\
Examples:
  harness profile list
  harness profile list --output json")]
    List,
    Show(Show),
}

/// Print a profile with all its values, and where each is from
///
/// What it prints is a profile too.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness profile show k3d
  harness profile show local --set worker.replicas=3
  harness profile show k3d > profiles/mine.yaml      then change its `name`")]
struct Show {
    /// The profile: a name or a file
    #[arg(value_name = "PROFILE", default_value = DEFAULT_PROFILE)]
    profile: String,
    /// Set a key of the profile, such as `worker.replicas=3`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// What `profile show --output json` prints.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    origin: &'a Origin,
    /// The origins of the profiles that it extends, the direct one first.
    extends: Vec<&'a Origin>,
    values: &'a [Entry],
}

/// A profile in the list.
#[derive(Debug, Serialize)]
struct Listed {
    profile: String,
    #[serde(flatten)]
    origin: Origin,
    description: Option<String>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> VerbResult {
    match &args.command {
        Command::List => Ok(list(ui)),
        Command::Show(args) => show(args, ui),
    }
}

fn show(args: &Show, ui: &mut Ui) -> VerbResult {
    let target = Target::named(&args.profile, &args.set);
    let failed = |error: profile::Error| session::unread(&target, &Arc::new(error));
    let read = session::read(&target).map_err(failed)?;
    let shown = read.show().map_err(failed)?;
    ui.text(shown.to_string().trim_end());
    ui.json(&Shown {
        origin: read.origin(),
        extends: read.origins().skip(1).collect(),
        values: &shown.entries,
    });
    Ok(Exit::Ok)
}

fn list(ui: &mut Ui) -> Exit {
    let mut names = session::profile_names();
    names.extend(BUILT_IN.names().map(str::to_owned));
    names.sort_unstable();
    names.dedup();
    let profiles: Vec<Listed> = names.into_iter().map(listed).collect();
    let paragraphs = profiles.iter().map(|listed| {
        let Listed {
            profile, origin, ..
        } = listed;
        let mut lines = vec![format!("{profile} ({origin})")];
        if let Some(text) = listed.error.as_ref().or(listed.description.as_ref()) {
            lines.push(format!("  {text}"));
        }
        lines.join("\n")
    });
    ui.text(paragraphs.collect::<Vec<_>>().join("\n\n"));
    ui.json(&profiles);
    Exit::Ok
}

/// The profile of a name, which may not be valid.
fn listed(name: String) -> Listed {
    match session::read(&Target::named(&name, &[])) {
        Ok(read) => Listed {
            profile: name,
            origin: read.origin().clone(),
            description: read.description().map(str::to_owned),
            error: None,
        },
        Err(error) => Listed {
            origin: Origin::File(Utf8Path::new(PROFILES).join(format!("{name}.yaml"))),
            profile: name,
            description: None,
            error: Some(first_line(&error)),
        },
    }
}

/// The message of an error without the text of the file.
fn first_line(error: &profile::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
