//! Pulls an image into an archive, and checks the digests of all content.

use azure_core::Bytes;
use azure_core::http::{Method, StatusCode};
use camino::Utf8Path;

use super::archive::Archive;
use super::call::Call;
use super::descriptor::{Descriptor, MANIFESTS, Manifest, path};
use super::session::Session;
use super::{Digest, Error, Reference, Registry};
use crate::arm::Access;

/// The size of one request in bytes, so that a retry repeats little.
const PART: u64 = 8 << 20;

impl Registry {
    /// Writes an image to an archive that `docker load`, `ctr image import` and `k3d image import`
    /// accept. They name the image by its reference. The archive is complete or does not exist.
    pub async fn pull(&self, reference: &Reference, archive: &Utf8Path) -> Result<(), Error> {
        if reference.login_server() != self.login_server {
            return Err(Error::Reference {
                text: reference.to_string(),
                why: "names an image of another registry",
            });
        }
        let mut session = Session::new(self, reference.repository(), Access::Pull);
        self.unless_cancelled(pull(&mut session, reference, archive))
            .await
    }
}

async fn pull(
    session: &mut Session<'_>,
    reference: &Reference,
    path_of_archive: &Utf8Path,
) -> Result<(), Error> {
    let (bytes, descriptor) = manifest(session, reference).await?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| Error::Unsupported {
            location: reference.to_string(),
            why: format!("cannot be read: {error}"),
        })?;
    let mut archive = Archive::create(path_of_archive).await?;
    for blob in manifest.blobs() {
        copy(session, blob, &mut archive).await?;
    }
    archive.add(&path(reference.digest()), &bytes).await?;
    archive.finish(reference, &manifest, descriptor).await
}

async fn manifest(
    session: &mut Session<'_>,
    reference: &Reference,
) -> Result<(Bytes, Descriptor), Error> {
    let url = session.address(&format!("manifests/{}", reference.digest()))?;
    let call = Call::new(Method::Get, url).accepting_manifests();
    let answer = session.read(call).await?;
    let kind = answer.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    if !MANIFESTS.contains(&kind.as_str()) {
        return Err(Error::Unsupported {
            location: reference.to_string(),
            why: format!("is not an image for one platform, but {kind}"),
        });
    }
    let bytes = answer.bytes();
    verified(
        &reference.to_string(),
        reference.digest(),
        Digest::of(&bytes),
    )?;
    let descriptor = Descriptor {
        media_type: kind,
        digest: reference.digest().clone(),
        size: bytes.len() as u64,
        annotations: [].into(),
    };
    Ok((bytes, descriptor))
}

/// Copies content into an archive, one range after another.
async fn copy(
    session: &mut Session<'_>,
    blob: &Descriptor,
    archive: &mut Archive,
) -> Result<(), Error> {
    let url = session.address(&format!("blobs/{}", blob.digest))?;
    let location = url.path().to_owned();
    let wrong = |why: String| Error::Unsupported {
        location: location.clone(),
        why,
    };
    let mut entry = archive.entry(&blob.path(), blob.size).await?;
    let mut has = 0;
    while has < blob.size {
        let length = PART.min(blob.size - has);
        let call = Call::new(Method::Get, url.clone()).range(has, length);
        let answer = session.read(call).await?;
        let bytes = answer.bytes();
        // A registry may ignore the range and send everything.
        let expected = match answer.status {
            StatusCode::PartialContent => length,
            _ if has == 0 => blob.size,
            status => {
                return Err(wrong(format!(
                    "got the answer {status} in the middle of a download"
                )));
            }
        };
        let received = bytes.len() as u64;
        if received != expected {
            return Err(wrong(format!("has {received} bytes, expected {expected}")));
        }
        entry.write(&bytes).await?;
        has += received;
    }
    let (found, _) = entry.close().await?;
    verified(&location, &blob.digest, found)
}

fn verified(location: &str, expected: &Digest, found: Digest) -> Result<(), Error> {
    if *expected == found {
        return Ok(());
    }
    Err(Error::Digest {
        location: location.to_owned(),
        expected: expected.clone(),
        found,
    })
}
