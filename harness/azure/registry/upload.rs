//! Sending one piece of content, in parts, and going on after a part that was lost.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs>

use azure_core::Bytes;
use azure_core::http::{Method, StatusCode, Url};

use super::call::Call;
use super::image::Blob;
use super::layout::Place;
use super::push::same;
use super::session::{Session, named};
use super::{Digest, Error, Image};
use crate::arm::{Answer, Fault};

/// How much is sent at once: what Azure's own clients send.
const PART: u64 = 4 << 20;

/// How often an upload may have to be looked after before it is given up.
const TROUBLES: u32 = 5;

/// An upload that is under way: where it goes on, and how much the registry has.
#[derive(Debug)]
struct Upload {
    url: Url,
    has: u64,
}

impl Session<'_> {
    /// Whether the repository has some content.
    pub(super) async fn has_blob(&mut self, digest: &Digest) -> Result<bool, Error> {
        let url = self.address(&format!("blobs/{digest}"))?;
        self.is_there(Call::new(Method::Head, url)).await
    }

    /// Sends content; `told` is told how much of it is there.
    pub(super) async fn upload(
        &mut self,
        image: &Image,
        blob: &Blob,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Error> {
        let mut troubles = 0;
        let mut upload = self.begin().await?;
        loop {
            let Place { at, size } = blob.place;
            let left = size.saturating_sub(upload.has);
            let part = Place {
                at: at + upload.has,
                size: left.min(PART),
            };
            let bytes = image.bytes(part).await?;
            let last = left <= PART;
            let (call, answer) = if last {
                self.last(&upload, &blob.digest, bytes).await?
            } else {
                self.part(&upload, bytes).await?
            };
            match answer.status {
                StatusCode::Created if last => {
                    return same(self, &answer, &blob.digest);
                }
                StatusCode::Accepted if !last => {
                    upload = after(&call, &answer, upload.has + part.size)?;
                    told(upload.has.min(size));
                }
                // The answer to a part was lost and the part was sent again, or the registry has
                // forgotten the upload.
                StatusCode::BadRequest
                | StatusCode::NotFound
                | StatusCode::RequestedRangeNotSatisfiable
                    if troubles < TROUBLES && !is_final(&answer) =>
                {
                    troubles += 1;
                    if self.has_blob(&blob.digest).await? {
                        return Ok(());
                    }
                    upload = match self.look(&upload).await? {
                        Some(found) if found.has < size => found,
                        _ => self.begin().await?,
                    };
                }
                _ => {
                    answer.checked(call.method)?;
                    return Err(Error::Unsupported {
                        place: call.url.path().to_owned(),
                        why: "was answered as no upload is".to_owned(),
                    });
                }
            }
        }
    }

    async fn begin(&mut self) -> Result<Upload, Error> {
        let call = Call::new(Method::Post, self.address("blobs/uploads/")?);
        let call = call.body("application/octet-stream", Bytes::new());
        let answer = self.send(&call).await?.checked(Method::Post)?;
        let url = named(&call, &answer)?;
        Ok(Upload { url, has: 0 })
    }

    async fn part(&mut self, upload: &Upload, bytes: Bytes) -> Result<(Call, Answer), Error> {
        let call = Call::new(Method::Patch, upload.url.clone()).part(upload.has, bytes);
        let answer = self.send(&call).await?;
        Ok((call, answer))
    }

    /// The last part, or all of it, with what all of it is.
    async fn last(
        &mut self,
        upload: &Upload,
        digest: &Digest,
        bytes: Bytes,
    ) -> Result<(Call, Answer), Error> {
        let mut url = upload.url.clone();
        url.query_pairs_mut()
            .append_pair("digest", &digest.to_string());
        let call = Call::new(Method::Put, url);
        let call = if upload.has == 0 {
            call.body("application/octet-stream", bytes)
        } else {
            call.part(upload.has, bytes)
        };
        let answer = self.send(&call).await?;
        Ok((call, answer))
    }

    /// How much a registry has of an upload, if it still knows it.
    async fn look(&mut self, upload: &Upload) -> Result<Option<Upload>, Error> {
        let call = Call::new(Method::Get, upload.url.clone());
        let answer = self.send(&call).await?;
        if answer.status != StatusCode::NoContent {
            return Ok(None);
        }
        let url = match answer.header("location") {
            Some(_) => named(&call, &answer)?,
            None => upload.url.clone(),
        };
        Ok(received(&answer).map(|has| Upload { url, has }))
    }
}

/// Where an upload is after a part; `sent` is how much the registry should have.
fn after(call: &Call, answer: &Answer, sent: u64) -> Result<Upload, Error> {
    let url = named(call, answer)?;
    let has = received(answer).unwrap_or(sent);
    Ok(Upload { url, has })
}

/// How much a registry says that it has: `0-99` are 100 bytes. It says `0-0` of none as well as of
/// one, and no part is one byte.
fn received(answer: &Answer) -> Option<u64> {
    let range = answer.header("range")?;
    let range = range.strip_prefix("bytes=").unwrap_or(range);
    let (_, end) = range.split_once('-')?;
    let end: u64 = end.parse().ok()?;
    Some(if end == 0 { 0 } else { end + 1 })
}

/// Whether an answer is about what was sent, so that sending it again would change nothing.
fn is_final(answer: &Answer) -> bool {
    let code = |it: &&Fault| {
        [
            "DIGEST_INVALID",
            "SIZE_INVALID",
            "NAME_INVALID",
            "NAME_UNKNOWN",
        ]
        .contains(&it.code.as_str())
    };
    answer.fault().all().iter().any(code)
}
