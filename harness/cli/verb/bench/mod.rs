//! The verb `bench`.

mod by_hand;
mod throughput;
mod timeline;
mod up;

use super::VerbResult;
use super::session::{self, Target};
use crate::ui::Ui;

/// Measure the throughput of a topology, and the start-up time of the harness
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness bench throughput --concurrency 32 --duration 20s
  harness bench up --rounds 5 --output json")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Throughput(throughput::Args),
    Up(up::Args),
}

impl Args {
    /// The target, for a measurement of an existing topology.
    pub(super) fn target_mut(&mut self) -> Option<&mut Target> {
        match &mut self.what {
            What::Throughput(args) => Some(&mut args.target),
            What::Up(_) => None,
        }
    }
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    match args.what {
        What::Throughput(args) => {
            let session = session::own(&session::load(&args.target), "bench", ui).await?;
            session::on_backend!(session, |session| throughput::run(&args, session, ui).await)
        }
        What::Up(args) => up::run(&args, ui).await,
    }
}
