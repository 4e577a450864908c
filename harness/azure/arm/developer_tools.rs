//! Tokens from the login of `az`, or else of `azd`.

use std::sync::{Arc, OnceLock};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, Executor,
};
use base::causes::in_one_line;

/// The two tools. `azure_identity` has the same, but cannot pass a subscription to `az`, and so it
/// asks the wrong tenant when the user has several.
#[derive(Debug)]
pub(super) struct DeveloperTools {
    az: Arc<AzureCliCredential>,
    azd: Arc<AzureDeveloperCliCredential>,
    /// The tool that returned a token. The other one is not called again.
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
            // Only `azd` is installed, so its message helps.
            Err(second) if is_absent(&first) && !is_absent(&second) => Err(second),
            // Either `az` is installed, so its message helps, or it tells how to install it.
            Err(_) => Err(first),
        }
    }
}

/// Whether the tool is not installed, by the error text of `azure_identity`.
fn is_absent(error: &azure_core::Error) -> bool {
    in_one_line(error).contains("not found on PATH")
}
