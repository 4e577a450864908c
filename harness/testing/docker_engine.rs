//! The Docker engine of this machine.

use std::sync::atomic::{AtomicUsize, Ordering};

use base::news::Listener;
use base::tool::Environment;
use bollard::Docker;
use bollard::query_parameters::RemoveImageOptions;
use docker::{Container, ContainerSpec, Engine, Owned};
use tokio_util::sync::CancellationToken;

/// An image for containers that only need a shell.
pub const SHELL: &str = "debian:bookworm-slim";

/// The engine of this machine. Tests that need it are ignored if there is none.
pub async fn engine() -> Engine {
    let connected = Engine::connect(&Environment::of_process()).await;
    connected.expect("the test needs Docker")
}

/// The complete API of the engine, for calls that only tests need.
pub fn api() -> Docker {
    Docker::connect_with_defaults().expect("the engine exists")
}

/// A container for one test. It is removed on drop, even if the test fails.
pub struct TestContainer {
    engine: Engine,
    container: Container,
}

impl TestContainer {
    /// Starts a container with a unique name. Pulls the image if necessary.
    pub async fn start(engine: &Engine, spec: ContainerSpec) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("harness-test-{}-{number}", std::process::id());
        let spec = ContainerSpec {
            owner: format!("/test/{name}"),
            name,
            ..spec
        };
        let news = Listener::silent();
        let cancel = CancellationToken::new();
        let image = engine.provide_image(&spec.image, &news, &cancel).await;
        image.expect("the image is here or can be pulled");
        let container = engine.start_container(&spec).await;
        Self {
            engine: engine.clone(),
            container: container.expect("the container starts"),
        }
    }

    pub fn name(&self) -> &str {
        &self.container.name
    }

    /// The port of this machine on which a container port is published.
    pub fn port(&self, port: u16) -> u16 {
        let mut published = self.container.ports.iter();
        let found = published.find(|published| published.container == port);
        found.expect("the port is published").host.port()
    }

    /// Runs a command in the container and returns its exit code and output.
    pub async fn exec(&self, command: &[&str]) -> (i64, String) {
        let ran = self.engine.exec(self.name(), command).await;
        ran.expect("the container runs the command")
    }
}

impl Drop for TestContainer {
    fn drop(&mut self) {
        let name = self.name().to_owned();
        // The removal blocks the test's own runtime and the connections that it serves, so it runs
        // in another thread with its own runtime.
        let removal = std::thread::spawn(|| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let engine = Engine::connect(&Environment::of_process()).await?;
                engine.remove_container(&name).await
            })
        });
        let removed = removal.join().expect("the thread does not panic");
        // The message of the failed test is more important.
        if !std::thread::panicking() {
            removed.expect("the container can be removed");
        }
    }
}

/// Removes everything of an owner and checks that nothing is left.
pub async fn remove_all(engine: &Engine, owner: &str) {
    for owned in engine.owned(owner).await.expect("the engine lists them") {
        engine.remove(&owned).await.expect("the engine removes it");
    }
    let left = engine.owned(owner).await.expect("the engine lists them");
    assert_eq!(left, Vec::<Owned>::new());
}

pub async fn remove_image(reference: &str) {
    let options = None::<RemoveImageOptions>;
    let removed = api().remove_image(reference, options, None).await;
    removed.expect("the engine removes it");
}
