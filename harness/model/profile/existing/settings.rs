//! A resolved existing cluster. It has the places of secrets, never their content.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::rate_limit::RateLimit;
use super::scalar::FrontendAddress;
use crate::topology::SecretSource;

/// A Temporal cluster that exists already. [`super::model`] documents the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Existing {
    pub address: FrontendAddress,
    pub namespace: String,
    /// `None` means plaintext.
    pub tls: Option<ClientTls>,
    pub api_key: Option<SecretSource>,
    pub allow_load: bool,
    pub rate_limit: RateLimit,
}

/// TLS of a client.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClientTls {
    /// The file with the certificates of the authorities; `None` means those of this machine.
    pub ca: Option<Utf8PathBuf>,
    pub certificate: Option<ClientCertificate>,
    pub server_name: Option<String>,
}

/// The files of a client's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClientCertificate {
    pub cert: Utf8PathBuf,
    pub key: Utf8PathBuf,
}

impl Existing {
    /// Whether load may be offered to it, and workers may poll it.
    pub fn may_be_used(&self) -> bool {
        self.allow_load || self.address.is_loopback()
    }
}
