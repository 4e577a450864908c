//! An engine for tests, and the rule of tests that need what a machine may not have.

use bollard::query_parameters::RemoveImageOptions;

use super::{Engine, Owned};
use crate::tool::Environment;

/// The image of containers that need a shell and no more.
pub(crate) const SHELL: &str = "debian:bookworm-slim";

/// The engine of this machine; `None` means that the test is skipped.
pub(crate) async fn engine() -> Option<Engine> {
    match Engine::connect(&Environment::of_process()).await {
        Ok(engine) => Some(engine),
        Err(error) => {
            skip("docker", &error.to_string());
            None
        }
    }
}

impl Engine {
    /// The whole of the engine's API, for what only a test does.
    pub(crate) fn api(&self) -> &bollard::Docker {
        &self.api
    }
}

/// Tells that a test is skipped for want of something; fails where `HARNESS_REQUIRE` names it, so
/// that nothing is skipped in silence where it must be there.
#[expect(
    clippy::print_stderr,
    reason = "the only way for a test to say that it is skipped"
)]
pub(crate) fn skip(need: &str, why: &str) {
    let required = std::env::var("HARNESS_REQUIRE").unwrap_or_default();
    assert!(
        required.split(',').all(|required| required != need),
        "{need} is required: {why}"
    );
    eprintln!("skipped: needs {need}");
}

/// Removes everything of an owner, and finds nothing after it.
pub(crate) async fn remove_all(engine: &Engine, owner: &str) {
    for owned in engine.owned(owner).await.expect("the engine lists") {
        engine.remove(&owned).await.expect("the engine removes");
    }
    let left = engine.owned(owner).await.expect("the engine lists");
    assert_eq!(left, Vec::<Owned>::new());
}

/// Removes an image.
pub(crate) async fn remove_image(engine: &Engine, reference: &str) {
    let options = None::<RemoveImageOptions>;
    let removed = engine.api.remove_image(reference, options, None).await;
    removed.expect("the engine removes it");
}
