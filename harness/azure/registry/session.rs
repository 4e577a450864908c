//! Requests to one repository. The session renews its token, and retries while a new role
//! assignment propagates.

use azure_core::http::{StatusCode, Url};
use base::secret::Secret;

use super::call::Call;
use super::{Error, Registry};
use crate::arm::{self, Access, Answer, back_off};

/// The number of redirects that are followed.
const REDIRECTS: usize = 4;

/// Requests to one repository.
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) registry: &'a Registry,
    repository: &'a str,
    access: Access,
    token: Option<Secret>,
}

impl<'a> Session<'a> {
    pub(super) fn new(registry: &'a Registry, repository: &'a str, access: Access) -> Self {
        Self {
            registry,
            repository,
            access,
            token: None,
        }
    }

    /// The URL of a path in the repository.
    pub(super) fn address(&self, path: &str) -> Result<Url, Error> {
        let path = format!("/v2/{}/{path}", self.repository);
        Ok(self
            .registry
            .arm
            .registry_url(&self.registry.login_server, &path)?)
    }

    /// The name of the repository.
    pub(super) fn name(&self) -> &str {
        self.repository
    }

    /// Whether the target of a `HEAD` request exists.
    pub(super) async fn is_there(&mut self, call: Call) -> Result<bool, Error> {
        let answer = self.send(&call).await?;
        if answer.status == StatusCode::NotFound {
            return Ok(false);
        }
        answer.checked(call.method)?;
        Ok(true)
    }

    /// Reads content, and follows redirects. Layers are in a storage account, at a URL that is
    /// valid for some minutes and needs no token, so the token is not sent there.
    pub(super) async fn read(&mut self, mut call: Call) -> Result<Answer, Error> {
        let mut answer = self.send(&call).await?;
        for _ in 0..REDIRECTS {
            if !answer.status.is_redirection() {
                return Ok(answer.checked(call.method)?);
            }
            let elsewhere = answer.header("location");
            let elsewhere = elsewhere.and_then(|it| call.url.join(it).ok());
            let elsewhere = elsewhere.filter(|it| it.scheme() == "https");
            let Some(elsewhere) = elsewhere else { break };
            call.url = elsewhere;
            answer = self.registry.arm.send_open(call.request(None)).await?;
        }
        Ok(answer.checked(call.method)?)
    }

    /// Sends a request with a token. Returns every answer except a denial, which is retried.
    pub(super) async fn send(&mut self, call: &Call) -> Result<Answer, Error> {
        let clock = &self.registry.arm.options().clock;
        let patience = self.registry.patience;
        let start = clock.now();
        let mut denials = 0;
        loop {
            let denied = match self.attempt(call).await {
                Ok(answer) if !is_denial(answer.status.into()) => return Ok(answer),
                Ok(answer) => match answer.checked(call.method) {
                    Ok(answer) => return Ok(answer),
                    Err(denied) => denied,
                },
                Err(error) if error.status().is_some_and(is_denial) => error,
                Err(error) => return Err(error.into()),
            };
            let login_server = || self.registry.login_server.clone();
            if is_firewall(&denied) {
                return Err(Error::Firewall {
                    login_server: login_server(),
                    source: Box::new(denied),
                });
            }
            self.token = None;
            denials += 1;
            // The token may have expired: retry at once with a new one.
            if denials == 1 {
                continue;
            }
            let left = patience.saturating_sub(clock.now() - start);
            if left.is_zero() {
                return Err(Error::Denied {
                    login_server: login_server(),
                    access: self.access,
                    patience,
                    source: Box::new(denied),
                });
            }
            tracing::debug!(registry = %self.registry.login_server, "access denied, retrying");
            clock.sleep(back_off(denials - 1).min(left)).await;
        }
    }

    async fn attempt(&mut self, call: &Call) -> Result<Answer, arm::Error> {
        let arm = &self.registry.arm;
        let token = if let Some(token) = &self.token {
            token.clone()
        } else {
            let server = &self.registry.login_server;
            let refresh = arm.registry_refresh_token(server, &self.registry.tenant);
            let refresh = refresh.await?;
            let access = arm.registry_access_token(server, self.repository, self.access, &refresh);
            self.token.insert(access.await?).clone()
        };
        arm.send_open(call.request(Some(&token))).await
    }
}

/// The URL in the `location` header of an answer. It must be in the same registry.
pub(super) fn named(call: &Call, answer: &Answer) -> Result<Url, Error> {
    let here = &call.url;
    let named = answer.header("location").and_then(|it| here.join(it).ok());
    let named = named.ok_or_else(|| Error::Unsupported {
        location: here.path().to_owned(),
        why: "got an answer without the URL to continue at".to_owned(),
    })?;
    // The token is sent there.
    if named.origin() != here.origin() {
        let host = named.host_str().unwrap_or("nowhere").to_owned();
        let act = here.path().to_owned();
        return Err(arm::Error::Foreign { act, host }.into());
    }
    Ok(named)
}

/// Whether a status denies access, or means that the token is not valid.
fn is_denial(status: u16) -> bool {
    matches!(status, 401 | 403)
}

/// Whether the firewall refused the client's address, which a retry does not change.
fn is_firewall(denied: &arm::Error) -> bool {
    let message = denied.detail().map(ToString::to_string).unwrap_or_default();
    message.contains("is not allowed access") || message.contains("aka.ms/acr/firewall")
}
