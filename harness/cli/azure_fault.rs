//! What can be made to go wrong in the built-in Azure, by name: the faults that a promotion meets in
//! practice.

use crate::azure::simulator::{Fault, Refusal, Script, What};

/// A thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum AzureFault {
    /// Ten requests in a row are answered with 429
    Throttled,
    /// The directory answers requests for a token with 429
    SignInThrottled,
    /// Another operation is at work on the cluster
    AnotherOperation,
    /// Azure Resource Manager answers with 503 three times
    ServerError,
    /// The answer to the stack's creation or change is lost
    ConnectionReset,
    /// The answer to the stack's deletion is lost
    DeleteReset,
    /// The database's creation fails after a while
    OperationFailed,
    /// A new identity is not known yet when a role is assigned to it
    PrincipalNotFound,
    /// The region has no nodes of the size
    SkuNotAvailable,
    /// The quota of cores does not do
    QuotaExceeded,
    /// The right to assign roles is missing
    AuthorizationFailed,
    /// The database server is busy
    ServerBusy,
    /// A stack does not get rid of the database
    DeleteFailed,
}

/// The script of all of them.
pub(super) fn script(faults: &[AzureFault]) -> Script {
    Script::new(faults.iter().map(|fault| fault.fault()).collect())
}

impl AzureFault {
    fn fault(self) -> Fault {
        let stack = "/deploymentstacks/";
        match self {
            Self::Throttled => {
                Fault::at("/subscriptions/", What::Throttled { retry_after: 1 }).times(10)
            }
            Self::SignInThrottled => {
                Fault::at("/oauth2/v2.0/token$", What::Throttled { retry_after: 0 }).times(10)
            }
            Self::AnotherOperation => {
                Fault::at("/managedclusters/", What::another_operation()).method("PUT")
            }
            Self::ServerError => Fault::at(stack, What::Status(503)).times(3),
            Self::ConnectionReset => Fault::at(stack, What::Reset).method("PUT"),
            Self::DeleteReset => Fault::at(stack, What::Reset).method("DELETE"),
            Self::OperationFailed => Fault::at(
                "/flexibleservers/",
                What::FailsAfter {
                    polls: 2,
                    error: Refusal::conflict(
                        "ServerProvisioningFailed",
                        "The server could not be provisioned.",
                    ),
                },
            )
            .method("PUT"),
            Self::PrincipalNotFound => {
                Fault::at("/roleassignments/", What::principal_not_found()).method("PUT")
            }
            Self::SkuNotAvailable => Fault::at(
                "/managedclusters/",
                What::sku_not_available("Standard_D2s_v5"),
            )
            .method("PUT"),
            Self::QuotaExceeded => {
                Fault::at("/managedclusters/", What::quota_exceeded()).method("PUT")
            }
            Self::AuthorizationFailed => Fault::at(
                "/roleassignments/",
                What::authorization_failed("Microsoft.Authorization/roleAssignments/write"),
            )
            .method("PUT"),
            Self::ServerBusy => Fault::at("/flexibleservers/", What::server_is_busy())
                .method("PUT")
                .after(1),
            Self::DeleteFailed => Fault::at("/flexibleservers/", What::NotDeleted),
        }
    }
}
