//! Pushes, finds and pulls images in an Azure Container Registry, without Docker and without an
//! administrator's password.
//!
//! An [`Image`] is read from an archive. Its digest is known without a network, so that a plan can
//! name the image. A [`Registry`] has repositories. A [`Reference`] names an image in a repository
//! by its digest.
//!
//! The protocol is that of the Open Container Initiative
//! (<https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>), over the client of
//! the resource manager with its retries, clock and certificates. The crate `oci-client` does not
//! fit: it can use the same TLS, but its own client follows redirects, never retries, and keeps its
//! first token, while a push may take longer than a token is valid.
//!
//! Knows nothing of the content of images, or of who runs them.

mod archive;
mod call;
mod client;
mod descriptor;
mod digest;
mod error;
mod image;
mod layout;
mod pull;
mod push;
mod reference;
mod session;
mod upload;

use azure_core::http::Method;

use self::call::Call;
use self::session::Session;
use super::arm::Access;

pub use self::client::Registry;
pub use self::digest::{Digest, MalformedDigest};
pub use self::error::Error;
pub use self::image::Image;
pub use self::reference::Reference;

impl Registry {
    /// Whether a repository has the image with this digest.
    pub async fn has(&self, repository: &str, digest: &Digest) -> Result<bool, Error> {
        let reference = Reference::new(&self.login_server, repository, digest.clone())?;
        let mut session = Session::new(self, reference.repository(), Access::Pull);
        self.unless_cancelled(has(&mut session, digest)).await
    }
}

/// Whether the session's repository has a manifest.
async fn has(session: &mut Session<'_>, digest: &Digest) -> Result<bool, Error> {
    let path = format!("manifests/{digest}");
    let call = Call::new(Method::Head, session.address(&path)?).accepting_manifests();
    session.is_there(call).await
}
