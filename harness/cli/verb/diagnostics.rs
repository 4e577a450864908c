//! The logs of the harness's own crates, on standard error.

use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

const CRATES: [&str; 20] = [
    "archive",
    "artifact",
    "azure",
    "azure_simulator",
    "backend",
    "base",
    "check",
    "connect",
    "database",
    "docker",
    "engine",
    "harness",
    "kubernetes",
    "load",
    "model",
    "mysql",
    "places",
    "promotion",
    "scenario",
    "temporal",
];

/// Logs to standard error. `verbose` is the number of `-v`.
pub(super) fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        // Otherwise a failed write to standard error would be reported on standard error, and
        // panic.
        .log_internal_errors(false)
        .with_filter(
            filter_fn(move |event| *event.level() <= level && is_ours(event.target()))
                // Finer levels, such as each frame of a connection, are disabled in full.
                .with_max_level_hint(level),
        );
    // A second command in one process, as in tests, finds the first one's subscriber.
    let _ = tracing_subscriber::registry().with(log).try_init();
}

/// Whether a log target is in a crate of the harness. Some third-party crates have names that begin
/// like ours.
fn is_ours(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or_default();
    CRATES.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn logs_of_every_crate_of_the_harness_are_kept() {
        let folder = testing::project().join("harness");
        let entries = folder.read_dir_utf8().expect("the project's own folder");
        let folders = entries.map(|entry| entry.expect("readable").into_path());
        let mut crates: BTreeSet<String> = folders
            .filter(|folder| folder.join("Cargo.toml").exists())
            .filter_map(|folder| folder.file_name().map(|name| name.replace('-', "_")))
            .collect();
        // Tests log nothing, and the command line's own crate is the one of the program.
        crates.remove("testing");
        crates.insert("harness".to_owned());
        let heard: BTreeSet<String> = CRATES.map(str::to_owned).into();
        assert_eq!(heard, crates);
    }

    #[test]
    fn logs_of_third_party_crates_with_similar_names_are_dropped() {
        for ours in [
            "azure",
            "azure::arm::client",
            "temporal::client",
            "harness::verb",
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for theirs in [
            "azure_core",
            "azure_identity::env",
            "temporalio_client",
            "mysql_async::conn",
        ] {
            assert!(!is_ours(theirs), "{theirs}");
        }
    }
}
