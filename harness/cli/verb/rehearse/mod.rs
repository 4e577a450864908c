//! The built-in Azure by itself.

mod folder;
mod serve;
mod view;

use super::Outcome;
use crate::ui::Ui;

/// Use the built-in Azure, which rehearsals run against, with other tools
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

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    match args.what {
        What::Serve(args) => serve::run(args, ui).await,
    }
}
