//! Tokens of whoever is logged in to `az`, or else to `azd`.

use std::sync::{Arc, OnceLock};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, Executor,
};
use base::causes::in_one_line;

/// The two tools. `azure_identity` has the same, but cannot tell `az` which subscription it is for,
/// and so asks the wrong tenant of people who have several.
#[derive(Debug)]
pub(super) struct DeveloperTools {
    az: Arc<AzureCliCredential>,
    azd: Arc<AzureDeveloperCliCredential>,
    /// The one that gave a token: the other one is not asked again.
    found: OnceLock<Tool>,
}

#[derive(Debug, Clone, Copy)]
enum Tool {
    Az,
    Azd,
}

impl DeveloperTools {
    pub(super) fn find(
        subscription: Option<String>,
        tenant: Option<String>,
        executor: Option<Arc<dyn Executor>>,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let az = AzureCliCredential::new(Some(AzureCliCredentialOptions {
            // The tenant follows from the subscription; `az` takes only one of them.
            tenant_id: tenant.clone().filter(|_| subscription.is_none()),
            subscription,
            executor: executor.clone(),
        }))?;
        let azd = AzureDeveloperCliCredential::new(Some(AzureDeveloperCliCredentialOptions {
            tenant_id: tenant,
            executor,
        }))?;
        let found = OnceLock::new();
        Ok(Arc::new(Self { az, azd, found }))
    }
}

#[async_trait::async_trait]
impl TokenCredential for DeveloperTools {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        match self.found.get() {
            Some(Tool::Az) => return self.az.get_token(scopes, options).await,
            Some(Tool::Azd) => return self.azd.get_token(scopes, options).await,
            None => {}
        }
        let first = match self.az.get_token(scopes, options.clone()).await {
            Ok(token) => {
                let _ = self.found.set(Tool::Az);
                return Ok(token);
            }
            Err(error) => error,
        };
        match self.azd.get_token(scopes, options).await {
            Ok(token) => {
                let _ = self.found.set(Tool::Azd);
                Ok(token)
            }
            // Who has only `azd` is helped by what that says.
            Err(second) if is_absent(&first) && !is_absent(&second) => Err(second),
            // What `az` says helps those who have it, and who has neither is told to get it.
            Err(_) => Err(first),
        }
    }
}

/// Whether a tool is not there at all, in the words of `azure_identity`.
fn is_absent(error: &azure_core::Error) -> bool {
    in_one_line(error).contains("not found on PATH")
}
