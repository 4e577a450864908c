//! `harness launch`.

use backend::state::Directory;
use camino::Utf8PathBuf;
use places::process::become_child;

use super::VerbResult;
use crate::error::{CommandError, Exit};

/// Become a replica, as its launch record says (internal)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The state folder
    state: Utf8PathBuf,
    /// The replica
    replica: String,
}

pub(super) fn run(args: &Args) -> VerbResult {
    let error = become_child(&Directory::new(&args.state), &args.replica);
    Err(CommandError::new(Exit::Unavailable, error).hint(format!(
        "the launch record is run/{}.launch.json",
        args.replica
    )))
}
