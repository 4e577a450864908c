//! A client of one registry.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Error;
use crate::arm::{Arm, PROPAGATION_TIME};

/// A client of one registry.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(super) arm: Arm,
    pub(super) login_server: String,
    pub(super) tenant: String,
    pub(super) patience: Duration,
    cancel: CancellationToken,
}

impl Registry {
    /// The registry at `login_server` (`NAME.azurecr.io`). Requests use the credentials of `arm`,
    /// which belong to `tenant`.
    pub fn new(arm: Arm, login_server: &str, tenant: &str) -> Self {
        Self {
            arm,
            login_server: login_server.to_owned(),
            tenant: tenant.to_owned(),
            patience: PROPAGATION_TIME,
            cancel: CancellationToken::new(),
        }
    }

    /// Ends requests with [`Error::Interrupted`] once `cancel` is cancelled.
    #[must_use]
    pub fn cancelled_by(self, cancel: &CancellationToken) -> Self {
        let cancel = cancel.clone();
        Self { cancel, ..self }
    }

    /// Runs `work` unless the client is cancelled.
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
