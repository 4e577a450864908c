//! The verb `rehearse`: the built-in Azure for other tools.

mod folder;
mod serve;
mod view;

use super::VerbResult;
use crate::ui::Ui;

/// Use the built-in Azure with other tools
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness rehearse serve
  harness rehearse serve --port 8443 --speed 1")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Serve(serve::Args),
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    match args.what {
        What::Serve(args) => serve::run(args, ui).await,
    }
}
