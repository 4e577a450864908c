//! The Azure that a command talks to: Microsoft's, or the built-in one.

use std::fmt;
use std::sync::Arc;

use azure::arm::{self, Arm, Clock, Credential, Endpoints, Kind, Options, Recorder, Subscription};
use azure::template::{Caller, CallerKind};
use azure_simulator::{Hooks, Script, Settings, Simulator};
use base::hint::Hint;
use base::tool::Environment;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use camino::Utf8PathBuf;
use serde::Deserialize;
use uuid::Uuid;

/// The Azure to connect to.
#[derive(Debug, Clone)]
pub enum Which {
    /// Microsoft's Azure.
    Azure,
    /// The built-in Azure.
    Rehearsal(Rehearsal),
}

/// The settings of the built-in Azure for a rehearsal.
#[derive(Clone)]
pub struct Rehearsal {
    /// The folder that keeps its state between commands.
    pub folder: Utf8PathBuf,
    /// How many times as fast as Azure it is.
    pub speed: u32,
    /// The faults that it has.
    pub script: Script,
    /// The real resources behind it.
    pub hooks: Arc<dyn Hooks>,
}

impl fmt::Debug for Rehearsal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Rehearsal");
        out.field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Rehearsal {
    /// One without faults and without real resources, sixty times as fast as Azure.
    pub fn new(folder: Utf8PathBuf) -> Self {
        Self {
            folder,
            speed: 60,
            script: Script::default(),
            hooks: Arc::new(azure_simulator::Nothing),
        }
    }
}

/// How to reach an Azure.
#[derive(Debug, Clone)]
pub struct Access {
    pub endpoints: Endpoints,
    /// The environment with the credentials.
    pub environment: Environment,
    /// The clock for waits.
    pub clock: Clock,
    /// Receives each exchange of request and response.
    pub recorder: Option<Recorder>,
}

impl Access {
    /// Access to Microsoft's Azure, with the credentials of an environment.
    pub fn public(environment: Environment) -> Self {
        Self {
            endpoints: Endpoints::public(),
            environment,
            clock: Clock::System,
            recorder: None,
        }
    }

    /// Access to a built-in Azure as its only client. Its credentials replace those of the
    /// environment. `settings` are those that it was started with.
    pub fn built_in(
        simulator: &Simulator,
        settings: &Settings,
        environment: Environment,
    ) -> Result<Self, arm::Error> {
        let environment = environment
            .with("AZURE_TENANT_ID", &settings.tenant)
            .with("AZURE_CLIENT_ID", &settings.client)
            .with("AZURE_CLIENT_SECRET", settings.secret.reveal())
            .with("AZURE_SUBSCRIPTION_ID", &settings.subscription)
            // It has no managed identities.
            .with("AZURE_TOKEN_CREDENTIALS", "");
        Ok(Self {
            endpoints: Endpoints::custom(&simulator.base_url, simulator.ca_pem.as_bytes())?,
            ..Self::public(environment)
        })
    }
}

/// A connection to an Azure, and our identity there.
#[derive(Debug)]
pub struct Cloud {
    pub arm: Arm,
    /// The subscription of the profile.
    pub subscription: Subscription,
    /// The identity of the caller.
    pub caller: Caller,
    /// The kind of credential that was used.
    pub credentials: Kind,
    /// Kept alive as long as the connection.
    rehearsal: Option<Simulator>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Azure, or the credential source, refused.
    #[error(transparent)]
    Arm(#[from] arm::Error),
    /// The built-in Azure did not start.
    #[error("could not start the built-in Azure")]
    Rehearsal(#[from] azure_simulator::Error),
    /// A token without a usable object id.
    #[error("Azure's token does not name its owner")]
    Token,
    /// The credentials can access no subscription.
    #[error("these credentials have access to no subscription")]
    NoSubscription,
    /// The credentials can access several subscriptions, and none is named.
    #[error("these credentials have access to {} subscriptions: {}", .0.len(), .0.join(", "))]
    Subscriptions(Vec<String>),
}

impl Error {
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Arm(error) => error.hints(),
            Self::Rehearsal(azure_simulator::Error::Read { path, source })
                if source.kind() == std::io::ErrorKind::InvalidData =>
            {
                vec![Hint::say(format!(
                    "Remove {path} to start the rehearsal from the beginning."
                ))]
            }
            Self::Rehearsal(_) | Self::Token => Vec::new(),
            Self::NoSubscription => vec![Hint::say(
                "Run `az login`, or give these credentials a role on a subscription.",
            )],
            Self::Subscriptions(_) => {
                let either = "Set `backend.azure.subscription`, or AZURE_SUBSCRIPTION_ID.";
                vec![Hint::say(either)]
            }
        }
    }
}

/// The claims of a token about its owner.
#[derive(Deserialize)]
struct Claims {
    oid: String,
    /// `app` for programs, `user` for people; older tokens have neither.
    idtyp: Option<String>,
}

impl Cloud {
    /// Whether it is the built-in Azure.
    pub fn is_rehearsed(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// Signs in and finds the subscription: the one that the profile or `AZURE_SUBSCRIPTION_ID`
    /// names, or the only one.
    pub async fn connect(
        which: &Which,
        environment: &Environment,
        subscription: Option<&str>,
    ) -> Result<Self, Error> {
        let (access, rehearsal) = match which {
            Which::Azure => (Access::public(environment.clone()), None),
            Which::Rehearsal(rehearsal) => rehearse(rehearsal, environment).await?,
        };
        Ok(Self {
            rehearsal,
            ..Self::sign_in(access, subscription).await?
        })
    }

    /// Does the same with the given access.
    pub async fn sign_in(access: Access, subscription: Option<&str>) -> Result<Self, Error> {
        let Access {
            endpoints,
            environment,
            clock,
            recorder,
        } = access;
        let named = subscription.or(environment.text("AZURE_SUBSCRIPTION_ID"));
        let named = named.map(str::to_owned);
        let credential = Credential::detect(&environment, &endpoints, named.as_deref())?;
        let token = credential.token(&endpoints.management_scope()).await?;
        let caller = caller(token.reveal()).ok_or(Error::Token)?;
        let credentials = credential.kind();
        let arm = Arm::new(Options {
            endpoints,
            credential,
            correlation_id: Uuid::from_bytes(rand::random()).to_string(),
            clock,
            recorder,
        })?;
        let subscription = match named {
            Some(id) => arm.subscription(&id).await?,
            None => only(arm.subscriptions().await?)?,
        };
        Ok(Self {
            arm,
            subscription,
            caller,
            credentials,
            rehearsal: None,
        })
    }
}

/// Starts the built-in Azure. Its credentials replace the user's own.
async fn rehearse(
    rehearsal: &Rehearsal,
    environment: &Environment,
) -> Result<(Access, Option<Simulator>), Error> {
    let settings = Settings {
        hooks: Arc::clone(&rehearsal.hooks),
        ..Settings::invented()
    };
    let options = azure_simulator::Options {
        clock: azure_simulator::Clock::faster(rehearsal.speed),
        settings: settings.clone(),
        script: rehearsal.script.clone(),
        folder: Some(rehearsal.folder.clone()),
        port: None,
    };
    let simulator = Simulator::start(options).await?;
    let access = Access::built_in(&simulator, &settings, environment.clone())?;
    Ok((access, Some(simulator)))
}

fn only(mut all: Vec<Subscription>) -> Result<Subscription, Error> {
    match all.len() {
        0 => Err(Error::NoSubscription),
        1 => Ok(all.remove(0)),
        _ => Err(Error::Subscriptions(
            all.into_iter()
                .map(|it| format!("{} ({})", it.subscription_id, it.display_name))
                .collect(),
        )),
    }
}

/// The owner of a token. The token is not verified here: the service that receives it does that.
fn caller(token: &str) -> Option<Caller> {
    let claims = BASE64_URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1)?)
        .ok()?;
    let Claims { oid, idtyp } = serde_json::from_slice(&claims).ok()?;
    Some(Caller {
        object_id: oid,
        kind: match idtyp.as_deref() {
            Some("app") => CallerKind::ServicePrincipal,
            _ => CallerKind::User,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_owner() {
        let token = |claims: &str| format!("e30.{}.s", BASE64_URL_SAFE_NO_PAD.encode(claims));
        let of = |claims| caller(&token(claims)).map(|caller| (caller.object_id, caller.kind));
        let id = || "1".to_owned();
        assert_eq!(
            of(r#"{"oid":"1","idtyp":"user"}"#),
            Some((id(), CallerKind::User))
        );
        assert_eq!(
            of(r#"{"oid":"1","idtyp":"app"}"#),
            Some((id(), CallerKind::ServicePrincipal))
        );
        assert_eq!(of(r#"{"sub":"1"}"#), None);
        assert_eq!(caller("opaque"), None);
    }
}
