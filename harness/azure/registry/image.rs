//! An image in an archive, which can be pushed.
#![expect(clippy::disallowed_methods, reason = "`Error::read` names the file")]

use std::io::SeekFrom;

use azure_core::Bytes;
use camino::{Utf8Path, Utf8PathBuf};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::descriptor::Manifest;
use super::layout::{ByteRange, Layout};
use super::{Digest, Error};

/// An image in an archive. Its content stays in the file and is read while it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub(super) path: Utf8PathBuf,
    pub(super) digest: Digest,
    pub(super) media_type: String,
    pub(super) manifest: Vec<u8>,
    pub(super) blobs: Vec<Blob>,
}

/// Content of an image: a layer, or the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) digest: Digest,
    pub(super) range: ByteRange,
}

impl Image {
    /// The digests of its layers and its configuration.
    pub fn blobs(&self) -> impl Iterator<Item = &Digest> {
        self.blobs.iter().map(|blob| &blob.digest)
    }

    /// Reads the only image of an archive that is an image layout, as `worker_image` writes it, or
    /// `docker save` since Docker 25. Checks the digests of all content.
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
            return Err(layout.wrong("has a manifest with another media type than its index says"));
        }
        let mut blobs = Vec::new();
        for part in manifest.blobs() {
            let range = layout.range(&part.digest)?;
            if range.size != part.size {
                let (actual, expected) = (range.size, part.size);
                return Err(layout.wrong(format!(
                    "has content of {actual} bytes where its manifest says {expected}"
                )));
            }
            let digest = part.digest.clone();
            blobs.push(Blob { digest, range });
        }
        Ok(Self {
            path: archive.to_owned(),
            digest: found.digest,
            media_type: found.media_type,
            manifest: bytes,
            blobs,
        })
    }

    /// The digest of its manifest, by which a registry identifies it.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The number of bytes that are sent to a registry which has no part of it.
    pub fn size(&self) -> u64 {
        let blobs: u64 = self.blobs.iter().map(|blob| blob.range.size).sum();
        blobs + self.manifest.len() as u64
    }

    /// Reads a range of the archive.
    pub(super) async fn bytes(&self, range: ByteRange) -> Result<Bytes, Error> {
        let read = async {
            let mut file = tokio::fs::File::open(&self.path).await?;
            file.seek(SeekFrom::Start(range.offset)).await?;
            let mut bytes = Vec::new();
            file.take(range.size).read_to_end(&mut bytes).await?;
            Ok(bytes.into())
        };
        read.await.map_err(Error::read(&self.path))
    }
}
