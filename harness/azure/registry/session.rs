//! Requests about one repository: with a token that is renewed when it no longer counts, and with
//! patience for a role that is not known everywhere yet.

use azure_core::http::{StatusCode, Url};
use base::secret::Secret;

use super::call::Call;
use super::{Error, Registry};
use crate::arm::{self, Access, Answer, back_off};

/// How often content may be said to be elsewhere.
const REDIRECTS: usize = 4;

/// Requests about one repository.
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

    /// The address of something in the repository.
    pub(super) fn address(&self, path: &str) -> Result<Url, Error> {
        let path = format!("/v2/{}/{path}", self.repository);
        Ok(self
            .registry
            .arm
            .registry_url(&self.registry.login_server, &path)?)
    }

    /// The repository.
    pub(super) fn name(&self) -> &str {
        self.repository
    }

    /// Whether what a `HEAD` asks for is there.
    pub(super) async fn is_there(&mut self, call: Call) -> Result<bool, Error> {
        let answer = self.send(&call).await?;
        if answer.status == StatusCode::NotFound {
            return Ok(false);
        }
        answer.checked(call.method)?;
        Ok(true)
    }

    /// Reads, wherever the registry has it: layers are in a storage account, at an address that is
    /// good for some minutes and for everybody, so the token does not go there.
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

    /// Sends with a token, and takes every answer but that the caller may not do it.
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
            // The token may be too old: with another one there is nothing to wait for.
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
            tracing::debug!(registry = %self.registry.login_server, "not let in yet");
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

/// An address in the registry that the registry itself has named, in an answer to a call.
pub(super) fn named(call: &Call, answer: &Answer) -> Result<Url, Error> {
    let here = &call.url;
    let named = answer.header("location").and_then(|it| here.join(it).ok());
    let named = named.ok_or_else(|| Error::Unsupported {
        place: here.path().to_owned(),
        why: "was answered without the address to go on at".to_owned(),
    })?;
    // The token goes along.
    if named.origin() != here.origin() {
        let host = named.host_str().unwrap_or("nowhere").to_owned();
        let act = here.path().to_owned();
        return Err(arm::Error::Foreign { act, host }.into());
    }
    Ok(named)
}

/// Whether a status says that the caller may not do that, or not any more.
fn is_denial(status: u16) -> bool {
    matches!(status, 401 | 403)
}

/// Whether a refusal is of the address that asks, which no wait changes.
fn is_firewall(denied: &arm::Error) -> bool {
    let said = denied.fault().map(ToString::to_string).unwrap_or_default();
    said.contains("is not allowed access") || said.contains("aka.ms/acr/firewall")
}
