//! A registry of the built-in Azure, and images to push to it.

use std::time::Duration;

use azure::api_version::{REGISTRY, RESOURCES};
use azure::arm::{Arm, Clock, Credential, Endpoints, Options, Target};
use azure::registry::{Digest, Image, Reference, Registry};
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use tar::{Builder, Header};

use crate::{Script, Settings, Simulator};

/// A built-in Azure with a registry, and a client that may push to it.
pub(super) struct World {
    pub(super) simulator: Simulator,
    /// The cloud's clock. Only tests move it.
    pub(super) time: crate::Clock,
    /// The client's clock. Waits move it.
    pub(super) clock: Clock,
    pub(super) registry: Registry,
    folder: tempfile::TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Script::default()).await
    }

    pub(super) async fn with(script: Script) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let time = crate::Clock::held();
        let settings = Settings::invented();
        let options = crate::Options {
            clock: time.clone(),
            settings: settings.clone(),
            script,
            folder: Some(utf8(folder.path()).join("cloud")),
            port: None,
        };
        fs_err::create_dir(folder.path().join("cloud")).expect("writable");
        let simulator = Simulator::start(options)
            .await
            .expect("the simulator starts");
        let environment = Environment::of_process()
            .with("AZURE_TENANT_ID", &settings.tenant)
            .with("AZURE_CLIENT_ID", &settings.client)
            .with("AZURE_CLIENT_SECRET", settings.secret.reveal());
        let endpoints = Endpoints::custom(&simulator.base_url, simulator.ca_pem.as_bytes());
        let endpoints = endpoints.expect("an address");
        let credential = Credential::detect(&environment, &endpoints, None);
        let clock = Clock::skipping();
        let arm = Arm::new(Options {
            endpoints,
            credential: credential.expect("a credential"),
            correlation_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            clock: clock.clone(),
            recorder: None,
        });
        let arm = arm.expect("a client");
        prepare(&arm, &settings, &time).await;
        let login_server = simulator.base_url.trim_start_matches("https://");
        let registry = Registry::new(arm, login_server, &settings.tenant);
        Self {
            simulator,
            time,
            clock,
            registry,
            folder,
        }
    }

    pub(super) fn path(&self, name: &str) -> Utf8PathBuf {
        utf8(self.folder.path()).join(name)
    }

    /// The file of a digest in the registry.
    pub(super) fn stored_path(&self, digest: &Digest) -> Utf8PathBuf {
        self.path("cloud/blobs")
            .join(format!("sha256-{}", digest.hex()))
    }

    /// An image with layers of these lengths.
    pub(super) fn image(&self, layers: &[usize]) -> Image {
        let path = self.path("image.tar");
        write(&path, &files(layers));
        Image::read(&path).expect("an image")
    }

    pub(super) async fn push(&self, image: &Image) -> Reference {
        let pushed = self.registry.push("worker", None, image, &|_, _| {});
        pushed.await.expect("the push succeeds")
    }

    /// Whether the registry has an image.
    pub(super) async fn has(&self, image: &Image) -> bool {
        let has = self.registry.has("worker", image.digest());
        has.await.expect("an answer")
    }

    /// The requests to the registry after the first `since` ones, with the status of each.
    pub(super) fn requests_since(&self, since: usize) -> Vec<String> {
        let exchanges = self.simulator.recorder.exchanges().into_iter().skip(since);
        let line = |it: crate::Exchange| {
            let url = reqwest::Url::parse(&it.url).expect("an address");
            let is_registry = ["/v2/", "/oauth2/"]
                .iter()
                .any(|it| url.path().starts_with(it));
            // Leaves out digests and ids of uploads.
            let parts = url.path().split('/').filter(|part| part.len() < 36);
            let path = parts.collect::<Vec<_>>().join("/");
            is_registry.then(|| format!("{} {path} {}", it.method, it.status))
        };
        exchanges.filter_map(line).collect()
    }

    pub(super) fn request_count(&self) -> usize {
        self.simulator.recorder.exchanges().len()
    }
}

async fn prepare(arm: &Arm, settings: &Settings, time: &crate::Clock) {
    let subscription = format!("/subscriptions/{}", settings.subscription);
    let path = format!("{subscription}/providers/Microsoft.ContainerRegistry/register");
    let registered = arm.post(&Target::new(path, RESOURCES), None).await;
    registered.expect("the provider is registered");
    time.advance(Duration::from_mins(5));
    let group = format!("{subscription}/resourceGroups/rg");
    let target = Target::new(&group, RESOURCES);
    let body = json!({"location": "westeurope", "sku": {"name": "Basic"}});
    arm.put(&target, &json!({"location": "westeurope"}))
        .await
        .expect("created");
    let path = "/providers/Microsoft.ContainerRegistry/registries/images";
    let target = Target::new(format!("{group}{path}"), REGISTRY);
    arm.put(&target, &body).await.expect("created");
    time.advance(Duration::from_mins(1));
}

fn utf8(path: &std::path::Path) -> &Utf8Path {
    Utf8Path::from_path(path).expect("UTF-8")
}

/// The files of an image layout that Docker can load.
pub(super) fn files(layers: &[usize]) -> Vec<(String, Vec<u8>)> {
    let layers: Vec<_> = layers.iter().map(|length| layer(*length)).collect();
    let diffs: Vec<_> = layers.iter().map(|layer| Digest::of(layer)).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diffs},
    })
    .to_string();
    let kind = |kind: &str| format!("application/vnd.oci.image.{kind}");
    let described: Vec<_> = layers
        .iter()
        .map(|it| descriptor(&kind("layer.v1.tar"), it))
        .collect();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": kind("manifest.v1+json"),
        "config": descriptor(&kind("config.v1+json"), config.as_bytes()),
        "layers": described,
    })
    .to_string();
    let index = json!({
        "schemaVersion": 2,
        "manifests": [descriptor(&kind("manifest.v1+json"), manifest.as_bytes())],
    });
    let blobs = layers.into_iter().chain([config.into(), manifest.into()]);
    let blobs = blobs.map(|it| (format!("blobs/sha256/{}", Digest::of(&it).hex()), it));
    let documents = [
        ("oci-layout", json!({"imageLayoutVersion": "1.0.0"})),
        ("index.json", index),
    ];
    let documents = documents.map(|(name, it)| (name.to_owned(), it.to_string().into_bytes()));
    blobs.chain(documents).collect()
}

pub(super) fn write(path: &Utf8Path, files: &[(String, Vec<u8>)]) {
    let file = fs_err::File::create(path).expect("writable");
    let mut archive = Builder::new(file);
    add(&mut archive, files);
    archive.finish().expect("written");
}

fn add(archive: &mut Builder<impl std::io::Write>, files: &[(String, Vec<u8>)]) {
    for (name, content) in files {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, name, content.as_slice())
            .expect("written");
    }
}

fn descriptor(kind: &str, content: &[u8]) -> Value {
    json!({"mediaType": kind, "digest": Digest::of(content), "size": content.len()})
}

/// A layer with one file of this length.
fn layer(length: usize) -> Vec<u8> {
    let content = (0..length)
        .map(|n| u8::try_from(n % 251).expect("it fits into a byte"))
        .collect();
    let mut archive = Builder::new(Vec::new());
    add(&mut archive, &[(format!("file-{length}"), content)]);
    archive.into_inner().expect("written")
}
