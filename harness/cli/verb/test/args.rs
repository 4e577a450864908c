//! The arguments of the verb `test`.

use model::quantity::Bytes;

use crate::verb::session::Target;

/// Run scenarios: load and break the topology, then judge the result
///
/// Brings the topology up if it is not up, and then takes it down again. Skips a scenario that
/// needs more than this backend has, and prints the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness test
  harness test steady --seed 42
  harness test scenarios/ other/mine.yaml
  harness test --list
  harness test --dry-run --output json

Exits with the code of the gravest verdict: 0 pass, 2 inconclusive, 99 threshold missed, 1 invariant violated,
74 heal failed.")]
pub(in crate::verb) struct Args {
    #[command(flatten)]
    pub(in crate::verb) target: Target,
    /// Scenarios by name, by file, or all of a folder [default: those of the folder `scenarios`,
    /// else the built-in ones]
    #[arg(value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
    /// List the scenarios and whether they can run here, without running them
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) list: bool,
    /// Show the resolved plans without running them
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Seed of every random choice [default: the scenario's seed, else a random one]
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Leave the topology up
    #[arg(long)]
    pub(super) keep: bool,
    /// Size limit of a run's folder; a run that reaches it is ended
    #[arg(long, value_name = "SIZE", default_value_t = EVIDENCE_LIMIT)]
    pub(super) evidence_limit: Bytes,
}

/// Enough for two million workflows of one activity each.
pub(super) const EVIDENCE_LIMIT: Bytes = Bytes::new(4 << 30);
