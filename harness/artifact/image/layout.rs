//! The documents of an image in two formats: an image layout of the Open Container Initiative
//! (image-spec 1.1), and the `manifest.json` that every version of `docker load` reads. Both refer
//! to the same blobs.

use model::topology::Digest;
use serde_json::{Value, json};

use super::super::worker::EXAMPLE_WORKER;
use super::worker_image::REPOSITORY;

/// The user and group of the worker: an unprivileged number outside the ranges that systems usually
/// assign.
pub(super) const USER: u32 = 65532;

/// The folder of the libraries, set as `LD_LIBRARY_PATH`. The folders that are built into a loader
/// differ between systems, and the image has no other program that the variable could affect.
pub(super) const LIBRARIES: &str = "/lib";

/// What a container of the image runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The path of the executable in the image.
    pub(super) executable: &'static str,
    /// The arguments, unless the container has others.
    pub(super) arguments: &'static [&'static str],
}

impl Entry {
    /// An executable that is a worker and nothing else.
    pub(super) const WORKER: Self = Self {
        executable: "/worker",
        arguments: &[],
    };

    /// The harness. Without other arguments it is the example worker.
    pub(super) const HARNESS: Self = Self {
        executable: "/harness",
        arguments: &[EXAMPLE_WORKER],
    };
}

/// A constant time, since the image must not depend on when it is made.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// Content that is identified by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) digest: Digest,
    /// Bytes.
    pub(super) size: u64,
}

impl Blob {
    pub(super) fn of(content: &[u8]) -> Self {
        Self {
            digest: Digest::of_bytes(content),
            size: content.len() as u64,
        }
    }

    /// The path in the layout.
    pub(super) fn path(&self) -> String {
        format!("blobs/sha256/{}", self.digest)
    }

    fn descriptor(&self, media_type: &str) -> Value {
        json!({
            "mediaType": format!("application/vnd.oci.image.{media_type}"),
            "digest": format!("sha256:{}", self.digest),
            "size": self.size,
        })
    }
}

/// The configuration of an image, and the id that follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    config: Vec<u8>,
    /// The digest of the configuration, which Docker calls the image id.
    pub(super) id: Digest,
}

impl Image {
    /// The image with this layer. The digest is that of the uncompressed layer.
    pub(super) fn over(layer: &Digest, entry: Entry) -> Self {
        let config = bytes(&config(layer, entry));
        Self {
            id: Digest::of_bytes(&config),
            config,
        }
    }

    fn tag(&self) -> &str {
        self.id.short()
    }

    /// The reference of the image after it is loaded. Other content has another reference.
    pub(super) fn reference(&self) -> String {
        format!("{REPOSITORY}:{}", self.tag())
    }

    /// Every file of the layout except the layer.
    pub(super) fn files(&self, layer: &Blob) -> Vec<(String, Vec<u8>)> {
        let config = Blob::of(&self.config);
        let manifest = bytes(&json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config.descriptor("config.v1+json"),
            "layers": [layer.descriptor("layer.v1.tar+gzip")],
        }));
        let mut entry = Blob::of(&manifest).descriptor("manifest.v1+json");
        entry["annotations"] = json!({
            "io.containerd.image.name": self.reference(),
            "org.opencontainers.image.ref.name": self.tag(),
        });
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [entry],
        });
        let docker = json!([{
            "Config": config.path(),
            "RepoTags": [self.reference()],
            "Layers": [layer.path()],
        }]);
        vec![
            (config.path(), self.config.clone()),
            (Blob::of(&manifest).path(), manifest),
            ("index.json".to_owned(), bytes(&index)),
            ("manifest.json".to_owned(), bytes(&docker)),
            (
                "oci-layout".to_owned(),
                bytes(&json!({"imageLayoutVersion": "1.0.0"})),
            ),
        ]
    }
}

/// The image configuration: how a container runs, and its layers.
fn config(layer: &Digest, entry: Entry) -> Value {
    json!({
        "created": CREATED,
        "architecture": architecture(std::env::consts::ARCH),
        "os": "linux",
        "config": {
            "User": format!("{USER}:{USER}"),
            "ExposedPorts": {"8080/tcp": {}},
            "Env": [format!("LD_LIBRARY_PATH={LIBRARIES}")],
            "Entrypoint": [entry.executable],
            "Cmd": entry.arguments,
            "WorkingDir": "/",
            "Labels": {"org.opencontainers.image.title": "worker"},
        },
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{layer}")]},
        "history": [{"created": CREATED, "created_by": "harness"}],
    })
}

/// The architecture name that image configurations use.
fn architecture(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn bytes(document: &Value) -> Vec<u8> {
    document.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_refer_to_each_other_by_digest_and_the_tag_is_the_id() {
        let image = Image::over(&Digest::of_bytes(b"a layer"), Entry::WORKER);
        let layer = Blob::of(b"a compressed layer");
        let files = image.files(&layer);
        for (path, content) in &files {
            if let Some(digest) = path.strip_prefix("blobs/sha256/") {
                assert_eq!(digest, Digest::of_bytes(content).to_string());
            }
        }
        let document = |name: &str| -> Value {
            let (_, content) = files
                .iter()
                .find(|(path, _)| path == name)
                .expect("it exists");
            serde_json::from_slice(content).expect("JSON")
        };
        let named = document("index.json")["manifests"][0].clone();
        assert_eq!(
            named["annotations"]["io.containerd.image.name"],
            image.reference()
        );
        let digest = named["digest"].as_str().expect("text");
        let manifest = document(&digest.replace("sha256:", "blobs/sha256/"));
        assert_eq!(manifest["config"]["digest"], format!("sha256:{}", image.id));
        let docker = document("manifest.json")[0].clone();
        assert_eq!(docker["Layers"][0], layer.path());
        assert_eq!(docker["RepoTags"][0], image.reference());
        assert_ne!(
            image.reference(),
            Image::over(&Digest::of_bytes(b"another"), Entry::WORKER).reference()
        );
    }

    #[test]
    fn a_container_runs_one_program_as_an_unprivileged_user() {
        let image = Image::over(&Digest::of_bytes(b""), Entry::HARNESS);
        let document: Value = serde_json::from_slice(&image.config).expect("JSON");
        insta::assert_snapshot!(serde_json::to_string_pretty(&document["config"]).expect("text"), @r#"
        {
          "Cmd": [
            "example-worker"
          ],
          "Entrypoint": [
            "/harness"
          ],
          "Env": [
            "LD_LIBRARY_PATH=/lib"
          ],
          "ExposedPorts": {
            "8080/tcp": {}
          },
          "Labels": {
            "org.opencontainers.image.title": "worker"
          },
          "User": "65532:65532",
          "WorkingDir": "/"
        }
        "#);
    }
}
