//! Where Azure is, and for whom its tokens are.

use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::http::Url;
use base::http;

use super::Error;

/// Where the services of one cloud are, and the audiences that tokens for them name.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The resource manager.
    pub resource_manager: Url,
    /// Entra ID, which gives tokens out.
    pub authority: Url,
    /// The audience of tokens for the resource manager.
    pub management_audience: String,
    /// What the names of registries end in, without a leading dot.
    pub registry_suffix: String,
    /// The audience of tokens that registries trade for their own.
    pub registry_audience: String,
    /// The audience of tokens for the API of every AKS cluster; the application is the same one in
    /// all tenants: <https://learn.microsoft.com/azure/aks/kubelogin-authentication>.
    pub aks_audience: String,
    /// Certificates to trust besides the platform's.
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

    /// Everything at one address, with the certificates of its authority as PEM: Azure as it is
    /// simulated. The audiences are the public ones, and registries are `HOST` or `NAME.HOST`.
    pub fn custom(base: &str, ca_pem: &[u8]) -> Result<Self, Error> {
        let wrong = |why: String| Error::Endpoint {
            address: base.to_owned(),
            why,
        };
        let base_url = Url::parse(base).map_err(|error| wrong(error.to_string()))?;
        let host = base_url.host_str().filter(|_| base_url.scheme() == "https");
        let host = host.ok_or_else(|| {
            // Tokens are sent there; azure_core refuses to do so in the clear.
            wrong("is not an https:// address".to_owned())
        })?;
        let registry_suffix = match base_url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let authorities = reqwest::Certificate::from_pem_bundle(ca_pem)
            .map_err(|error| wrong(format!("its certificates cannot be read: {error}")))?;
        Ok(Self {
            resource_manager: base_url.clone(),
            authority: base_url,
            registry_suffix,
            authorities,
            ..Self::public()
        })
    }

    /// The scope to ask a token of the resource manager for.
    pub fn management_scope(&self) -> String {
        format!("{}/.default", self.management_audience)
    }

    /// The scope to ask a token for registries of.
    pub fn registry_scope(&self) -> String {
        format!("{}/.default", self.registry_audience)
    }

    /// The scope to ask a token of an AKS cluster for.
    pub fn aks_scope(&self) -> String {
        format!("{}/.default", self.aks_audience)
    }

    /// Whether a token for the resource manager may be sent to this address: to the resource
    /// manager itself and its regions (`westeurope.management.azure.com`), which the addresses of
    /// long-running operations name.
    pub fn manages(&self, address: &Url) -> bool {
        let home = self.resource_manager.host_str().unwrap_or_default();
        let host = address.host_str().unwrap_or_default();
        let region = host.strip_suffix(home).is_some_and(|it| it.ends_with('.'));
        address.scheme() == "https"
            && address.port() == self.resource_manager.port()
            && (host == home || region)
    }

    /// The cloud as `azure_identity` takes it.
    pub(super) fn cloud(&self) -> CloudConfiguration {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = self.authority.to_string();
        cloud.into()
    }

    /// A client for these endpoints. It follows no redirect, since that would carry the token on.
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
    Url::parse(text).expect("the address is an address")
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
