//! The Docker engine of this machine.

use std::sync::atomic::{AtomicUsize, Ordering};

use base::news::Listener;
use base::tool::Environment;
use bollard::Docker;
use bollard::query_parameters::RemoveImageOptions;
use docker::{Container, ContainerSpec, Engine, Owned};
use tokio_util::sync::CancellationToken;

use crate::need::skip;

/// The image of containers that need a shell and no more.
pub const SHELL: &str = "debian:bookworm-slim";

/// The engine of this machine; `None` means that the test is skipped.
pub async fn engine() -> Option<Engine> {
    match Engine::connect(&Environment::of_process()).await {
        Ok(engine) => Some(engine),
        Err(error) => {
            skip("docker", &error.to_string());
            None
        }
    }
}

/// The whole API of the engine of this machine, for what only a test does.
pub fn api() -> Docker {
    Docker::connect_with_defaults().expect("the engine is there")
}

/// A container of a test's own, removed with it, be the test passed or not.
pub struct TestContainer {
    engine: Engine,
    container: Container,
}

impl TestContainer {
    /// Starts one by a name of its own, of an image that is pulled if need be.
    pub async fn start(engine: &Engine, spec: ContainerSpec) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("harness-test-{}-{number}", std::process::id());
        let spec = ContainerSpec {
            owner: format!("/test/{name}"),
            name,
            ..spec
        };
        let news = Listener::nobody();
        let cancel = CancellationToken::new();
        let image = engine.provide_image(&spec.image, &news, &cancel).await;
        image.expect("the image is here or can be pulled");
        let container = engine.start_container(&spec).await;
        Self {
            engine: engine.clone(),
            container: container.expect("the container starts"),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.container.name
    }

    /// The port of this machine that one of its ports is published on.
    pub fn port(&self, port: u16) -> u16 {
        let mut published = self.container.ports.iter();
        let found = published.find(|published| published.container == port);
        found.expect("the port is published").host.port()
    }

    /// Runs a command in it, and answers with its exit code and what it wrote.
    pub async fn exec(&self, command: &[&str]) -> (i64, String) {
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

/// Removes everything of an owner, and finds nothing after it.
pub async fn remove_all(engine: &Engine, owner: &str) {
    for owned in engine.owned(owner).await.expect("the engine lists") {
        engine.remove(&owned).await.expect("the engine removes");
    }
    let left = engine.owned(owner).await.expect("the engine lists");
    assert_eq!(left, Vec::<Owned>::new());
}

/// Removes an image.
pub async fn remove_image(reference: &str) {
    let options = None::<RemoveImageOptions>;
    let removed = api().remove_image(reference, options, None).await;
    removed.expect("the engine removes it");
}
