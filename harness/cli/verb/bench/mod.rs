//! Measuring.

mod by_hand;
mod throughput;
mod timeline;
mod up;

use super::Outcome;
use super::session::{self, Target};
use crate::ui::Ui;

/// Measure what this topology carries, and what the harness costs
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
    /// What is measured, where that is the topology of a target and not one that is made for it.
    pub(super) fn target(&self) -> Option<Target> {
        match &self.what {
            What::Throughput(args) => Some(args.target.clone()),
            What::Up(_) => None,
        }
    }
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    match args.what {
        What::Throughput(args) => {
            let session = session::own(&session::load(&args.target), "bench", ui).await?;
            session::on_backend!(session, |session| throughput::run(&args, session, ui).await)
        }
        What::Up(args) => up::run(&args, ui).await,
    }
}
