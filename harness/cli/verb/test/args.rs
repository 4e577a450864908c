//! The arguments of the verb `test`.

use camino::Utf8PathBuf;
use model::quantity::Bytes;

use crate::verb::session::Target;

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
pub(in crate::verb) struct Args {
    #[command(flatten)]
    pub(in crate::verb) target: Target,
    /// Scenario files, and folders of them
    #[arg(required = true)]
    pub(super) paths: Vec<Utf8PathBuf>,
    /// Only list the scenarios, and whether they can run here
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) list: bool,
    /// Only show the resolved plans
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Seed of every random choice, in place of the scenario's own or a random one
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Leave the topology up
    #[arg(long)]
    pub(super) keep: bool,
    /// How large the folder of a run may grow; a run that would need more is ended
    #[arg(long, value_name = "SIZE", default_value_t = EVIDENCE_LIMIT)]
    pub(super) evidence_limit: Bytes,
}

/// Two million workflows of one activity each.
const EVIDENCE_LIMIT: Bytes = Bytes::new(4 << 30);

impl Args {
    /// As for one scenario on what is up.
    pub(super) fn of_one(target: &Target) -> Self {
        Self {
            target: target.clone(),
            paths: Vec::new(),
            list: false,
            dry_run: false,
            seed: None,
            keep: true,
            evidence_limit: EVIDENCE_LIMIT,
        }
    }
}
