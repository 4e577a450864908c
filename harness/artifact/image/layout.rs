//! The documents of an image, in the two formats that are in use: an image layout as the Open
//! Container Initiative specifies it (image-spec 1.1), and the `manifest.json` that `docker load`
//! of every version reads. Both name the same blobs.

use model::topology::Digest;
use serde_json::{Value, json};

use super::worker_image::REPOSITORY;

/// The user and group that the worker runs as: nobody, by a number that is in no range of the
/// usual systems.
pub(super) const USER: u32 = 65532;

/// Where the libraries are. The folders that are built into a loader differ from system to system,
/// and there is no other program that the variable could mislead.
pub(super) const LIBRARIES: &str = "/lib";

/// Where the worker is.
pub(super) const WORKER: &str = "/worker";

/// Nothing in an image may depend on when it was made.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// A blob: content that is found by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    /// Its digest.
    pub(super) digest: Digest,
    /// Its length.
    pub(super) size: u64,
}

impl Blob {
    pub(super) fn of(content: &[u8]) -> Self {
        Self {
            digest: Digest::of_bytes(content),
            size: content.len() as u64,
        }
    }

    /// Its place in the layout.
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

/// An image: its configuration, and the name that follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    config: Vec<u8>,
    /// The digest of the configuration, which Docker calls the image's id.
    pub(super) id: Digest,
}

impl Image {
    /// The worker's image over a layer with this digest, before compression.
    pub(super) fn over(layer: &Digest) -> Self {
        let config = bytes(&config(layer));
        Self {
            id: Digest::of_bytes(&config),
            config,
        }
    }

    fn tag(&self) -> &str {
        self.id.short()
    }

    /// The name under which it is found once it is loaded: another content, another name.
    pub(super) fn reference(&self) -> String {
        format!("{REPOSITORY}:{}", self.tag())
    }

    /// Every file of the layout but the layer itself.
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

/// The configuration: how a container of the image runs, and what is in it.
fn config(layer: &Digest) -> Value {
    json!({
        "created": CREATED,
        "architecture": architecture(std::env::consts::ARCH),
        "os": "linux",
        "config": {
            "User": format!("{USER}:{USER}"),
            "ExposedPorts": {"8080/tcp": {}},
            "Env": [format!("LD_LIBRARY_PATH={LIBRARIES}")],
            "Entrypoint": [WORKER],
            "WorkingDir": "/",
            "Labels": {"org.opencontainers.image.title": "worker"},
        },
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{layer}")]},
        "history": [{"created": CREATED, "created_by": "harness"}],
    })
}

/// A processor as images name it.
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
    fn the_documents_name_each_other_by_digest_and_the_image_by_its_content() {
        let image = Image::over(&Digest::of_bytes(b"a layer"));
        let layer = Blob::of(b"a compressed layer");
        let files = image.files(&layer);
        for (path, content) in &files {
            if let Some(digest) = path.strip_prefix("blobs/sha256/") {
                assert_eq!(digest, Digest::of_bytes(content).to_string());
            }
        }
        let document = |name: &str| -> Value {
            let (_, content) = files.iter().find(|(path, _)| path == name).expect("there");
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
            Image::over(&Digest::of_bytes(b"another")).reference()
        );
    }

    #[test]
    fn a_container_of_it_is_nobody_and_has_one_program() {
        let document: Value =
            serde_json::from_slice(&Image::over(&Digest::of_bytes(b"")).config).expect("JSON");
        insta::assert_snapshot!(serde_json::to_string_pretty(&document["config"]).expect("text"), @r#"
        {
          "Entrypoint": [
            "/worker"
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
