//! The worker's image, made once for all places.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base::news::Listener;
use base::tool::Environment;
use camino::Utf8Path;
use docker::Engine;
use model::topology::Run;
use support::block_on;
use tokio_util::sync::CancellationToken;

/// The reference of the image, which Docker has from now on.
pub(crate) fn image() -> &'static str {
    static IMAGE: OnceLock<String> = OnceLock::new();
    IMAGE.get_or_init(|| block_on(made()))
}

async fn made() -> String {
    let package = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("workflow");
    let folder = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("k3d-worker");
    let environment = Environment::of_process();
    let news = Listener::silent();
    let cancel = CancellationToken::new();
    let run = Run::Build(package.into_string());
    let made = artifact::worker_image(&run, &environment, &folder, &news, &cancel);
    let made = made.await.expect("the worker compiles");
    let archive = made.archive.expect("on Linux there is an archive");
    let engine = Engine::connect(&environment).await.expect("Docker answers");
    engine.load_image(&archive).await.expect("Docker loads it");
    made.reference
}

/// Where cargo and rustup have what they need, for a harness whose home is another one.
pub(crate) fn cargo_homes() -> BTreeMap<&'static str, String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let or_default = |name: &'static str, folder: &str| {
        let set = std::env::var(name);
        (name, set.unwrap_or_else(|_| format!("{home}/{folder}")))
    };
    let homes = [
        or_default("CARGO_HOME", ".cargo"),
        or_default("RUSTUP_HOME", ".rustup"),
    ];
    BTreeMap::from(homes)
}
