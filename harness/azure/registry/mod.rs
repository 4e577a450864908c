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
mod descriptor;
mod digest;
mod error;
mod image;
mod layout;
mod pull;
mod push;
mod reference;
mod session;
#[cfg(test)]
mod tests;
mod upload;

use std::time::Duration;

use azure_core::http::Method;
use tokio_util::sync::CancellationToken;

use self::call::Call;
use self::session::Session;
use super::arm::{ARRIVAL, Access, Arm};

pub use self::digest::Digest;
pub use self::error::Error;
pub use self::image::Image;
pub use self::reference::Reference;

/// A registry, and who asks it.
#[derive(Debug, Clone)]
pub struct Registry {
    arm: Arm,
    login_server: String,
    tenant: String,
    patience: Duration,
    cancel: CancellationToken,
}

impl Registry {
    /// The registry at `login_server` (`NAME.azurecr.io`), asked by whom `arm` asks for, who belongs
    /// to `tenant`.
    pub fn new(arm: Arm, login_server: &str, tenant: &str) -> Self {
        Self {
            arm,
            login_server: login_server.to_owned(),
            tenant: tenant.to_owned(),
            patience: ARRIVAL,
            cancel: CancellationToken::new(),
        }
    }

    /// The same, ending with [`Error::Interrupted`] when this is cancelled.
    #[must_use]
    pub fn cancelled_by(self, cancel: &CancellationToken) -> Self {
        let cancel = cancel.clone();
        Self { cancel, ..self }
    }

    /// Whether a repository has the image with that digest.
    pub async fn has(&self, repository: &str, digest: &Digest) -> Result<bool, Error> {
        let reference = Reference::new(&self.login_server, repository, digest.clone())?;
        let mut session = Session::new(self, reference.repository(), Access::Pull);
        self.unless_cancelled(has(&mut session, digest)).await
    }

    /// What a future has to say, unless somebody asks to stop.
    async fn unless_cancelled<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Error::Interrupted),
            done = work => done,
        }
    }
}

/// Whether the repository of a session has a manifest.
async fn has(session: &mut Session<'_>, digest: &Digest) -> Result<bool, Error> {
    let path = format!("manifests/{digest}");
    let call = Call::new(Method::Head, session.address(&path)?).accepting_manifests();
    session.is_there(call).await
}
