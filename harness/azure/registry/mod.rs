//! Images in an Azure Container Registry: pushed, looked for and pulled without Docker and without
//! an administrator's password.
//!
//! An [`Image`] is read from an archive, and its digest is known before any network is: a plan can
//! name what will be pushed. A [`Registry`] has repositories; what is pushed to one is named by
//! digest, by a [`Reference`].
//!
//! The protocol is that of the Open Container Initiative
//! (<https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>) over the client of
//! the resource manager, which has its retries, its clock and its certificates. The crate
//! `oci-client` was weighed: it can be built on the same TLS, but makes a client of its own that
//! follows redirects, sends everything once, and keeps the first token that it is given, while a
//! push here outlives its tokens.
//!
//! What an image has in it, and who runs it, is not known here.

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
    /// Whether a repository has the image with that digest.
    pub async fn has(&self, repository: &str, digest: &Digest) -> Result<bool, Error> {
        let reference = Reference::new(&self.login_server, repository, digest.clone())?;
        let mut session = Session::new(self, reference.repository(), Access::Pull);
        self.unless_cancelled(has(&mut session, digest)).await
    }
}

/// Whether the repository of a session has a manifest.
async fn has(session: &mut Session<'_>, digest: &Digest) -> Result<bool, Error> {
    let path = format!("manifests/{digest}");
    let call = Call::new(Method::Head, session.address(&path)?).accepting_manifests();
    session.is_there(call).await
}
