//! Azure as a place: the real one, or the one that is built in.

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

/// Which Azure.
#[derive(Debug, Clone)]
pub enum Which {
    /// Microsoft's.
    Azure,
    /// The built-in one.
    Rehearsal(Rehearsal),
}

/// The built-in Azure, as it is rehearsed with.
#[derive(Clone)]
pub struct Rehearsal {
    /// Where its state is kept from one command to the next.
    pub folder: Utf8PathBuf,
    /// How many times as fast as Azure it is.
    pub speed: u32,
    /// What goes wrong in it.
    pub script: Script,
    /// What is real behind it.
    pub hooks: Arc<dyn Hooks>,
}

impl fmt::Debug for Rehearsal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Rehearsal");
        out.field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Rehearsal {
    /// One in which nothing goes wrong and nothing is real, sixty times as fast as Azure.
    pub fn new(folder: Utf8PathBuf) -> Self {
        Self {
            folder,
            speed: 60,
            script: Script::default(),
            hooks: Arc::new(azure_simulator::Nothing),
        }
    }
}

/// How an Azure is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// Where it is.
    pub endpoints: Endpoints,
    /// What says who we are.
    pub environment: Environment,
    /// What waits are measured in.
    pub clock: Clock,
    /// Who is told of each exchange.
    pub recorder: Option<Recorder>,
}

impl Access {
    /// The way to Microsoft's, with the credentials of an environment.
    pub fn public(environment: Environment) -> Self {
        Self {
            endpoints: Endpoints::public(),
            environment,
            clock: Clock::System,
            recorder: None,
        }
    }

    /// The way to a built-in one as its only client: its credentials take the place of those of the
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
            // It has no identity for machines.
            .with("AZURE_TOKEN_CREDENTIALS", "");
        Ok(Self {
            endpoints: Endpoints::custom(&simulator.base_url, simulator.ca_pem.as_bytes())?,
            ..Self::public(environment)
        })
    }
}

/// An Azure, and who we are there.
#[derive(Debug)]
pub struct Cloud {
    /// Its resource manager.
    pub arm: Arm,
    /// The subscription that is meant.
    pub subscription: Subscription,
    /// Who calls.
    pub caller: Caller,
    /// How it was signed in.
    pub credentials: Kind,
    /// Lives as long as the connection.
    rehearsal: Option<Simulator>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Azure, or what signs in there, says no.
    #[error(transparent)]
    Arm(#[from] arm::Error),
    /// The built-in Azure does not start.
    #[error("the built-in Azure does not start")]
    Rehearsal(#[from] azure_simulator::Error),
    /// A token that does not say whose it is.
    #[error("Azure's token does not say who it is for")]
    Token,
    /// No subscription is to be seen.
    #[error("these credentials reach no subscription")]
    NoSubscription,
    /// Several are, and none is named.
    #[error("these credentials reach {} subscriptions: {}", .0.len(), .0.join(", "))]
    Subscriptions(Vec<String>),
}

impl Error {
    /// What helps.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Arm(error) => error.hints(),
            Self::Rehearsal(azure_simulator::Error::Read { path, source })
                if source.kind() == std::io::ErrorKind::InvalidData =>
            {
                vec![Hint::say(format!(
                    "remove {path} to begin the rehearsal anew"
                ))]
            }
            Self::Rehearsal(_) | Self::Token => Vec::new(),
            Self::NoSubscription => vec![Hint::say(
                "run `az login`, or give these credentials a role on a subscription",
            )],
            Self::Subscriptions(_) => {
                let either = "set `backend.azure.subscription`, or AZURE_SUBSCRIPTION_ID";
                vec![Hint::say(either)]
            }
        }
    }
}

/// What a token says of its holder.
#[derive(Deserialize)]
struct Claims {
    oid: String,
    /// `app` for programs, `user` for people; older tokens have neither.
    idtyp: Option<String>,
}

impl Cloud {
    /// Whether it is the built-in one.
    pub fn is_rehearsed(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// Signs in and finds the subscription: the one that is named, by the profile or by
    /// `AZURE_SUBSCRIPTION_ID`, or the only one there is.
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

    /// The same in an Azure that is reached in a way of its own.
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

/// Starts the built-in Azure, whose credentials take the place of the user's own.
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

/// Who a token is for. It is not verified: whoever takes it does that.
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
    fn a_token_says_who_it_is_for() {
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
