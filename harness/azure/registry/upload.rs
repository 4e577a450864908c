//! Uploads content in parts, and continues after a lost part.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs>

use azure_core::Bytes;
use azure_core::http::{Method, StatusCode, Url};

use super::call::Call;
use super::image::Blob;
use super::layout::ByteRange;
use super::push::same;
use super::session::{Session, named};
use super::{Digest, Error, Image};
use crate::arm::{Answer, ErrorDetail};

/// The size of a part in bytes: that of Azure's own clients.
const PART: u64 = 4 << 20;

/// The number of recoveries before an upload fails. A part that is accepted but not kept counts as
/// one.
const RECOVERIES: u32 = 5;

/// A running upload: the URL of the next part, and the number of bytes that the registry has.
#[derive(Debug)]
struct Upload {
    url: Url,
    has: u64,
}

impl Session<'_> {
    /// Whether the repository has this content.
    pub(super) async fn has_blob(&mut self, digest: &Digest) -> Result<bool, Error> {
        let url = self.address(&format!("blobs/{digest}"))?;
        self.is_there(Call::new(Method::Head, url)).await
    }

    /// Uploads content. `progress` is called with the number of bytes in the registry.
    pub(super) async fn upload(
        &mut self,
        image: &Image,
        blob: &Blob,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Error> {
        let mut recoveries = 0;
        let mut upload = self.begin().await?;
        loop {
            let ByteRange { offset, size } = blob.range;
            let left = size.saturating_sub(upload.has);
            let part = ByteRange {
                offset: offset + upload.has,
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
                    let next = after(&call, &answer, upload.has + part.size)?;
                    if next.has <= upload.has {
                        // The registry accepted the part but did not keep it.
                        if recoveries == RECOVERIES {
                            return Err(Error::Unsupported {
                                location: call.url.path().to_owned(),
                                why: "accepted parts of an upload but did not keep them".to_owned(),
                            });
                        }
                        recoveries += 1;
                    }
                    upload = next;
                    progress(upload.has.min(size));
                }
                // The answer to a part was lost and the part was sent twice, or the registry no
                // longer knows the upload.
                StatusCode::BadRequest
                | StatusCode::NotFound
                | StatusCode::RequestedRangeNotSatisfiable
                    if recoveries < RECOVERIES && !is_final(&answer) =>
                {
                    recoveries += 1;
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
                        location: call.url.path().to_owned(),
                        why: "got an unexpected answer to an upload".to_owned(),
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

    /// Sends the last part, which may be everything, with the digest of the whole.
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

    /// How much of an upload the registry has, if it still knows the upload.
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

/// The state of an upload after a part. `sent` is used if the registry does not report its size.
fn after(call: &Call, answer: &Answer, sent: u64) -> Result<Upload, Error> {
    let url = named(call, answer)?;
    let has = received(answer).unwrap_or(sent);
    Ok(Upload { url, has })
}

/// The number of bytes that a registry reports: `0-99` are 100 bytes. `0-0` may mean none or one
/// byte. It is read as none, because no part has one byte.
fn received(answer: &Answer) -> Option<u64> {
    let range = answer.header("range")?;
    let range = range.strip_prefix("bytes=").unwrap_or(range);
    let (_, end) = range.split_once('-')?;
    let end: u64 = end.parse().ok()?;
    Some(if end == 0 { 0 } else { end + 1 })
}

/// Whether the answer refuses the content itself, so that another attempt would fail as well.
fn is_final(answer: &Answer) -> bool {
    let code = |it: &&ErrorDetail| {
        [
            "DIGEST_INVALID",
            "SIZE_INVALID",
            "NAME_INVALID",
            "NAME_UNKNOWN",
        ]
        .contains(&it.code.as_str())
    };
    answer.detail().all().iter().any(code)
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;
    use serde_json::json;

    use super::*;
    use crate::arm::Access;
    use crate::arm::tests::{Reply, Server};
    use crate::registry::Registry;

    /// An image with one blob of this size in a file.
    fn image(path: Utf8PathBuf, size: u64) -> Image {
        let file = fs_err::File::create(&path).expect("writable");
        file.set_len(size).expect("space");
        let digest = Digest::of(b"not compared here");
        let range = ByteRange { offset: 0, size };
        Image {
            path,
            digest: digest.clone(),
            media_type: String::new(),
            manifest: Vec::new(),
            blobs: vec![Blob { digest, range }],
        }
    }

    #[tokio::test]
    async fn an_upload_fails_if_the_registry_accepts_parts_but_keeps_none() {
        let location = "{base}/v2/worker/blobs/uploads/1";
        let accepted = || Reply::new(202).header("location", location);
        let granted = [
            Reply::new(200).json(json!({"refresh_token": "refresh"})),
            Reply::new(200).json(json!({"access_token": "access"})),
            accepted(),
        ];
        let stands_still = vec![accepted().header("range", "0-0"); 20];
        let server = Server::start(granted.into_iter().chain(stands_still)).await;
        let login_server = server.base().trim_start_matches("https://");
        let registry = Registry::new(server.client(), login_server, "tenant");
        let mut session = Session::new(&registry, "worker", Access::PullAndPush);
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8PathBuf::try_from(folder.path().join("image")).expect("a path in UTF-8");
        let image = image(path, PART + 1);
        let uploaded = session.upload(&image, &image.blobs[0], &|_| {}).await;
        let error = uploaded.expect_err("no part was kept");
        insta::assert_snapshot!(error, @"/v2/worker/blobs/uploads/1 accepted parts of an upload but did not keep them");
        let lines = server.lines();
        let parts = lines.lines().filter(|line| line.starts_with("PATCH"));
        assert_eq!(parts.count(), 1 + RECOVERIES as usize, "{lines}");
    }
}
