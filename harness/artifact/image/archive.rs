//! The archive of an image: a file that `docker load`, `ctr image import`, `k3d image import` and
//! tools for image layouts accept.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};
use flate2::Compression;
use flate2::write::GzEncoder;
use model::topology::{Digest, Digester};
use tar::{Builder, EntryType};

use super::error::Error;
use super::layer::{Layer, header};
use super::layout::{Blob, Entry, Image};

/// Takes two fifths of the time of the default level; the archive is a thirtieth larger.
const LEVEL: Compression = Compression::new(3);

/// The prefix of the archives' file names.
const PREFIX: &str = "worker-";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Archive {
    pub(super) image: Image,
    pub(super) path: Utf8PathBuf,
}

/// The archive of the image with this layer. Reuses the one in the folder, or makes it and removes
/// the archives of earlier images.
///
/// The name of the image depends on the content of the layer's files, so they are read each time.
/// This takes a tenth of a second, and guarantees that the archive has the current content.
pub(super) fn provide(layer: &Layer, entry: Entry, folder: &Utf8Path) -> Result<Archive, Error> {
    let mut digester = Digester::default();
    layer.write(&mut digester).map_err(Error::Read)?;
    let content = digester.finish();
    let image = Image::over(&content, entry);
    let path = folder.join(format!("{PREFIX}{}.tar", image.id.short()));
    if !path.is_file() {
        fs_err::create_dir_all(folder)
            .and_then(|()| remove_all(folder))
            .map_err(Error::Write)?;
        let (found, compressed) = compress(layer).map_err(Error::Read)?;
        if found != content {
            return Err(Error::Changed);
        }
        write(&image, &compressed, &path).map_err(Error::Write)?;
    }
    Ok(Archive { image, path })
}

/// Removes archives of earlier images, and the partial files of killed commands.
fn remove_all(folder: &Utf8Path) -> io::Result<()> {
    for entry in folder.read_dir_utf8()? {
        let entry = entry?;
        if entry.file_name().starts_with(PREFIX) {
            fs_err::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The compressed layer, and the digest of the uncompressed one.
fn compress(layer: &Layer) -> io::Result<(Digest, Vec<u8>)> {
    let mut both = Both {
        digester: Digester::default(),
        encoder: GzEncoder::new(Vec::new(), LEVEL),
    };
    layer.write(&mut both)?;
    Ok((both.digester.finish(), both.encoder.finish()?))
}

/// A writer that both digests and compresses.
struct Both {
    digester: Digester,
    encoder: GzEncoder<Vec<u8>>,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.encoder.write(bytes)?;
        self.digester.write_all(&bytes[..written])?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

/// Writes the archive atomically.
fn write(image: &Image, layer: &[u8], path: &Utf8Path) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut archive = Builder::new(fs_err::File::create(&part)?);
    let mut add = |path: &str, bytes: &[u8]| {
        let mut header = header(EntryType::Regular, 0o644, bytes.len() as u64);
        archive.append_data(&mut header, path, bytes)
    };
    let blob = Blob::of(layer);
    add(&blob.path(), layer)?;
    for (path, bytes) in image.files(&blob) {
        add(&path, &bytes)?;
    }
    archive.into_inner()?.sync_all()?;
    fs_err::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use super::*;

    /// A folder for a program, and one for archives.
    struct Fixture {
        folder: tempfile::TempDir,
    }

    impl Fixture {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().expect("a temporary folder"),
            }
        }

        fn path(&self, name: &str) -> Utf8PathBuf {
            let folder = Utf8Path::from_path(self.folder.path()).expect("a UTF-8 path");
            folder.join(name)
        }

        fn provide(&self, program: &str, archives: &str) -> Archive {
            let path = self.path("program");
            fs_err::write(&path, program).expect("writable");
            let mut layer = Layer::default();
            layer.copy("worker", &path);
            provide(&layer, Entry::WORKER, &self.path(archives)).expect("it can be made")
        }

        fn archives(&self) -> Vec<Utf8PathBuf> {
            let entries = self.path("archives").read_dir_utf8().expect("it exists");
            entries
                .map(|entry| entry.expect("it exists").into_path())
                .collect()
        }
    }

    #[test]
    fn the_same_program_gives_the_same_archive_byte_by_byte() {
        let fixture = Fixture::new();
        let first = fixture.provide("one", "archives");
        let second = fixture.provide("one", "elsewhere");
        assert_eq!(first.image, second.image);
        let bytes = |archive: &Archive| fs_err::read(&archive.path).expect("it exists");
        assert_eq!(bytes(&first), bytes(&second));
    }

    #[test]
    fn an_archive_is_made_once_and_replaced_for_another_program() {
        let fixture = Fixture::new();
        let first = fixture.provide("one", "archives");
        let mark = b"not made again";
        fs_err::write(&first.path, mark).expect("writable");
        assert_eq!(fixture.provide("one", "archives"), first);
        assert_eq!(fs_err::read(&first.path).expect("it exists"), mark);

        fs_err::write(fixture.path("archives/worker-killed.part"), "").expect("writable");
        fs_err::write(fixture.path("archives/other"), "").expect("writable");
        let second = fixture.provide("two", "archives");
        assert_ne!(second.image, first.image);
        let mut left = fixture.archives();
        left.sort();
        assert_eq!(left, [fixture.path("archives/other"), second.path]);
    }

    #[test]
    fn the_archive_can_be_pushed_to_a_registry() {
        let fixture = Fixture::new();
        let archive = fixture.provide("one", "archives");
        let image = azure::registry::Image::read(&archive.path).expect("an image");
        let length = fs_err::metadata(&archive.path).expect("it exists").len();
        assert!(image.size() < length, "all of it is in the archive");
    }

    #[test]
    fn the_archive_has_the_layer_that_the_configuration_names() {
        let fixture = Fixture::new();
        let archive = fixture.provide("one", "archives");
        let bytes = fs_err::read(&archive.path).expect("it exists");
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(&*bytes).entries().expect("an archive") {
            let mut entry = entry.expect("an entry");
            let path = entry.path().expect("a path").display().to_string();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("content");
            files.insert(path, content);
        }
        let json = |path: &str| -> serde_json::Value {
            serde_json::from_slice(&files[path]).expect("JSON")
        };
        let manifest = json("manifest.json")[0].clone();
        let named = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        let layer = &*files[&named(&manifest["Layers"][0])];
        let content = Digest::of_stream(flate2::read::GzDecoder::new(layer));
        let content = format!("sha256:{}", content.expect("it is compressed"));
        let config = json(&named(&manifest["Config"]));
        assert_eq!(config["rootfs"]["diff_ids"][0], content);
    }
}
