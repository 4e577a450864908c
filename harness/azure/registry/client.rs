//! A registry, and what every request to it goes by.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Error;
use crate::arm::{ARRIVAL, Arm};

/// A registry, and who asks it.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(super) arm: Arm,
    pub(super) login_server: String,
    pub(super) tenant: String,
    pub(super) patience: Duration,
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

    /// What a future has to say, unless somebody asks to stop.
    pub(super) async fn unless_cancelled<T>(
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
