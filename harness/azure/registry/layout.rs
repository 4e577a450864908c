//! An image layout in an archive, with the position of all content in the file.
//!
//! <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>

use std::collections::BTreeMap;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use camino::{Utf8Path, Utf8PathBuf};
use serde::de::DeserializeOwned;
use tar::EntryType;

use super::descriptor::{Descriptor, INDEXES, Index, MANIFESTS};
use super::digest::Digester;
use super::{Digest, Error};

/// The largest size of a document in bytes: registries refuse larger manifests.
const DOCUMENT: u64 = 4 << 20;

/// The depth to which nested indexes are followed.
const DEPTH: usize = 4;

/// The annotation of an attestation, which says how an image was built and is not an image.
const ATTESTATION: &str = "vnd.docker.reference.type";

/// The position of content in the archive file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteRange {
    pub(super) offset: u64,
    pub(super) size: u64,
}

/// An image layout. All content matches its digests.
#[derive(Debug)]
pub(super) struct Layout {
    path: Utf8PathBuf,
    blobs: BTreeMap<Digest, ByteRange>,
    index: Index,
}

impl Layout {
    /// Reads the whole archive once, and checks all digests.
    pub(super) fn read(path: &Utf8Path) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Archive {
            path: path.to_owned(),
            why: why.to_owned(),
        };
        let file = fs_err::File::open(path).map_err(Error::read(path))?;
        let mut archive = tar::Archive::new(io::BufReader::with_capacity(1 << 20, file));
        let mut blobs = BTreeMap::new();
        let (mut index, mut version) = (None, None);
        for entry in archive.entries().map_err(Error::read(path))? {
            let mut entry = entry.map_err(Error::read(path))?;
            if entry.header().entry_type() != EntryType::Regular {
                continue;
            }
            let name = entry.path().map_err(Error::read(path))?;
            let name = name.to_string_lossy().into_owned();
            let name = name.trim_start_matches("./");
            let range = ByteRange {
                offset: entry.raw_file_position(),
                size: entry.size(),
            };
            if let Some(digits) = name.strip_prefix("blobs/sha256/") {
                let named: Digest = format!("sha256:{digits}")
                    .parse()
                    .map_err(|_| wrong("has content whose name is not a digest"))?;
                let mut digester = Digester::default();
                io::copy(&mut entry, &mut digester).map_err(Error::read(path))?;
                let (found, _) = digester.finish();
                if found != named {
                    return Err(Error::Digest {
                        location: path.to_string(),
                        expected: named,
                        found,
                    });
                }
                blobs.insert(named, range);
            } else if name == "index.json" || name == "oci-layout" {
                let mut text = Vec::new();
                let mut entry = entry.take(DOCUMENT);
                entry.read_to_end(&mut text).map_err(Error::read(path))?;
                let document = if name == "index.json" {
                    &mut index
                } else {
                    &mut version
                };
                *document = Some(text);
            }
        }
        let (Some(index), Some(_)) = (index, version) else {
            return Err(wrong("is not an archive of an image layout"));
        };
        let index = serde_json::from_slice(&index)
            .map_err(|error| wrong(&format!("has an index that cannot be read: {error}")))?;
        let path = path.to_owned();
        Ok(Self { path, blobs, index })
    }

    /// The descriptor of the only image's manifest, which may be inside nested indexes.
    pub(super) fn image(&self) -> Result<Descriptor, Error> {
        self.image_below(&self.index, DEPTH)
    }

    fn image_below(&self, index: &Index, depth: usize) -> Result<Descriptor, Error> {
        let mut images = index
            .manifests
            .iter()
            .filter(|it| !it.annotations.contains_key(ATTESTATION));
        let (Some(one), None) = (images.next(), images.next()) else {
            return Err(self.wrong("does not contain exactly one image"));
        };
        let is = |kinds: [&str; 2]| kinds.contains(&one.media_type.as_str());
        if is(MANIFESTS) {
            return Ok(one.clone());
        }
        match depth.checked_sub(1) {
            Some(depth) if is(INDEXES) => {
                let below = self.document(&one.digest)?;
                self.image_below(&self.json(&below)?, depth)
            }
            _ => Err(self.wrong(format!(
                "contains something that is not an image: {}",
                one.media_type
            ))),
        }
    }

    /// The position of content that a document refers to.
    pub(super) fn range(&self, digest: &Digest) -> Result<ByteRange, Error> {
        let range = self.blobs.get(digest).copied();
        range.ok_or_else(|| self.wrong(format!("does not contain {digest}")))
    }

    /// Reads a document of the layout.
    pub(super) fn document(&self, digest: &Digest) -> Result<Vec<u8>, Error> {
        let ByteRange { offset, size } = self.range(digest)?;
        if size > DOCUMENT {
            return Err(self.wrong(format!(
                "has a manifest of {size} bytes, which is too large"
            )));
        }
        let read = || {
            let mut file = fs_err::File::open(&self.path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.take(size).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(Error::read(&self.path))
    }

    /// Parses a document.
    pub(super) fn json<T: DeserializeOwned>(&self, document: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(document)
            .map_err(|error| self.wrong(format!("has a manifest that cannot be read: {error}")))
    }

    /// The error that the archive has wrong content.
    pub(super) fn wrong(&self, why: impl Into<String>) -> Error {
        Error::Archive {
            path: self.path.clone(),
            why: why.into(),
        }
    }
}
