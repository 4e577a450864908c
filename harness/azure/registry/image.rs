//! An image in an archive, ready to be pushed.

use std::io::SeekFrom;

use azure_core::Bytes;
use camino::{Utf8Path, Utf8PathBuf};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::descriptor::Manifest;
use super::layout::{Layout, Place};
use super::{Digest, Error};

/// An image in an archive. Its content stays in the file and is read as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    path: Utf8PathBuf,
    digest: Digest,
    pub(super) media_type: String,
    pub(super) manifest: Vec<u8>,
    pub(super) blobs: Vec<Blob>,
}

/// Content of an image: a layer, or the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) digest: Digest,
    pub(super) place: Place,
}

impl Image {
    /// The digests of what it consists of, its manifest apart.
    pub fn blobs(&self) -> impl Iterator<Item = &Digest> {
        self.blobs.iter().map(|blob| &blob.digest)
    }

    /// The only image of an archive that is an image layout: one of `worker_image`, or of `docker
    /// save` since Docker 25. All of it is read once, and is what its digests say.
    pub fn read(archive: &Utf8Path) -> Result<Self, Error> {
        let layout = Layout::read(archive)?;
        let found = layout.image()?;
        let bytes = layout.document(&found.digest)?;
        let manifest: Manifest = layout.json(&bytes)?;
        if manifest
            .media_type
            .as_ref()
            .is_some_and(|it| *it != found.media_type)
        {
            return Err(layout.wrong("has a manifest of another kind than its index says"));
        }
        let mut blobs = Vec::new();
        for part in manifest.blobs() {
            let place = layout.place(&part.digest)?;
            if place.size != part.size {
                let (is, said) = (place.size, part.size);
                return Err(layout.wrong(format!("has {is} bytes where its manifest has {said}")));
            }
            let digest = part.digest.clone();
            blobs.push(Blob { digest, place });
        }
        Ok(Self {
            path: archive.to_owned(),
            digest: found.digest,
            media_type: found.media_type,
            manifest: bytes,
            blobs,
        })
    }

    /// What it will be found by in a registry: the digest of its manifest.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// How many bytes a registry that has nothing of it is sent.
    pub fn size(&self) -> u64 {
        let blobs: u64 = self.blobs.iter().map(|blob| blob.place.size).sum();
        blobs + self.manifest.len() as u64
    }

    /// A part of its content.
    pub(super) async fn bytes(&self, place: Place) -> Result<Bytes, Error> {
        let read = async {
            let mut file = tokio::fs::File::open(&self.path).await?;
            file.seek(SeekFrom::Start(place.at)).await?;
            let mut bytes = Vec::new();
            file.take(place.size).read_to_end(&mut bytes).await?;
            Ok(bytes.into())
        };
        read.await.map_err(Error::read(&self.path))
    }
}
