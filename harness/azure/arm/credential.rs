//! Who asks: the credentials that are there, and what to do where they do not do.

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

/// The variable by which Azure's clients are told which credentials to take, and the value that
/// means the identity of the machine: only that is heeded, since to find out that a machine has
/// none takes long. <https://aka.ms/azsdk/rust/identity/credential-chains>
const CHOICE: (&str, &str) = ("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");

/// Which credentials these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A service principal with a secret.
    ClientSecret,
    /// A service principal with a token of another issuer, such as Kubernetes or a CI service.
    WorkloadIdentity,
    /// An identity of the machine.
    ManagedIdentity,
    /// Who is logged in to `az` or `azd`.
    DeveloperTools,
}

type Make = dyn Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync;

/// Credentials, which give out tokens and keep them for as long as they count.
#[derive(Clone)]
pub struct Credential {
    kind: Kind,
    make: Arc<Make>,
    current: Arc<RwLock<Arc<dyn TokenCredential>>>,
}

impl Credential {
    /// The credentials that are there: those of the machine if they are asked for, else those of the
    /// environment, else those of `az` and `azd`. A subscription makes `az` log in to its tenant.
    pub fn detect(
        environment: &Environment,
        endpoints: &Endpoints,
        subscription: Option<&str>,
    ) -> Result<Self, Error> {
        Self::detect_with(environment, endpoints, subscription, None)
    }

    /// The same, with what runs `az` and `azd`.
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
                        // An empty one is refused, where none would be looked up again.
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

    /// Credentials of a kind, by what makes them.
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

    /// Which they are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A token for a scope.
    pub async fn token(&self, scope: &str) -> Result<Secret, Error> {
        let token = self.get_token(&[scope], None).await;
        let token = token.map_err(|source| self.kind.failed(source))?;
        Ok(Secret::new(token.token.secret()))
    }

    /// Forgets the tokens that it has: Azure no longer takes them, whatever their dates say.
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
                act: "the request for a token".to_owned(),
                source: Box::new(source),
            };
        }
        if let Some((status, said)) = answered(&source)
            && matches!(status, 408 | 429 | 500..)
        {
            return Error::NoToken { status, said };
        }
        let remedy = match self {
            Self::ClientSecret => {
                "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to those of a \
                 service principal whose secret has not expired"
            }
            Self::WorkloadIdentity => {
                "set AZURE_TENANT_ID and AZURE_CLIENT_ID, and see that AZURE_FEDERATED_TOKEN_FILE \
                 is a token whose issuer and subject the identity trusts"
            }
            Self::ManagedIdentity => {
                "run this on a machine in Azure that has an identity; AZURE_CLIENT_ID names one \
                 of several"
            }
            Self::DeveloperTools => {
                "run `az login` (or `azd auth login`); in CI set AZURE_TENANT_ID, AZURE_CLIENT_ID \
                 and AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE"
            }
        };
        Error::Login {
            with: self.to_string(),
            remedy: remedy.to_owned(),
            source: Box::new(source),
        }
    }
}

/// Whether nobody was reached, so that nothing is wrong with the credentials as far as one knows.
fn unreachable(error: &azure_core::Error) -> bool {
    causes::with(error).any(|cause| {
        let http = cause.downcast_ref::<reqwest::Error>();
        http.is_some_and(|http| http.is_connect() || http.is_timeout())
    })
}

/// What the directory answered, if it did: the HTTP status, and what it says.
fn answered(error: &azure_core::Error) -> Option<(u16, String)> {
    causes::with(error).find_map(|cause| {
        let error = cause.downcast_ref::<azure_core::Error>()?;
        match error.kind() {
            ErrorKind::HttpResponse { status, .. } => Some((u16::from(*status), error.to_string())),
            _ => None,
        }
    })
}
