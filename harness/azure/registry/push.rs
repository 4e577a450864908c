//! Pushing: what is not there yet, and then the manifest that says what belongs together.

use azure_core::http::Method;
use model::image_name::is_tag;

use super::call::Call;
use super::session::Session;
use super::{Digest, Error, Image, Reference, Registry, has};
use crate::arm::{Access, Answer};

impl Registry {
    /// Pushes an image to a repository, which need not be there, and gives it a tag if one is
    /// named. `progress` is told how many bytes are there, and of how many.
    ///
    /// What is there already is not sent; so a push that has failed or was killed goes on where it
    /// was when it is run again, and one of an image that is there changes nothing.
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
                why: "is no tag: up to 128 letters, digits and . _ -",
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
            let told = |sent| progress(done + sent, total);
            if !session.has_blob(&blob.digest).await? {
                session.upload(image, blob, &told).await?;
            }
            told(blob.place.size);
            done += blob.place.size;
        }
        put(session, image, &image.digest().to_string()).await?;
    }
    if let Some(tag) = tag {
        put(session, image, tag).await?;
    }
    progress(total, total);
    Ok(())
}

/// Puts a manifest under a name: its digest, or a tag.
async fn put(session: &mut Session<'_>, image: &Image, name: &str) -> Result<(), Error> {
    let url = session.address(&format!("manifests/{name}"))?;
    let body = image.manifest.clone().into();
    let call = Call::new(Method::Put, url).body(&image.media_type, body);
    let answer = session.send(&call).await?.checked(Method::Put)?;
    same(session, &answer, image.digest())
}

/// Whether what a registry says that it was given is what was sent.
pub(super) fn same(session: &Session<'_>, answer: &Answer, sent: &Digest) -> Result<(), Error> {
    let Some(kept) = answer.header("docker-content-digest") else {
        return Ok(());
    };
    let kept: Digest = kept.parse()?;
    if kept == *sent {
        return Ok(());
    }
    Err(Error::Digest {
        place: session.name().to_owned(),
        expected: sent.clone(),
        found: kept,
    })
}
