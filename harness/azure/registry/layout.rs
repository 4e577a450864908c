//! An image layout in an archive: which content is where in the file.
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

/// The largest document: registries take no larger manifest.
const DOCUMENT: u64 = 4 << 20;

/// How deep indexes are followed.
const DEPTH: usize = 4;

/// Marks what tells how an image was built; it is no image.
const ATTESTATION: &str = "vnd.docker.reference.type";

/// Where some content is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: u64,
    pub(super) size: u64,
}

/// A layout, whose content is what its names say.
#[derive(Debug)]
pub(super) struct Layout {
    path: Utf8PathBuf,
    blobs: BTreeMap<Digest, Place>,
    index: Index,
}

impl Layout {
    /// Reads all of an archive once.
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
            let place = Place {
                at: entry.raw_file_position(),
                size: entry.size(),
            };
            if let Some(digits) = name.strip_prefix("blobs/sha256/") {
                let named: Digest = format!("sha256:{digits}")
                    .parse()
                    .map_err(|_| wrong("has content without a digest for a name"))?;
                let mut digester = Digester::default();
                io::copy(&mut entry, &mut digester).map_err(Error::read(path))?;
                let (found, _) = digester.finish();
                if found != named {
                    return Err(Error::Digest {
                        place: path.to_string(),
                        expected: named,
                        found,
                    });
                }
                blobs.insert(named, place);
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
            return Err(wrong("is no archive of an image layout"));
        };
        let index = serde_json::from_slice(&index)
            .map_err(|error| wrong(&format!("has an index that cannot be read: {error}")))?;
        let path = path.to_owned();
        Ok(Self { path, blobs, index })
    }

    /// The only image in it: its manifest's descriptor, which may be below indexes.
    pub(super) fn image(&self) -> Result<Descriptor, Error> {
        self.image_below(&self.index, DEPTH)
    }

    fn image_below(&self, index: &Index, depth: usize) -> Result<Descriptor, Error> {
        let mut images = index
            .manifests
            .iter()
            .filter(|it| !it.annotations.contains_key(ATTESTATION));
        let (Some(one), None) = (images.next(), images.next()) else {
            return Err(self.wrong("has not exactly one image in it"));
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
                "has something that is no image: {}",
                one.media_type
            ))),
        }
    }

    /// Where content is that something refers to.
    pub(super) fn place(&self, digest: &Digest) -> Result<Place, Error> {
        let place = self.blobs.get(digest).copied();
        place.ok_or_else(|| self.wrong(format!("lacks {digest}")))
    }

    /// A document of a layout.
    pub(super) fn document(&self, digest: &Digest) -> Result<Vec<u8>, Error> {
        let Place { at, size } = self.place(digest)?;
        if size > DOCUMENT {
            return Err(self.wrong(format!("has {size} bytes where a manifest should be")));
        }
        let read = || {
            let mut file = fs_err::File::open(&self.path)?;
            file.seek(SeekFrom::Start(at))?;
            let mut bytes = Vec::new();
            file.take(size).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(Error::read(&self.path))
    }

    /// A document as a type.
    pub(super) fn json<T: DeserializeOwned>(&self, document: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(document)
            .map_err(|error| self.wrong(format!("has a manifest that cannot be read: {error}")))
    }

    /// What is wrong with the archive.
    pub(super) fn wrong(&self, why: impl Into<String>) -> Error {
        Error::Archive {
            path: self.path.clone(),
            why: why.into(),
        }
    }
}
