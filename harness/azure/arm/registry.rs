//! Exchanges an Entra token for a registry's own tokens, without an admin password.
//!
//! <https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md>

use azure_core::http::Url;
use base::secret::Secret;
use serde::Deserialize;

use super::{Arm, Error};

/// Access to the images of one repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read images.
    Pull,
    /// Read and write images.
    PullAndPush,
}

/// The answer of `/oauth2/exchange`.
#[derive(Deserialize)]
struct Exchanged {
    refresh_token: String,
}

/// The answer of `/oauth2/token`.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
}

impl Arm {
    /// A refresh token of the caller for a registry (`NAME.azurecr.io`), valid for three hours. It
    /// is also the password of user `00000000-0000-0000-0000-000000000000`.
    pub async fn registry_refresh_token(
        &self,
        registry: &str,
        tenant: &str,
    ) -> Result<Secret, Error> {
        match self.exchanged(registry, tenant).await {
            // The caller's token was revoked, or the clocks disagree.
            Err(error) if error.status() == Some(401) => {
                self.options().credential.renew()?;
                self.exchanged(registry, tenant).await
            }
            refresh_token => refresh_token,
        }
    }

    async fn exchanged(&self, registry: &str, tenant: &str) -> Result<Secret, Error> {
        let options = self.options();
        // Checked before Entra is asked: its token must not be sent anywhere else.
        let url = self.registry_url(registry, "/oauth2/exchange")?;
        let scope = options.endpoints.registry_scope();
        let caller = options.credential.token(&scope).await?;
        let form = [
            ("grant_type", "access_token"),
            ("service", registry),
            ("tenant", tenant),
            ("access_token", caller.reveal()),
        ];
        let answer: Exchanged = self.form(url, &form).await?.json()?;
        Ok(Secret::new(answer.refresh_token))
    }

    /// An access token for one repository of a registry.
    pub async fn registry_access_token(
        &self,
        registry: &str,
        repository: &str,
        access: Access,
        refresh_token: &Secret,
    ) -> Result<Secret, Error> {
        let actions = match access {
            Access::Pull => "pull",
            Access::PullAndPush => "pull,push",
        };
        let url = self.registry_url(registry, "/oauth2/token")?;
        let scope = format!("repository:{repository}:{actions}");
        let form = [
            ("grant_type", "refresh_token"),
            ("service", registry),
            ("scope", &scope),
            ("refresh_token", refresh_token.reveal()),
        ];
        let answer: Granted = self.form(url, &form).await?.json()?;
        Ok(Secret::new(answer.access_token))
    }

    /// A URL at a registry. It is an error if tokens must not be sent to that host.
    pub(crate) fn registry_url(&self, registry: &str, path: &str) -> Result<Url, Error> {
        let wrong = |why: String| Error::Endpoint {
            address: registry.to_owned(),
            why,
        };
        let suffix = &self.options().endpoints.registry_suffix;
        let below = registry.strip_suffix(suffix.as_str());
        if !below.is_some_and(|name| name.is_empty() || name.ends_with('.')) {
            return Err(wrong(format!(
                "is not a registry: its name does not end in {suffix}"
            )));
        }
        let url = Url::parse(&format!("https://{registry}{path}"));
        url.map_err(|error| wrong(format!("is not a valid registry name: {error}")))
    }
}
