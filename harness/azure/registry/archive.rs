//! Writes an image to a tar archive while it is downloaded: an image layout, and the
//! `manifest.json` that every version of `docker load` reads.
#![expect(clippy::disallowed_methods, reason = "`Error::write` names the file")]

use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;
use tar::Header;
use tokio::io::AsyncWriteExt as _;

use super::descriptor::{Descriptor, INDEXES, Index, Manifest, NAME, path};
use super::digest::Digester;
use super::{Digest, Error, Reference};

/// The block size of tar: every entry is padded to a multiple of it.
const BLOCK: u64 = 512;

/// The two zero blocks at the end of a tar archive.
const END: [u8; 1024] = [0; 1024];

/// An archive. It has a temporary name until it is complete.
#[derive(Debug)]
pub(super) struct Archive {
    file: tokio::fs::File,
    part: Utf8PathBuf,
    path: Utf8PathBuf,
}

/// An entry that is being written.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    archive: &'a mut Archive,
    digester: Digester,
}

impl Archive {
    /// Creates the temporary file.
    pub(super) async fn create(path: &Utf8Path) -> Result<Self, Error> {
        let mut part = path.to_owned();
        part.set_extension("part");
        let file = tokio::fs::File::create(&part).await;
        Ok(Self {
            file: file.map_err(Error::write(&part))?,
            part,
            path: path.to_owned(),
        })
    }

    /// Starts an entry of `size` bytes.
    pub(super) async fn entry(&mut self, name: &str, size: u64) -> Result<Entry<'_>, Error> {
        let header = header(name, size).map_err(Error::write(&self.part))?;
        self.write(header.as_bytes()).await?;
        Ok(Entry {
            archive: self,
            digester: Digester::default(),
        })
    }

    /// Adds a whole entry.
    pub(super) async fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        let mut entry = self.entry(name, content.len() as u64).await?;
        entry.write(content).await?;
        entry.close().await?;
        Ok(())
    }

    /// Adds the documents that name the image, and renames the file to its final name.
    pub(super) async fn finish(
        mut self,
        reference: &Reference,
        manifest: &Manifest,
        descriptor: Descriptor,
    ) -> Result<(), Error> {
        for (name, document) in documents(reference, manifest, descriptor) {
            self.add(name, document.to_string().as_bytes()).await?;
        }
        self.write(&END).await?;
        let done = async {
            self.file.sync_all().await?;
            tokio::fs::rename(&self.part, &self.path).await
        };
        done.await.map_err(Error::write(&self.path))
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = async {
            self.file.write_all(bytes).await?;
            // Without the flush, a failed write would go unnoticed.
            self.file.flush().await
        };
        written.await.map_err(Error::write(&self.part))
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        // The complete archive has its final name by now. What remains is of no use.
        let _ = fs_err::remove_file(&self.part);
    }
}

impl Entry<'_> {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.digester
            .write_all(bytes)
            .expect("a digester accepts every write");
        self.archive.write(bytes).await
    }

    /// Pads the entry, and returns the digest and the number of bytes written.
    pub(super) async fn close(self) -> Result<(Digest, u64), Error> {
        let (digest, length) = self.digester.finish();
        let rest = length.next_multiple_of(BLOCK) - length;
        let zeros = vec![0; usize::try_from(rest).unwrap_or_default()];
        self.archive.write(&zeros).await?;
        Ok((digest, length))
    }
}

fn header(name: &str, size: u64) -> io::Result<Header> {
    let mut header = Header::new_gnu();
    header.set_path(name)?;
    header.set_mode(0o644);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// The documents that describe the content.
fn documents(
    reference: &Reference,
    manifest: &Manifest,
    mut descriptor: Descriptor,
) -> [(&'static str, serde_json::Value); 3] {
    // containerd uses this as the name of the image, so pods find it by their reference.
    let name = (NAME.to_owned(), reference.to_string());
    descriptor.annotations = [name].into();
    let index = Index {
        schema_version: 2,
        media_type: Some(INDEXES[0].to_owned()),
        manifests: vec![descriptor],
    };
    let layers: Vec<_> = manifest.layers.iter().map(Descriptor::path).collect();
    // Docker without the containerd image store refuses a digest as a name here.
    let docker = json!([{
        "Config": path(&manifest.config.digest),
        "RepoTags": [reference.tagged()],
        "Layers": layers,
    }]);
    [
        ("index.json", json!(index)),
        ("manifest.json", docker),
        ("oci-layout", json!({"imageLayoutVersion": "1.0.0"})),
    ]
}
