//! An engine for tests, and the rule of tests that need what a machine may not have.

use std::sync::atomic::{AtomicUsize, Ordering};

use bollard::query_parameters::RemoveImageOptions;
use tokio_util::sync::CancellationToken;

use super::{Container, ContainerSpec, Engine, Owned};
use crate::event::Events;
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

/// A container of a test's own, removed with it, be the test passed or not.
pub(crate) struct TestContainer {
    engine: Engine,
    container: Container,
}

impl TestContainer {
    /// Starts one by a name of its own, of an image that is pulled if need be.
    pub(crate) async fn start(engine: &Engine, spec: ContainerSpec) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("harness-test-{}-{number}", std::process::id());
        let spec = ContainerSpec {
            owner: format!("/test/{name}"),
            name,
            ..spec
        };
        let (events, _unheard) = Events::channel();
        let cancel = CancellationToken::new();
        let image = engine.provide_image(&spec.image, &events, &cancel).await;
        image.expect("the image is here or can be pulled");
        let container = engine.start_container(&spec).await;
        Self {
            engine: engine.clone(),
            container: container.expect("the container starts"),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.container.name
    }

    /// The port of this machine that one of its ports is published on.
    pub(crate) fn port(&self, port: u16) -> u16 {
        let mut published = self.container.ports.iter();
        let found = published.find(|published| published.container == port);
        found.expect("the port is published").host.port()
    }

    /// Runs a command in it, and answers with its exit code and what it wrote.
    pub(crate) async fn exec(&self, command: &[&str]) -> (i64, String) {
        let ran = self.engine.exec(self.name(), command).await;
        ran.expect("the container runs the command")
    }
}

impl Drop for TestContainer {
    fn drop(&mut self) {
        let name = self.name().to_owned();
        // The test's own runtime is held up by this, and so are the connections that it serves.
        let removal = std::thread::spawn(|| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let engine = Engine::connect(&Environment::of_process()).await?;
                engine.remove_container(&name).await
            })
        });
        let removed = removal.join().expect("nothing in it panics");
        // What a test that fails says of itself is worth more.
        if !std::thread::panicking() {
            removed.expect("the container can be removed");
        }
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
