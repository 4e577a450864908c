//! `harness launch`.

use camino::Utf8PathBuf;

use super::Outcome;
use crate::backend::process::become_child;
use crate::error::{CommandError, Exit};
use crate::state::Directory;

/// Become a replica by its launch record (the harness calls this itself)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The state folder
    state: Utf8PathBuf,
    /// The replica
    replica: String,
}

pub(super) fn run(args: &Args) -> Outcome {
    let error = become_child(&Directory::new(&args.state), &args.replica);
    Err(CommandError::new(Exit::Unavailable, error).hint(format!(
        "the launch record is run/{}.launch.json",
        args.replica
    )))
}
