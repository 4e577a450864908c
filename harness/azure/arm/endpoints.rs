//! The addresses of Azure's services, and the audiences of their tokens.

use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::http::Url;
use base::http;

use super::Error;

/// The addresses of one cloud's services, and the audiences of their tokens.
#[derive(Debug, Clone)]
pub struct Endpoints {
    pub resource_manager: Url,
    /// Entra ID, which issues tokens.
    pub authority: Url,
    /// The audience of tokens for the resource manager.
    pub management_audience: String,
    /// The suffix of registry names, without a leading dot.
    pub registry_suffix: String,
    /// The audience of tokens that registries exchange for their own tokens.
    pub registry_audience: String,
    /// The audience of tokens for the API of AKS clusters. It is the same application in all
    /// tenants: <https://learn.microsoft.com/azure/aks/kubelogin-authentication>.
    pub aks_audience: String,
    /// The only certificates to trust; empty for those of the platform.
    authorities: Vec<reqwest::Certificate>,
}

impl Endpoints {
    /// Azure's public cloud.
    pub fn public() -> Self {
        Self {
            resource_manager: url("https://management.azure.com"),
            authority: url("https://login.microsoftonline.com"),
            management_audience: "https://management.azure.com".to_owned(),
            registry_suffix: "azurecr.io".to_owned(),
            registry_audience: "https://containerregistry.azure.net".to_owned(),
            aks_audience: "6dae42f8-4368-4678-94ff-3960e28e3630".to_owned(),
            authorities: Vec::new(),
        }
    }

    /// All services at one address: the built-in Azure. `ca_pem` are its certificates as PEM. The
    /// audiences are the public ones, and registries are `HOST` or `NAME.HOST`.
    pub fn custom(base: &str, ca_pem: &[u8]) -> Result<Self, Error> {
        let wrong = |why: String| Error::Endpoint {
            address: base.to_owned(),
            why,
        };
        let base_url = Url::parse(base).map_err(|error| wrong(error.to_string()))?;
        let host = base_url.host_str().filter(|_| base_url.scheme() == "https");
        let host = host.ok_or_else(|| {
            // azure_core refuses to send tokens without TLS.
            wrong("is not an https:// address".to_owned())
        })?;
        let registry_suffix = match base_url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let authorities = reqwest::Certificate::from_pem_bundle(ca_pem)
            .map_err(|error| wrong(format!("has certificates that cannot be read: {error}")))?;
        Ok(Self {
            resource_manager: base_url.clone(),
            authority: base_url,
            registry_suffix,
            authorities,
            ..Self::public()
        })
    }

    /// The scope of tokens for the resource manager.
    pub fn management_scope(&self) -> String {
        format!("{}/.default", self.management_audience)
    }

    /// The scope of tokens for registries.
    pub fn registry_scope(&self) -> String {
        format!("{}/.default", self.registry_audience)
    }

    /// The scope of tokens for an AKS cluster.
    pub fn aks_scope(&self) -> String {
        format!("{}/.default", self.aks_audience)
    }

    /// Whether a token for the resource manager may be sent to this address. True for the resource
    /// manager and its regions (`westeurope.management.azure.com`), which addresses of long-running
    /// operations contain.
    pub fn manages(&self, address: &Url) -> bool {
        let home = self.resource_manager.host_str().unwrap_or_default();
        let host = address.host_str().unwrap_or_default();
        let region = host.strip_suffix(home).is_some_and(|it| it.ends_with('.'));
        address.scheme() == "https"
            && address.port() == self.resource_manager.port()
            && (host == home || region)
    }

    /// The cloud configuration for `azure_identity`.
    pub(super) fn cloud(&self) -> CloudConfiguration {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = self.authority.to_string();
        cloud.into()
    }

    /// A client for these endpoints. It follows no redirect, because that would forward the token.
    pub(super) fn client(&self) -> Result<reqwest::Client, Error> {
        let mut client = http::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(20))
            .read_timeout(Duration::from_mins(1));
        if !self.authorities.is_empty() {
            client = client.no_proxy().tls_certs_only(self.authorities.clone());
        }
        client.build().map_err(|source| Error::Client { source })
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("the literal is a valid URL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_the_resource_manager_and_its_regions_only() {
        let public = Endpoints::public();
        let manages = |address| public.manages(&url(address));
        assert!(manages("https://management.azure.com/subscriptions/1"));
        assert!(manages("https://westeurope.management.azure.com/x"));
        assert!(!manages("http://management.azure.com/x"));
        assert!(!manages("https://evilmanagement.azure.com/x"));
        assert!(!manages("https://management.azure.com.example/x"));
        assert!(!manages("https://management.azure.com:8443/x"));
    }

    #[test]
    fn an_address_without_tls_is_refused() {
        let error = Endpoints::custom("http://127.0.0.1:1", b"").expect_err("refused");
        insta::assert_snapshot!(error, @"`http://127.0.0.1:1` is not an https:// address");
    }
}
