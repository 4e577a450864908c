//! The verb `test`: its arguments, and the order of things.

mod documents;
mod execute;
mod row;
mod view;

use camino::Utf8PathBuf;

pub(super) use execute::one;
pub(super) use row::Row;

use super::Outcome;
use super::session::{self, Target};
use crate::ui::Ui;

/// Load and break the topology as scenarios say, and judge what came of it
///
/// Brings the topology up unless it is up already, and takes down what it brought up. A scenario
/// that needs more than this place has is named with the reason and skipped.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  harness test scenarios/
  harness test scenarios/steady.yaml --seed 42
  harness test scenarios/ --list
  harness test scenarios/ --dry-run --output json

Exits with the gravest verdict: 0 pass, 2 inconclusive, 99 threshold missed, 1 invariant violated,
74 heal failed.")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Scenario files, and folders of them
    #[arg(required = true)]
    paths: Vec<Utf8PathBuf>,
    /// Only list the scenarios, and whether they can run here
    #[arg(long, conflicts_with = "dry_run")]
    list: bool,
    /// Only show the resolved plans
    #[arg(long)]
    dry_run: bool,
    /// Seed of every random choice, in place of the scenario's own or a random one
    #[arg(long)]
    seed: Option<u64>,
    /// Leave the topology up
    #[arg(long)]
    keep: bool,
}

impl Args {
    /// As for one scenario on what is up.
    fn of_one(target: &Target) -> Self {
        Self {
            target: target.clone(),
            paths: Vec::new(),
            list: false,
            dry_run: false,
            seed: None,
            keep: true,
        }
    }
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let documents = documents::read(&args.paths)?;
    let loaded = session::load(&args.target);
    if args.list || args.dry_run {
        let session = session::look(&loaded).await?;
        return session::on_backend!(session, |session| {
            let resolved = documents::resolve(documents, args.seed, session)?;
            if args.list {
                Ok(view::list(&resolved, ui))
            } else {
                Ok(view::plans(&resolved, ui))
            }
        });
    }
    let session = session::own(&loaded, "test", ui).await?;
    session::on_backend!(session, |session| {
        let resolved = documents::resolve(documents, args.seed, session)?;
        Box::pin(execute::execute(&args, resolved, session, ui)).await
    })
}
