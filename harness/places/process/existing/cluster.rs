//! The connection to an existing cluster.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use backend::{ClusterSeen, ExistingCluster};
use base::causes::{in_one_line, innermost};
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use model::profile::existing::{ClientTls, Existing};
use temporal::Client;
use tokio::sync::OnceCell;

use super::error::{Cause, Error};
use super::files::{Files, absolute};
use super::refusal::{Refusal, Security};
use crate::process::gateway::Credentials;

/// The variable of Temporal's clients for an API key.
const API_KEY: &str = "TEMPORAL_API_KEY";

/// How long connecting, and each call, may take. The cluster may be far away.
pub(super) const CALL: Duration = Duration::from_secs(10);

/// An existing cluster. The files that its profile names are read once, when they are needed first.
/// All calls share a connection: a new one for each check would cost the cluster a handshake.
#[derive(Debug)]
pub struct Cluster {
    pub(super) settings: Existing,
    root: Utf8PathBuf,
    environment: Environment,
    files: OnceLock<Files>,
    client: OnceCell<Client>,
}

impl Cluster {
    /// The cluster of a profile. Relative paths begin at `root`.
    pub(in crate::process) fn new(
        settings: Existing,
        root: &Utf8Path,
        environment: &Environment,
    ) -> Self {
        Self {
            settings,
            root: root.to_owned(),
            environment: environment.clone(),
            files: OnceLock::new(),
            client: OnceCell::new(),
        }
    }

    pub(in crate::process) fn described(&self) -> ExistingCluster {
        ExistingCluster {
            address: self.settings.address.to_string(),
            namespace: self.settings.namespace.clone(),
            starts_per_second: self.settings.rate_limit.per_second(),
        }
    }

    /// A client of the cluster's namespace.
    pub(in crate::process) async fn client(&self) -> Result<&Client, Error> {
        self.client.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Client, Error> {
        let Files { tls, api_key } = self.files()?.clone();
        let mut options = connect::Options::plaintext(self.settings.address.as_str())
            .with_namespace(&self.settings.namespace)
            .with_connect_timeout(CALL)
            .with_one_address();
        if let Some(tls) = tls {
            options = options.with_tls(tls);
        }
        if let Some(key) = api_key {
            options = options.with_api_key(key.reveal());
        }
        let client = Client::connect(options).await;
        client.map_err(|error| self.not_connected(&error))
    }

    /// Checks that the cluster answers and has the namespace, and returns its version.
    pub(in crate::process) async fn check(&self) -> Result<String, Error> {
        let client = self.client().await?;
        let namespace = &self.settings.namespace;
        let found = client.namespace_retention(namespace, CALL).await;
        if found.map_err(|error| self.refused(&error))?.is_none() {
            return Err(Error::Namespace {
                address: self.settings.address.to_string(),
                namespace: namespace.clone(),
            });
        }
        let version = client.server_version(CALL).await;
        version.map_err(|error| self.refused(&error))
    }

    pub(in crate::process) async fn seen(&self) -> ClusterSeen {
        ClusterSeen {
            cluster: self.described(),
            version: self.check().await.map_err(|error| in_one_line(&error)),
        }
    }

    fn tls_variables(&self) -> BTreeMap<String, String> {
        let tls = self.settings.tls.as_ref();
        tls.map(|tls| variables(tls, &self.root))
            .unwrap_or_default()
    }

    /// The names of the variables with which a worker signs in.
    pub(in crate::process) fn variables(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tls_variables().into_keys().collect();
        names.extend(self.settings.api_key.is_some().then(|| API_KEY.to_owned()));
        names
    }

    /// How a worker reaches the cluster.
    pub(in crate::process) fn credentials(&self) -> Result<Credentials, Error> {
        let files = self.files()?;
        let api_key = self.settings.api_key.as_ref().map(|source| {
            let source = absolute(source, &self.root);
            (API_KEY.to_owned(), source)
        });
        Ok(Credentials {
            address: self.settings.address.to_string(),
            variables: self.tls_variables(),
            borrowed: api_key.into_iter().collect(),
            content: files.digest(),
        })
    }

    fn files(&self) -> Result<&Files, Error> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let files = Files::read(&self.settings, &self.root, &self.environment)?;
        Ok(self.files.get_or_init(|| files))
    }

    /// What the error of a call means.
    pub(super) fn refused(&self, error: &temporal::Error) -> Error {
        Error::Refused {
            refusal: Refusal::of_call(self.settings.address.as_str(), &error.code),
            cause: Cause(error.to_string()),
        }
    }

    fn not_connected(&self, error: &connect::Error) -> Error {
        let address = self.settings.address.as_str();
        let (refusal, cause) = match error.refusal() {
            Some(status) => {
                let code = format!("{:?}", status.code());
                (
                    Refusal::of_call(address, &code),
                    status.message().to_owned(),
                )
            }
            None => (
                Refusal::of(address, &in_one_line(error), self.security()),
                innermost(error),
            ),
        };
        // A server may repeat what it was sent.
        let key = self.files.get().and_then(|files| files.api_key.as_ref());
        let cause = match key {
            Some(key) => key.removed_from(&cause),
            None => cause,
        };
        Error::Refused {
            refusal,
            cause: Cause(cause),
        }
    }

    fn security(&self) -> Security {
        match &self.settings.tls {
            None => Security::Plaintext,
            Some(tls) if tls.certificate.is_none() => Security::Tls,
            Some(_) => Security::MutualTls,
        }
    }
}

/// The variables of Temporal's clients for TLS, with absolute paths.
fn variables(tls: &ClientTls, root: &Utf8Path) -> BTreeMap<String, String> {
    let ClientTls {
        ca,
        certificate,
        server_name,
    } = tls;
    let path = |path: &Utf8PathBuf| root.join(path).into_string();
    let certificate = certificate.as_ref();
    let variables = [
        ("TEMPORAL_TLS", Some("true".to_owned())),
        ("TEMPORAL_TLS_SERVER_CA_CERT_PATH", ca.as_ref().map(path)),
        (
            "TEMPORAL_TLS_CLIENT_CERT_PATH",
            certificate.map(|it| path(&it.cert)),
        ),
        (
            "TEMPORAL_TLS_CLIENT_KEY_PATH",
            certificate.map(|it| path(&it.key)),
        ),
        ("TEMPORAL_TLS_SERVER_NAME", server_name.clone()),
    ];
    let variables = variables.into_iter();
    variables
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
