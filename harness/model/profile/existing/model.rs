//! An existing cluster as it is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::rate_limit::RateLimit;
use super::scalar::{FrontendAddress, ServerName};
use crate::profile::scalar::{EnvironmentName, FilePath, NamespaceName};

/// A Temporal cluster that exists already, such as a Helm release or Temporal Cloud. The harness
/// starts only workers, as child processes on this machine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Existing {
    /// Address of the frontend: `HOST:PORT`. Required.
    pub address: Option<FrontendAddress>,
    /// Namespace for the load and the workers. The harness does not create it. Default: the first
    /// of `temporal.namespaces`.
    pub namespace: Option<NamespaceName>,
    /// TLS. `{}` means TLS with the public certificate authorities of this machine. Default: no
    /// TLS, or `{}` if there is an API key.
    pub tls: Option<Tls>,
    /// File with the API key. A line break at its end does not belong to it. Default: none.
    #[schemars(with = "Option<FilePath>")]
    pub api_key_file: Option<Spanned<FilePath>>,
    /// Variable in the environment of `harness` with the API key. Default: none.
    #[schemars(with = "Option<EnvironmentName>")]
    pub api_key_variable: Option<Spanned<EnvironmentName>>,
    /// Whether `test` and `bench` may offer load to a cluster whose address is not a loopback
    /// address, and whether workers may poll it. Default: false.
    pub allow_load: Option<bool>,
    /// Maximum number of workflow starts per second, 1 to 1000000, or `unlimited`. Default: 50.
    pub rate_limit: Option<RateLimit>,
}

/// TLS of the connection to the frontend. Paths are relative to the working directory.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "ClientTls")]
pub struct Tls {
    /// PEM file with the certificates of the authorities that may sign the server's certificate.
    /// Default: the public authorities of this machine.
    pub ca: Option<FilePath>,
    /// PEM file with the client's certificate. It needs `key`. Default: none.
    #[schemars(with = "Option<FilePath>")]
    pub cert: Option<Spanned<FilePath>>,
    /// PEM file with the private key of the client's certificate. It needs `cert`. Default: none.
    #[schemars(with = "Option<FilePath>")]
    pub key: Option<Spanned<FilePath>>,
    /// Host name that the server's certificate must have. Default: the host of `address`.
    pub server_name: Option<ServerName>,
}
