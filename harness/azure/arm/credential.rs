//! Credentials: how they are found, and what helps when they are missing or refused.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    Executor, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use base::causes;
use base::secret::Secret;
use base::tool::Environment;

use super::developer_tools::DeveloperTools;
use super::directory::Readable;
use super::{Endpoints, Error};

/// The variable that tells Azure's clients which credentials to use, and the value for the
/// machine's identity. The harness uses the machine's identity only if this variable asks for it,
/// because it takes long to find out that a machine has none.
/// <https://aka.ms/azsdk/rust/identity/credential-chains>
const CHOICE: (&str, &str) = ("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");

/// The kind of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A service principal with a secret.
    ClientSecret,
    /// A service principal with a token from another issuer, such as Kubernetes or a CI service.
    WorkloadIdentity,
    /// The managed identity of the machine.
    ManagedIdentity,
    /// The login of `az` or `azd`.
    DeveloperTools,
}

type Make = dyn Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync;

/// Credentials. They request tokens and cache them while they are valid.
#[derive(Clone)]
pub struct Credential {
    kind: Kind,
    make: Arc<Make>,
    current: Arc<RwLock<Arc<dyn TokenCredential>>>,
}

impl Credential {
    /// Finds credentials: those of the machine if the environment asks for them, else those in the
    /// environment, else those of `az` and `azd`. With a subscription, `az` logs in to its tenant.
    pub fn detect(
        environment: &Environment,
        endpoints: &Endpoints,
        subscription: Option<&str>,
    ) -> Result<Self, Error> {
        Self::detect_with(environment, endpoints, subscription, None)
    }

    /// The same; `executor` runs `az` and `azd`.
    pub(super) fn detect_with(
        environment: &Environment,
        endpoints: &Endpoints,
        subscription: Option<&str>,
        executor: Option<Arc<dyn Executor>>,
    ) -> Result<Self, Error> {
        let variable = |name| environment.text(name).map(str::to_owned);
        let client_options = ClientOptions {
            transport: Some(Transport::new(Arc::new(endpoints.client()?))),
            cloud: Some(Arc::new(endpoints.cloud())),
            per_try_policies: vec![Arc::new(Readable)],
            ..ClientOptions::default()
        };
        let tenant = variable("AZURE_TENANT_ID");
        let client = variable("AZURE_CLIENT_ID");
        let secret = variable("AZURE_CLIENT_SECRET");
        let token_file = variable("AZURE_FEDERATED_TOKEN_FILE");
        let chosen = environment.text(CHOICE.0);
        if chosen.is_some_and(|chosen| chosen.eq_ignore_ascii_case(CHOICE.1)) {
            return Self::new(Kind::ManagedIdentity, move || {
                Ok(ManagedIdentityCredential::new(Some(
                    ManagedIdentityCredentialOptions {
                        user_assigned_id: client.clone().map(UserAssignedId::ClientId),
                        client_options: client_options.clone(),
                    },
                ))?)
            });
        }
        if let Some(secret) = secret {
            let secret = azure_core::credentials::Secret::from(secret);
            return Self::new(Kind::ClientSecret, move || {
                Ok(ClientSecretCredential::new(
                    tenant.as_deref().unwrap_or_default(),
                    client.clone().unwrap_or_default(),
                    secret.clone(),
                    Some(ClientSecretCredentialOptions {
                        client_options: client_options.clone(),
                    }),
                )?)
            });
        }
        if let Some(token_file) = token_file {
            return Self::new(Kind::WorkloadIdentity, move || {
                Ok(WorkloadIdentityCredential::new(Some(
                    WorkloadIdentityCredentialOptions {
                        credential_options: ClientAssertionCredentialOptions {
                            client_options: client_options.clone(),
                        },
                        // An empty id is refused; for `None` the library would read the
                        // environment.
                        client_id: Some(client.clone().unwrap_or_default()),
                        tenant_id: Some(tenant.clone().unwrap_or_default()),
                        token_file_path: Some(token_file.clone().into()),
                    },
                ))?)
            });
        }
        let subscription = subscription.map(str::to_owned);
        Self::new(Kind::DeveloperTools, move || {
            DeveloperTools::find(subscription.clone(), tenant.clone(), executor.clone())
        })
    }

    /// Credentials of a kind. `make` creates them, also when they are renewed.
    pub(super) fn new(
        kind: Kind,
        make: impl Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let current = make().map_err(|source| kind.failed(source))?;
        Ok(Self {
            kind,
            make: Arc::new(make),
            current: Arc::new(RwLock::new(current)),
        })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Requests a token for a scope.
    pub async fn token(&self, scope: &str) -> Result<Secret, Error> {
        let token = self.get_token(&[scope], None).await;
        let token = token.map_err(|source| self.kind.failed(source))?;
        Ok(Secret::new(token.token.secret()))
    }

    /// Drops the cached tokens: Azure refuses them although they have not expired.
    pub(super) fn renew(&self) -> Result<(), Error> {
        let renewed = (self.make)().map_err(|source| self.kind.failed(source))?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }
}

#[async_trait::async_trait]
impl TokenCredential for Credential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let current = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        current.get_token(scopes, options).await
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Credential({:?})", self.kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ClientSecret => "the service principal of AZURE_CLIENT_ID and its secret",
            Self::WorkloadIdentity => "the workload identity of AZURE_FEDERATED_TOKEN_FILE",
            Self::ManagedIdentity => "the managed identity of this machine",
            Self::DeveloperTools => "the login of the Azure CLI (az) or azd",
        })
    }
}

impl Kind {
    pub(super) fn failed(self, source: azure_core::Error) -> Error {
        if unreachable(&source) {
            return Error::Unreachable {
                act: "the token request".to_owned(),
                source: Box::new(source),
            };
        }
        if let Some((status, message)) = answered(&source)
            && matches!(status, 408 | 429 | 500..)
        {
            return Error::NoToken { status, message };
        }
        let remedy = match self {
            Self::ClientSecret => {
                "Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to those of a \
                 service principal whose secret has not expired."
            }
            Self::WorkloadIdentity => {
                "Set AZURE_TENANT_ID and AZURE_CLIENT_ID, and check that AZURE_FEDERATED_TOKEN_FILE \
                 holds a token whose issuer and subject the identity trusts."
            }
            Self::ManagedIdentity => {
                "Run this on a machine in Azure that has a managed identity. If it has several, \
                 set AZURE_CLIENT_ID to one of them."
            }
            Self::DeveloperTools => {
                "Run `az login` or `azd auth login`. In CI, set AZURE_TENANT_ID, AZURE_CLIENT_ID \
                 and AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE."
            }
        };
        Error::Login {
            with: self.to_string(),
            remedy: remedy.to_owned(),
            source: Box::new(source),
        }
    }
}

/// Whether no server was reached, so that the credentials may be right.
fn unreachable(error: &azure_core::Error) -> bool {
    causes::with(error).any(|cause| {
        let http = cause.downcast_ref::<reqwest::Error>();
        http.is_some_and(|http| http.is_connect() || http.is_timeout())
    })
}

/// The HTTP status and the message that the directory answered, if it answered.
fn answered(error: &azure_core::Error) -> Option<(u16, String)> {
    causes::with(error).find_map(|cause| {
        let error = cause.downcast_ref::<azure_core::Error>()?;
        match error.kind() {
            ErrorKind::HttpResponse { status, .. } => Some((u16::from(*status), error.to_string())),
            _ => None,
        }
    })
}
