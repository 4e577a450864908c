//! What the Azure backend could not do.

use std::io;

use azure::{arm, registry};
use backend::{Blame, namespaces};
use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;
use kubernetes::Entrance;
use model::plan::ResourceId;

use super::cloud;

/// What the Azure backend could not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no way into Azure.
    #[error("{}", unconnected(.0))]
    Cloud(#[from] cloud::Error),
    /// Azure did not do its part.
    #[error("Azure did not {act}")]
    Azure {
        /// What was asked for.
        act: String,
        /// Why not.
        #[source]
        source: arm::Error,
    },
    /// The resource group is somebody else's.
    #[error("resource group `{group}` {}", owner(.profile.as_deref()))]
    Foreign {
        /// The group.
        group: String,
        /// The profile that it says it belongs to.
        profile: Option<String>,
    },
    /// Somebody else is at work on the same stack.
    #[error("another promotion of this profile is under way: the stack `{stack}` is {state}")]
    Busy {
        /// The stack.
        stack: String,
        /// Its state, in Azure's words.
        state: String,
    },
    /// Who promotes may not register providers.
    #[error(
        "the subscription is not registered for {}, and these credentials may not register it",
        .namespaces.join(", ")
    )]
    MayNotRegister {
        /// The providers.
        namespaces: Vec<String>,
    },
    /// A provider does not get registered.
    #[error("provider {namespace} is still {state}")]
    Unregistered {
        /// The provider.
        namespace: String,
        /// Its state, in Azure's words.
        state: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// Docker could not do its part.
    #[error("could not use Docker")]
    Docker(#[from] docker::Error),
    /// Resources of the stack are left.
    #[error("these were not deleted: {}", .remain.join(", "))]
    Remain {
        /// Their ids.
        remain: Vec<String>,
    },
    /// What was cancelled is not over yet.
    #[error("Azure is still at work on {moving}")]
    Moving {
        /// Names of resources.
        moving: String,
    },
    /// The group has what is not ours.
    #[error("resource group `{group}` has what the harness did not make: {}", .foreign.join(", "))]
    NotEmpty {
        /// The group.
        group: String,
        /// The ids of what is in it.
        foreign: Vec<String>,
    },
    /// The stack does not say what is needed of it.
    #[error("the stack gives no output `{output}`")]
    Output {
        /// The output.
        output: &'static str,
    },
    /// The worker's image is not to be had.
    #[error("could not provide the worker's image")]
    Worker(#[from] artifact::Error),
    /// The registry did not take it, or does not answer.
    #[error("could not use the registry")]
    Registry(#[from] registry::Error),
    /// A namespace could not be made.
    #[error(transparent)]
    Namespace(#[from] namespaces::Error),
    /// The frontend cannot be reached.
    #[error("could not reach the frontend")]
    Connect(#[from] connect::Error),
    /// A file of the state folder could not be read or written.
    #[error("could not {act} {path}")]
    File {
        /// What was tried.
        act: &'static str,
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is nothing of that name.
    #[error("`{id}` is not part of this topology")]
    Unknown {
        /// The name.
        id: ResourceId,
    },
    /// The database is not such that it can be restarted.
    #[error("the database cannot be restarted: {reason}")]
    Unfit {
        /// What was seen.
        reason: String,
    },
    /// The topology has no such way in.
    #[error("this topology has no {0}")]
    NoEntrance(Entrance),
    /// The cluster takes too long.
    #[error("the cluster does not answer")]
    SilentCluster,
    /// Nothing is up.
    #[error("there is no cluster")]
    NoCluster,
    /// The command only looks and may not change anything.
    #[error("the state folder is not owned by this command")]
    NotOwner,
}

/// Whether Azure is at work on the stack that something was asked of.
pub(super) fn is_busy(error: &arm::Error) -> bool {
    error.fault().is_some_and(|fault| fault.has_code(arm::BUSY))
}

/// What could not be done on the way into Azure: to sign in is the first step of three, and whoever
/// is told so looks for what is wrong with his credentials.
fn unconnected(error: &cloud::Error) -> &'static str {
    match error {
        cloud::Error::Rehearsal(_) => "could not rehearse",
        cloud::Error::Token | cloud::Error::Arm(arm::Error::Login { .. }) => {
            "could not sign in to Azure"
        }
        cloud::Error::Arm(error) if error.is_throttled() => "Azure limits how often it is asked",
        cloud::Error::Arm(arm::Error::Unreachable { .. } | arm::Error::NoToken { .. }) => {
            "could not reach Azure"
        }
        cloud::Error::Arm(arm::Error::Endpoint { .. } | arm::Error::Client { .. }) => {
            "could not make a client of Azure"
        }
        cloud::Error::Arm(_) | cloud::Error::NoSubscription | cloud::Error::Subscriptions(_) => {
            "could not find the subscription"
        }
    }
}

fn owner(profile: Option<&str>) -> String {
    match profile {
        Some(profile) => format!("belongs to profile `{profile}`"),
        None => "was not made by the harness".to_owned(),
    }
}

impl Error {
    /// Azure did not do that.
    pub fn azure(act: impl Into<String>) -> impl FnOnce(arm::Error) -> Self {
        let act = act.into();
        |source| Self::Azure { act, source }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Foreign { .. } | Self::Busy { .. } | Self::MayNotRegister { .. } => Blame::Leave,
            Self::Cloud(cloud::Error::Arm(error)) | Self::Azure { source: error, .. } => {
                match error {
                    arm::Error::Login { .. } => Blame::Leave,
                    arm::Error::Interrupted { .. } => Blame::Interruption,
                    _ if matches!(error.status(), Some(401 | 403)) => Blame::Leave,
                    // Somebody else was faster.
                    _ if error.fault().is_some_and(|fault| {
                        let codes = [
                            arm::BUSY,
                            "AuthorizationFailed",
                            "LinkedAuthorizationFailed",
                        ];
                        codes.iter().any(|code| fault.has_code(code))
                    }) =>
                    {
                        Blame::Leave
                    }
                    _ => Blame::Place,
                }
            }
            Self::Interrupted => Blame::Interruption,
            _ => Blame::Place,
        }
    }

    /// Whether the same command may succeed later although what it asks for is the same: a closed
    /// region, a size, a quota, a right have to be changed first.
    fn may_pass(&self) -> bool {
        match self {
            Self::Cloud(cloud::Error::Arm(error)) | Self::Azure { source: error, .. } => {
                error.may_pass()
            }
            Self::Registry(error) => error.may_pass(),
            Self::Cloud(cloud::Error::NoSubscription | cloud::Error::Subscriptions(_))
            | Self::Foreign { .. }
            | Self::MayNotRegister { .. }
            | Self::NotEmpty { .. } => false,
            _ => true,
        }
    }

    /// What the user can do.
    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Cloud(error) => error.hints(),
            Self::Azure { source, .. } => source.hints(),
            Self::Registry(error) => error.hints(),
            Self::Docker(error) => error.hints(),
            Self::Unregistered { namespace, .. } => vec![Hint::say(format!(
                "run `az provider show --namespace {namespace}`, and this command again once it \
                 is registered"
            ))],
            Self::MayNotRegister { namespaces } => {
                let commands = namespaces.iter();
                let commands: Vec<String> = commands
                    .map(|it| format!("`az provider register --namespace {it} --wait`"))
                    .collect();
                vec![Hint::say(format!(
                    "whoever is Owner or Contributor of the subscription runs, once: {}",
                    commands.join(", ")
                ))]
            }
            Self::Foreign { group, .. } => vec![Hint::say(format!(
                "choose another `backend.azure.resource-group`; what is in `{group}` is left alone"
            ))],
            Self::Busy { .. } => vec![
                Hint::say("wait until it is over (")
                    .command(Verb::Status)
                    .words(" tells), then run this command again"),
            ],
            Self::Remain { .. } => vec![Hint::say(
                "what Azure says against it is in the activity log of the resource group",
            )],
            Self::Moving { .. } => vec![
                Hint::say("it makes no more than these; ")
                    .command(Verb::Status)
                    .words(" tells how far it is"),
            ],
            Self::NotEmpty { group, .. } => vec![
                Hint::say("everything of the harness is gone; move or delete the rest, then run ")
                    .command(Verb::Destroy)
                    .words(format!(" again, or keep `{group}` for it")),
            ],
            Self::NoCluster => vec![Hint::run(Verb::Promote).words(" first")],
            _ => Vec::new(),
        }
    }
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        let (hints, blame, may_pass) = (error.hints(), error.blame(), error.may_pass());
        let mut whole = backend::Error::new(error);
        whole.hints = hints;
        whole.blame = blame;
        whole.may_pass = may_pass;
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str) -> arm::Error {
        arm::Error::Refused {
            act: "PUT /x".to_owned(),
            status,
            request_id: None,
            fault: Box::new(arm::Fault {
                code: code.to_owned(),
                ..arm::Fault::default()
            }),
        }
    }

    #[test]
    fn running_it_again_is_told_where_time_or_somebody_else_may_change_what_stood_in_the_way() {
        let azure = |status, code| Error::azure("x")(refused(status, code)).may_pass();
        for (status, code, may_pass) in [
            (429, "TooManyRequests", true),
            (409, "AnotherOperationInProgress", true),
            (400, "PrincipalNotFound", true),
            (409, "SomethingNew", true),
            (503, "", true),
            (400, "SomethingNew", false),
            (403, "AuthorizationFailed", false),
            (403, "RequestDisallowedByPolicy", false),
            (409, "RequestDisallowedByAzure", false),
            (409, "SkuNotAvailable", false),
            (409, "QuotaExceeded", false),
            (409, "ScopeLocked", false),
        ] {
            assert_eq!(azure(status, code), may_pass, "{status} {code}");
        }
        let group = || "g".to_owned();
        let foreign = Error::Foreign {
            group: group(),
            profile: None,
        };
        let namespaces = vec!["Microsoft.Network".to_owned()];
        for error in [foreign, Error::MayNotRegister { namespaces }] {
            assert!(!error.may_pass(), "{error}");
        }
        let remain = vec![group()];
        assert!(Error::Remain { remain }.may_pass());
        let firewall = registry::Error::Firewall {
            login_server: "r".to_owned(),
            source: Box::new(refused(403, "DENIED")),
        };
        assert!(!Error::Registry(firewall).may_pass());
    }
}
