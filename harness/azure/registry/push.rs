//! Pushes an image: first the content that the registry does not have, then the manifest.

use azure_core::http::Method;
use model::image_name::is_tag;

use super::call::Call;
use super::session::Session;
use super::{Digest, Error, Image, Reference, Registry, has};
use crate::arm::{Access, Answer};

impl Registry {
    /// Pushes an image to a repository, which is created if necessary, and tags it if `tag` is
    /// given. `progress` is called with the number of bytes in the registry, and the total.
    ///
    /// Sends only content that the registry does not have. A push that failed or was killed
    /// therefore continues when it is run again, and pushing the same image twice changes nothing.
    pub async fn push(
        &self,
        repository: &str,
        tag: Option<&str>,
        image: &Image,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Reference, Error> {
        let reference = Reference::new(&self.login_server, repository, image.digest().clone())?;
        if let Some(wrong) = tag.filter(|tag| !is_tag(tag)) {
            return Err(Error::Reference {
                text: wrong.to_owned(),
                why: "is not a tag: expected up to 128 letters, digits and . _ -",
            });
        }
        let mut session = Session::new(self, reference.repository(), Access::PullAndPush);
        let pushed = push(&mut session, tag, image, progress);
        self.unless_cancelled(pushed).await?;
        Ok(reference)
    }
}

async fn push(
    session: &mut Session<'_>,
    tag: Option<&str>,
    image: &Image,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(), Error> {
    let total = image.size();
    if !has(session, image.digest()).await? {
        let mut done = 0;
        for blob in &image.blobs {
            let report = |sent| progress(done + sent, total);
            if !session.has_blob(&blob.digest).await? {
                session.upload(image, blob, &report).await?;
            }
            report(blob.range.size);
            done += blob.range.size;
        }
        put(session, image, &image.digest().to_string()).await?;
    }
    if let Some(tag) = tag {
        put(session, image, tag).await?;
    }
    progress(total, total);
    Ok(())
}

/// Uploads a manifest under its digest or a tag.
async fn put(session: &mut Session<'_>, image: &Image, name: &str) -> Result<(), Error> {
    let url = session.address(&format!("manifests/{name}"))?;
    let body = image.manifest.clone().into();
    let call = Call::new(Method::Put, url).body(&image.media_type, body);
    let answer = session.send(&call).await?.checked(Method::Put)?;
    same(session, &answer, image.digest())
}

/// Checks that the digest that the registry reports is that of what was sent.
pub(super) fn same(session: &Session<'_>, answer: &Answer, sent: &Digest) -> Result<(), Error> {
    let Some(kept) = answer.header("docker-content-digest") else {
        return Ok(());
    };
    let kept: Digest = kept.parse()?;
    if kept == *sent {
        return Ok(());
    }
    Err(Error::Digest {
        location: session.name().to_owned(),
        expected: sent.clone(),
        found: kept,
    })
}
