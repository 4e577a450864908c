//! The programs under test, and the Temporal CLI that all places share.

use std::sync::{LazyLock, OnceLock};

use artifact::{Pin, TemporalSearch};
use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::sync::CancellationToken;

use crate::http::block_on;

/// The built harness. Cargo tells the tests of its package where it is.
pub fn harness() -> &'static Utf8Path {
    static HARNESS: LazyLock<Utf8PathBuf> = LazyLock::new(|| {
        let path = std::env::var("CARGO_BIN_EXE_harness");
        path.expect("`cargo test` sets it for tests at the root")
            .into()
    });
    &HARNESS
}

/// Cargo's folder for files of tests, which outlive them.
pub fn scratch() -> Utf8PathBuf {
    let target = harness().ancestors().nth(2);
    target
        .expect("the harness is in a profile's folder")
        .join("tmp")
}

/// The cache that all places share, so that one test run downloads once at most.
pub(crate) fn cache() -> Utf8PathBuf {
    scratch().join("cache")
}

/// The Temporal CLI, fetched into the shared cache if need be by whatever the developer's own
/// environment says of proxies and indexes.
pub fn temporal_cli() -> &'static Utf8Path {
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
        let found = block_on(search.resolve());
        found.expect("a Temporal CLI can be fetched").program.path
    })
}
