//! Images: pull, save and load.
#![expect(clippy::disallowed_methods, reason = "`Error::file` names the file")]

use std::collections::BTreeMap;
use std::time::Duration;

use base::news::{Listener, Progress};
use bollard::errors::Error as ApiError;
use bollard::models::{CreateImageInfo, ImageInspect};
use bollard::query_parameters::{CreateImageOptionsBuilder, ImportImageOptionsBuilder};
use camino::Utf8Path;
use futures_util::stream::{StreamExt as _, TryStreamExt as _, try_unfold};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::error::present;
use super::{Engine, Error};

/// How long the registry may send no data during a pull.
const SILENCE: Duration = Duration::from_mins(2);

/// How long the engine may take to unpack an archive.
const LOAD: Duration = Duration::from_mins(15);

/// The size of the pieces in which an archive is sent, in bytes.
const CHUNK: usize = 1 << 20;

/// An image on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The reference that was asked for, such as `mysql:8.4`.
    pub reference: String,
    /// The id (`sha256:...`): the digest of the image configuration.
    pub id: String,
    /// The digest in the registry that it was pulled from, if any.
    pub repo_digest: Option<String>,
}

impl Engine {
    /// The image with that reference, if it is on this machine.
    pub async fn image(&self, reference: &str) -> Result<Option<Image>, Error> {
        let found = present(self.api.inspect_image(reference).await)
            .map_err(Error::api(format!("look up the image {reference}")))?;
        Ok(found.and_then(|found| Image::new(reference, found)))
    }

    /// The image with that reference: the existing one, or else pulled, with progress.
    pub async fn provide_image(
        &self,
        reference: &str,
        news: &Listener,
        cancel: &CancellationToken,
    ) -> Result<Image, Error> {
        if let Some(image) = self.image(reference).await? {
            return Ok(image);
        }
        let pulled = tokio::select! {
            pulled = self.pull(reference, news) => pulled,
            () = cancel.cancelled() => return Err(Error::Interrupted),
        };
        let failed = |source| Error::Pull {
            image: reference.to_owned(),
            source,
        };
        pulled.map_err(failed)?;
        let found = self.api.inspect_image(reference).await.map_err(failed)?;
        Image::new(reference, found).ok_or_else(|| failed(ApiError::RequestTimeoutError))
    }

    async fn pull(&self, reference: &str, news: &Listener) -> Result<(), ApiError> {
        let options = CreateImageOptionsBuilder::default().from_image(&with_tag(reference));
        let mut stream = self.api.create_image(Some(options.build()), None, None);
        let mut progress = Progress::new(format!("pull {reference}"), news);
        let mut layers = Layers::default();
        loop {
            let next = timeout(SILENCE, stream.next()).await;
            let Some(info) = next.map_err(|_| ApiError::RequestTimeoutError)? else {
                progress.finish();
                return Ok(());
            };
            layers.update(info?);
            let (done, total) = layers.bytes();
            if total > 0 {
                progress.at(done, Some(total));
            }
        }
    }

    /// Writes an image to an archive in the format of `docker save`, which is also an OCI layout.
    pub async fn save_image(&self, reference: &str, archive: &Utf8Path) -> Result<(), Error> {
        let saving = async {
            let mut file = tokio::fs::File::create(archive).await?;
            let mut chunks = self.api.export_image(reference);
            while let Some(chunk) = chunks.next().await {
                file.write_all(&chunk.map_err(std::io::Error::other)?)
                    .await?;
            }
            file.sync_all().await
        };
        let saved = timeout(LOAD, saving).await;
        let saved = saved.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        saved.map_err(Error::file("write", archive))
    }

    /// Loads an archive (`docker save` format or OCI layout) and returns the references in it.
    pub async fn load_image(&self, archive: &Utf8Path) -> Result<Vec<String>, Error> {
        let file = tokio::fs::File::open(archive).await;
        let file = file.map_err(Error::file("read", archive))?;
        let chunks = try_unfold(file, |mut file| async {
            let mut chunk = vec![0; CHUNK];
            let length = file.read(&mut chunk).await?;
            chunk.truncate(length);
            Ok::<_, std::io::Error>((length > 0).then(|| (chunk.into(), file)))
        });
        let options = ImportImageOptionsBuilder::default().build();
        let api = self.api.clone().with_timeout(LOAD);
        let answers = api.import_image_stream(options, chunks, None);
        let answers: Vec<_> = answers
            .try_collect()
            .await
            .map_err(Error::api(format!("load {archive}")))?;
        let lines = answers.into_iter().filter_map(|answer| answer.stream);
        Ok(lines.filter_map(|line| loaded(&line)).collect())
    }
}

impl Image {
    fn new(reference: &str, found: ImageInspect) -> Option<Self> {
        Some(Self {
            reference: reference.to_owned(),
            id: found.id?,
            repo_digest: found.repo_digests.unwrap_or_default().into_iter().next(),
        })
    }
}

/// Adds the tag `latest` if there is none, as `docker pull` does. Without a tag, the engine's API
/// pulls all tags.
fn with_tag(reference: &str) -> String {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    if name.contains([':', '@']) {
        reference.to_owned()
    } else {
        format!("{reference}:latest")
    }
}

/// The reference in the engine's message: `Loaded image: worker:1`.
fn loaded(line: &str) -> Option<String> {
    let (_, reference) = line.trim().split_once("Loaded image")?;
    let (_, reference) = reference.split_once(": ")?;
    Some(reference.to_owned())
}

/// The layers of an image during a pull: downloaded bytes, and total bytes.
#[derive(Debug, Default)]
struct Layers(BTreeMap<String, (u64, u64)>);

impl Layers {
    fn update(&mut self, info: CreateImageInfo) {
        let (Some(id), Some(status)) = (info.id, info.status) else {
            return;
        };
        match status.as_str() {
            "Downloading" => {
                let detail = info.progress_detail.unwrap_or_default();
                let bytes = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
                if let (Some(done), Some(total)) = (bytes(detail.current), bytes(detail.total)) {
                    self.0.insert(id, (done, total));
                }
            }
            "Download complete" | "Pull complete" => {
                self.0.entry(id).and_modify(|(done, total)| *done = *total);
            }
            _ => {}
        }
    }

    fn bytes(&self) -> (u64, u64) {
        self.0.values().fold((0, 0), |(done, total), layer| {
            (done + layer.0, total + layer.1)
        })
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::ProgressDetail;

    use super::*;

    #[test]
    fn a_reference_without_a_tag_means_the_latest_image() {
        assert_eq!(with_tag("mysql"), "mysql:latest");
        assert_eq!(with_tag("mysql:8.4"), "mysql:8.4");
        assert_eq!(with_tag("host:5000/worker"), "host:5000/worker:latest");
        assert_eq!(with_tag("mysql@sha256:00"), "mysql@sha256:00");
    }

    #[test]
    fn the_reference_in_an_archive_is_parsed_from_the_message_of_the_engine() {
        assert_eq!(loaded("Loaded image: worker:1\n"), Some("worker:1".into()));
        assert_eq!(
            loaded("Loaded image ID: sha256:00\n"),
            Some("sha256:00".into())
        );
        assert_eq!(loaded("Loading layer"), None);
    }

    #[test]
    fn the_layers_of_a_pull_add_up() {
        let mut layers = Layers::default();
        let mut hear = |id: &str, status: &str, current, total| {
            layers.update(CreateImageInfo {
                id: Some(id.to_owned()),
                status: Some(status.to_owned()),
                progress_detail: Some(ProgressDetail { current, total }),
                ..CreateImageInfo::default()
            });
            layers.bytes()
        };
        assert_eq!(hear("a", "Pulling fs layer", None, None), (0, 0));
        assert_eq!(hear("a", "Downloading", Some(10), Some(100)), (10, 100));
        assert_eq!(hear("b", "Downloading", Some(5), Some(50)), (15, 150));
        assert_eq!(hear("a", "Download complete", None, None), (105, 150));
        assert_eq!(hear("b", "Already exists", None, None), (105, 150));
    }
}
