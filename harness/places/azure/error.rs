//! The errors of the Azure backend, with their hints.

use std::io;

use azure::{arm, registry};
use backend::{Blame, namespaces};
use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;
use kubernetes::Entrance;
use model::plan::ResourceId;

use super::cloud;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no connection to Azure.
    #[error("{}", unconnected(.0))]
    Cloud(#[from] cloud::Error),
    /// A request to Azure failed.
    #[error("could not {act} in Azure")]
    Azure {
        /// What was requested, as an infinitive.
        act: String,
        #[source]
        source: arm::Error,
    },
    /// The resource group belongs to another profile, or is not the harness's.
    #[error("resource group `{group}` {}", owner(.profile.as_deref()))]
    Foreign {
        group: String,
        /// The profile that its tag names.
        profile: Option<String>,
    },
    /// Another promotion changes the same stack.
    #[error("another promotion of this profile is running: the stack `{stack}` is {state}")]
    Busy {
        stack: String,
        /// The provisioning state, in Azure's words.
        state: String,
    },
    /// The caller may not register providers.
    #[error(
        "the subscription is not registered for {}, and these credentials may not register it",
        .namespaces.join(", ")
    )]
    MayNotRegister { namespaces: Vec<String> },
    /// A provider did not get registered in time.
    #[error("provider {namespace} is still {state}")]
    Unregistered {
        namespace: String,
        /// The registration state, in Azure's words.
        state: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// Docker failed.
    #[error("could not use Docker")]
    Docker(#[from] docker::Error),
    /// Resources of the stack remain.
    #[error("Azure did not delete: {}", .remain.join(", "))]
    Remain { remain: Vec<String> },
    /// A cancelled operation has not ended yet.
    #[error("Azure is still changing {moving}")]
    Moving {
        /// The names of the resources.
        moving: String,
    },
    /// The group contains resources that the harness did not create.
    #[error("resource group `{group}` has resources that the harness did not create: {}", .foreign.join(", "))]
    NotEmpty {
        group: String,
        /// The ids of these resources.
        foreign: Vec<String>,
    },
    /// The stack lacks an output.
    #[error("the stack has no output `{output}`")]
    Output { output: &'static str },
    /// The worker's image could not be built or found.
    #[error("could not provide the worker's image")]
    Worker(#[from] artifact::Error),
    /// The registry refused a request or did not answer.
    #[error("could not use the registry")]
    Registry(#[from] registry::Error),
    #[error(transparent)]
    Namespace(#[from] namespaces::Error),
    #[error("could not reach the frontend")]
    Connect(#[from] connect::Error),
    /// A file of the state folder could not be read or written.
    #[error("could not {act} {path}")]
    File {
        act: &'static str,
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// The topology has no resource of that name.
    #[error("`{id}` is not part of this topology")]
    Unknown { id: ResourceId },
    /// The database cannot be restarted now.
    #[error("cannot restart the database: {reason}")]
    Unfit { reason: String },
    /// The topology has no such entrance.
    #[error("this topology has no {0}")]
    NoEntrance(Entrance),
    /// The cluster did not answer in time.
    #[error("the cluster does not answer")]
    SilentCluster,
    /// Nothing is promoted.
    #[error("Azure has no cluster for this profile")]
    NoCluster,
    /// The command only looks and may not change anything.
    #[error("this command does not hold the lock of the state folder")]
    NotOwner,
}

/// Whether Azure refused the request because it is changing the stack.
pub(super) fn is_busy(error: &arm::Error) -> bool {
    error
        .detail()
        .is_some_and(|detail| detail.has_code(arm::BUSY))
}

/// The first line of an error on the way to a subscription. Sign-in is only the first of three
/// steps, and the line must not make users check their credentials if another step failed.
fn unconnected(error: &cloud::Error) -> &'static str {
    match error {
        cloud::Error::Rehearsal(_) => "could not rehearse",
        cloud::Error::Token | cloud::Error::Arm(arm::Error::Login { .. }) => {
            "could not sign in to Azure"
        }
        cloud::Error::Arm(error) if error.is_throttled() => "Azure limits the rate of requests",
        cloud::Error::Arm(arm::Error::Unreachable { .. } | arm::Error::NoToken { .. }) => {
            "could not reach Azure"
        }
        cloud::Error::Arm(arm::Error::Endpoint { .. } | arm::Error::Client { .. }) => {
            "could not create a client for Azure"
        }
        cloud::Error::Arm(_) | cloud::Error::NoSubscription | cloud::Error::Subscriptions(_) => {
            "could not find the subscription"
        }
    }
}

fn owner(profile: Option<&str>) -> String {
    match profile {
        Some(profile) => format!("belongs to profile `{profile}`"),
        None => "was not created by the harness".to_owned(),
    }
}

impl Error {
    /// Turns a failed request into an error that says what was requested.
    pub fn azure(act: impl Into<String>) -> impl FnOnce(arm::Error) -> Self {
        let act = act.into();
        |source| Self::Azure { act, source }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Foreign { .. } | Self::Busy { .. } | Self::MayNotRegister { .. } => {
                Blame::Permission
            }
            Self::Cloud(cloud::Error::Arm(error)) | Self::Azure { source: error, .. } => {
                match error {
                    arm::Error::Login { .. } => Blame::Permission,
                    arm::Error::Interrupted { .. } => Blame::Interruption,
                    _ if matches!(error.status(), Some(401 | 403)) => Blame::Permission,
                    // Another command was faster.
                    _ if error.detail().is_some_and(|detail| {
                        let codes = [
                            arm::BUSY,
                            "AuthorizationFailed",
                            "LinkedAuthorizationFailed",
                        ];
                        codes.iter().any(|code| detail.has_code(code))
                    }) =>
                    {
                        Blame::Permission
                    }
                    _ => Blame::Place,
                }
            }
            Self::Interrupted => Blame::Interruption,
            _ => Blame::Place,
        }
    }

    /// Whether the same command may succeed later without a change. A closed region, a size, a
    /// quota or a missing permission needs a change first.
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

    fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Cloud(error) => error.hints(),
            Self::Azure { source, .. } => source.hints(),
            Self::Registry(error) => error.hints(),
            Self::Docker(error) => error.hints(),
            Self::Unregistered { namespace, .. } => vec![Hint::say(format!(
                "Run `az provider show --namespace {namespace}` until it shows the provider as \
                 registered, then run this command again."
            ))],
            Self::MayNotRegister { namespaces } => {
                let commands = namespaces.iter();
                let commands: Vec<String> = commands
                    .map(|it| format!("`az provider register --namespace {it} --wait`"))
                    .collect();
                vec![Hint::say(format!(
                    "Have an Owner or Contributor of the subscription run, once: {}.",
                    commands.join(", ")
                ))]
            }
            Self::Foreign { group, .. } => vec![Hint::say(format!(
                "Set another `backend.azure.resource-group`; the harness does not change `{group}`."
            ))],
            Self::Busy { .. } => vec![
                Hint::say("Wait until it ends (")
                    .command(Verb::Status)
                    .words(" shows this), then run this command again."),
            ],
            Self::Remain { .. } => vec![Hint::say(
                "See the activity log of the resource group for Azure's reason.",
            )],
            Self::Moving { .. } => vec![
                Hint::say("Wait until these end; ")
                    .command(Verb::Status)
                    .words(" shows the progress."),
            ],
            Self::NotEmpty { group, .. } => vec![
                Hint::say("Move or delete these resources (all resources of the harness are deleted), then run ")
                    .command(Verb::Destroy)
                    .words(format!(" again, or keep `{group}` for them.")),
            ],
            Self::NoCluster => vec![Hint::run(Verb::Promote).words(" first.")],
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
            detail: Box::new(arm::ErrorDetail {
                code: code.to_owned(),
                ..arm::ErrorDetail::default()
            }),
        }
    }

    #[test]
    fn an_error_may_pass_if_time_or_another_party_can_remove_its_cause() {
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
