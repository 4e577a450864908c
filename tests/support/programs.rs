//! The programs under test, and the Temporal CLI that all places share.

use std::sync::OnceLock;

use artifact::{Pin, TemporalSearch};
use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::sync::CancellationToken;

/// The built harness.
pub(crate) const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// The worker beside it. It belongs to another package of the workspace, whose own test of it
/// makes Cargo build it.
pub(crate) fn worker() -> Utf8PathBuf {
    let worker = Utf8Path::new(HARNESS).with_file_name("worker");
    assert!(
        worker.is_file(),
        "there is no {worker}: run `cargo test --workspace`, which builds it"
    );
    worker
}

/// The cache that all places share, so that one test run downloads once at most.
pub(crate) fn cache() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// The Temporal CLI, fetched into the shared cache if need be by whatever the developer's own
/// environment says of proxies and indexes.
pub(crate) fn temporal_cli() -> &'static Utf8Path {
    static CLI: OnceLock<Utf8PathBuf> = OnceLock::new();
    CLI.get_or_init(|| {
        let cache = cache();
        let pin = Pin::current().expect("there is a Temporal CLI for this platform");
        let environment = Environment::of_process().with("HARNESS_CACHE", cache.as_str());
        let news = Listener::silent();
        let search = TemporalSearch {
            server: &pin.version.server,
            explicit: None,
            pin: Some(&pin),
            fallback: &cache,
            environment: &environment,
            news: &news,
            cancel: &CancellationToken::new(),
        };
        let found = super::http::block_on(search.resolve());
        found.expect("a Temporal CLI can be fetched").program.path
    })
}
