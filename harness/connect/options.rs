//! The options of a connection: address, namespace, credentials and timeouts.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use temporalio_client::envconfig::{
    ClientConfigProfile, DataSource, LoadClientConfigProfileOptions,
};
use temporalio_client::{ConnectionOptions, GrpcCompression};
use temporalio_common::envconfig::{ClientConfigTLS, load_client_config_profile};

use crate::Error;

/// The default address of a frontend.
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:7233";

/// The default namespace.
pub const DEFAULT_NAMESPACE: &str = "default";

/// The SDK by default waits forever.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Options {
    profile: ClientConfigProfile,
    identity: Option<String>,
    connect_timeout: Duration,
    /// Whether all addresses of a host name are used.
    balances: bool,
}

/// TLS of a connection, with the content of its files.
#[derive(Clone, Default)]
pub struct Tls {
    /// The certificates of the authorities, in PEM; `None` means those of this machine.
    pub authorities: Option<Vec<u8>>,
    /// The client's certificate and its private key, in PEM.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// The name that the server's certificate must have; `None` means the host of the address.
    pub server_name: Option<String>,
}

impl Options {
    /// A frontend at `host:port` without TLS or credentials. Reads neither files nor the
    /// environment.
    pub fn plaintext(address: impl Into<String>) -> Self {
        Self::of(ClientConfigProfile::default()).with_address(address)
    }

    /// Reads Temporal's profile file and then its `TEMPORAL_*` variables: address, namespace, TLS,
    /// API key and metadata.
    ///
    /// # Errors
    /// [`Error::Configuration`] if the file or a variable is malformed, or the chosen profile is
    /// not in the file.
    pub fn from_environment() -> Result<Self, Error> {
        Self::load(LoadClientConfigProfileOptions::default(), None)
    }

    fn load(
        options: LoadClientConfigProfileOptions,
        variables: Option<&HashMap<String, String>>,
    ) -> Result<Self, Error> {
        load_client_config_profile(options, variables)
            .map(Self::of)
            .map_err(|error| Error::Configuration {
                message: error.to_string(),
            })
    }

    fn of(profile: ClientConfigProfile) -> Self {
        Self {
            profile,
            identity: None,
            connect_timeout: CONNECT_TIMEOUT,
            balances: true,
        }
    }

    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        let Tls {
            authorities,
            identity,
            server_name,
        } = tls;
        let (cert, key) = identity.unzip();
        let tls = ClientConfigTLS::builder()
            .disabled(false)
            .maybe_server_ca_cert(authorities.map(DataSource::Data))
            .maybe_client_cert(cert.map(DataSource::Data))
            .maybe_client_key(key.map(DataSource::Data))
            .maybe_server_name(server_name)
            .build();
        self.profile.tls = Some(tls);
        self
    }

    /// Authenticates with an API key. Implies TLS.
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<String>) -> Self {
        self.profile.api_key = Some(key.into());
        self
    }

    /// Uses one address of a host name. A connection that uses all of them does not report why an
    /// address refused it.
    #[must_use]
    pub fn with_one_address(mut self) -> Self {
        self.balances = false;
        self
    }

    /// Replaces the address: `host:port`, or a URL.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<String>) -> Self {
        self.profile.address = Some(address.into());
        self
    }

    #[must_use]
    pub fn with_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.profile.namespace = Some(namespace.into());
        self
    }

    /// Sets the client identity that Temporal shows. The default is `PID@HOST` for a worker, and
    /// empty for other clients.
    #[must_use]
    pub fn with_identity(mut self, identity: impl Into<String>) -> Self {
        self.identity = Some(identity.into());
        self
    }

    /// Sets how long one attempt to connect may take. The default is 5 s.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    pub fn address(&self) -> &str {
        self.profile.address.as_deref().unwrap_or(DEFAULT_ADDRESS)
    }

    pub fn namespace(&self) -> &str {
        self.profile
            .namespace
            .as_deref()
            .unwrap_or(DEFAULT_NAMESPACE)
    }

    /// The API key. A secret: show it nowhere.
    pub fn api_key(&self) -> Option<&str> {
        self.profile.api_key.as_deref()
    }

    /// How long one attempt to connect may take.
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// Converts the options for the SDK. Reads certificate files.
    pub fn resolve(self) -> Result<ConnectionOptions, Error> {
        let address = self.address().to_owned();
        let profile = self.with_address(address);
        let mut options =
            ConnectionOptions::try_from(profile.profile).map_err(|error| Error::Configuration {
                message: error.to_string(),
            })?;
        options.identity = profile.identity.unwrap_or_default();
        options.connect_timeout = Some(profile.connect_timeout);
        // Compression costs more CPU than anything else in the SDK, and bandwidth within one host
        // or cluster is free.
        options.grpc_compression = GrpcCompression::None;
        if !profile.balances {
            options.dns_load_balancing = None;
        }
        Ok(options)
    }
}

/// Leaves out all content.
impl fmt::Debug for Tls {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tls")
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

/// Leaves out credentials.
impl fmt::Debug for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("address", &self.address())
            .field("namespace", &self.namespace())
            .field("identity", &self.identity)
            .field("connect_timeout", &self.connect_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE_FILE: &str = r#"
        [profile.default]
        address = "temporal.internal:7233"
        namespace = "orders"

        [profile.cloud]
        address = "orders.tmprl.example:7233"
        api_key = "secret"
    "#;

    fn load(variables: &[(&str, &str)]) -> Result<Options, Error> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let file = DataSource::Data(PROFILE_FILE.as_bytes().to_vec());
        let options = LoadClientConfigProfileOptions::builder()
            .config_source(file)
            .build();
        Options::load(options, Some(&variables))
    }

    #[test]
    fn plaintext_has_no_tls_and_no_compression_but_a_timeout() {
        let options = Options::plaintext("127.0.0.1:7555")
            .with_identity("worker-0")
            .resolve()
            .expect("valid");

        assert_eq!(options.target.as_str(), "http://127.0.0.1:7555/");
        assert_eq!(options.identity, "worker-0");
        assert_eq!(options.connect_timeout, Some(Duration::from_secs(5)));
        assert_eq!(options.grpc_compression, GrpcCompression::None);
        assert!(options.tls_options.is_none());
    }

    #[test]
    fn the_profile_file_is_used() {
        let options = load(&[]).expect("valid");

        assert_eq!(options.address(), "temporal.internal:7233");
        assert_eq!(options.namespace(), "orders");
    }

    #[test]
    fn a_variable_overrides_the_profile_file_and_a_setter_overrides_both() {
        let options = load(&[("TEMPORAL_ADDRESS", "other:7233")]).expect("valid");
        assert_eq!(options.address(), "other:7233");
        assert_eq!(options.with_address("mine:1").address(), "mine:1");
    }

    #[test]
    fn an_api_key_enables_tls_and_is_not_shown() {
        let options = load(&[("TEMPORAL_PROFILE", "cloud")]).expect("valid");
        assert!(!format!("{options:?}").contains("secret"), "{options:?}");

        let options = options.resolve().expect("valid");
        assert_eq!(
            options.target.as_str(),
            "https://orders.tmprl.example:7233/"
        );
        assert_eq!(options.api_key.as_deref(), Some("secret"));
        assert!(options.tls_options.is_some());
    }

    #[test]
    fn tls_and_an_api_key_are_used_and_not_shown() {
        let tls = Tls {
            authorities: Some(b"secret authority".to_vec()),
            identity: Some((b"secret cert".to_vec(), b"secret key".to_vec())),
            server_name: Some("temporal.internal".to_owned()),
        };
        assert_eq!(
            format!("{tls:?}"),
            "Tls { server_name: Some(\"temporal.internal\"), .. }"
        );
        let options = Options::plaintext("127.0.0.1:7233")
            .with_tls(tls)
            .with_api_key("secret")
            .with_one_address();
        assert!(!format!("{options:?}").contains("secret"), "{options:?}");

        let options = options.resolve().expect("valid");
        assert_eq!(options.target.as_str(), "https://127.0.0.1:7233/");
        assert_eq!(options.api_key.as_deref(), Some("secret"));
        assert!(options.dns_load_balancing.is_none());
        let tls = options.tls_options.expect("it has TLS");
        assert_eq!(tls.domain.as_deref(), Some("temporal.internal"));
        assert_eq!(tls.server_root_ca_cert, Some(b"secret authority".to_vec()));
        let identity = tls.client_tls_options.expect("it has a certificate");
        assert_eq!(identity.client_cert, b"secret cert");
        assert_eq!(identity.client_private_key, b"secret key");
    }

    #[test]
    fn a_missing_certificate_is_a_configuration_error() {
        let error = load(&[("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/nowhere/ca.pem")])
            .expect("read when connecting")
            .resolve()
            .expect_err("no such file");

        assert!(error.to_string().contains("No such file"), "{error}");
    }

    #[test]
    fn an_unknown_profile_is_a_configuration_error() {
        let error = load(&[("TEMPORAL_PROFILE", "nope")]).expect_err("not in the file");

        assert_eq!(
            error.to_string(),
            "invalid Temporal client configuration: Profile 'nope' not found"
        );
    }

    #[test]
    fn the_defaults_are_a_local_frontend() {
        let options = Options::of(ClientConfigProfile::default());

        assert_eq!(options.address(), "127.0.0.1:7233");
        assert_eq!(options.namespace(), "default");
        let options = options.resolve().expect("valid");
        assert_eq!(options.target.as_str(), "http://127.0.0.1:7233/");
    }
}
