//! The faults of the built-in Azure by name: those that promotions meet in practice, and kinds of
//! subscriptions.

use std::collections::BTreeMap;
use std::time::Duration;

use azure_simulator::{
    Arrival, Circumstances, Fault, Prepared, Refusal, Rights, Script, Sizes, What,
};
use model::profile::azure::Azure;
use places::azure::PROFILE;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum AzureFault {
    /// Answer ten requests in a row with 429
    Throttled,
    /// Answer requests for a token with 429
    SignInThrottled,
    /// Another operation is in progress on the cluster
    AnotherOperation,
    /// Azure Resource Manager answers with 503 three times
    ServerError,
    /// The answer to the stack's creation or change is lost
    ConnectionReset,
    /// The answer to the stack's deletion is lost
    DeleteReset,
    /// The creation of the database fails after some time
    OperationFailed,
    /// A new identity is not known yet when a role is assigned to it
    PrincipalNotFound,
    /// The size of the nodes is refused although it was listed as available
    SkuNotAvailable,
    /// Somebody else uses up the region's core quota
    QuotaExceeded,
    /// The permission to assign roles is missing
    AuthorizationFailed,
    /// The database server is busy
    ServerBusy,
    /// The deletion of the stack does not delete the database
    DeleteFailed,
    /// The region accepts no new customers, as Azure reports for each resource
    RegionClosed,
    /// The credentials have roles on existing resource groups only, and may read nothing else
    RightsOnGroup,
    /// The same, but the credentials may read the subscription
    ReaderOnSubscription,
    /// Somebody has registered the providers and created the resource group with the profile's tag
    PreparedGroup,
    /// Somebody has created the resource group with the profile's tag, but registered no provider
    UnregisteredGroup,
    /// No VM family has a core quota
    NoFamilyQuota,
    /// The region has no core quota left
    NoRegionalQuota,
    /// The subscription allows only burstable sizes
    RestrictedSizes,
    /// A role takes effect four minutes after its assignment
    LateRole,
    /// A role never takes effect
    MissingRole,
}

/// When a late role takes effect.
const LATE: Duration = Duration::from_mins(4);

/// The values that the faults refer to.
pub(super) struct Scene {
    /// The region.
    region: String,
    /// The VM size.
    size: String,
    /// The resource group that an administrator may have created before.
    prepared: Prepared,
}

impl Scene {
    /// The values of a profile.
    pub(super) fn of(azure: &Azure, profile: &str) -> Self {
        let first = azure.kubernetes.pools.first();
        Self {
            region: azure.region.clone(),
            size: first.map_or_else(String::new, |pool| pool.vm_size.clone()),
            prepared: Prepared {
                group: azure.resource_group.clone(),
                region: azure.region.clone(),
                tags: [(PROFILE.to_owned(), profile.to_owned())].into(),
                registered: true,
            },
        }
    }

    /// Placeholders, where no profile is involved.
    pub(super) fn any() -> Self {
        let region = "westeurope".to_owned();
        Self {
            size: "Standard_D2s_v5".to_owned(),
            prepared: Prepared {
                group: "prepared".to_owned(),
                region: region.clone(),
                tags: BTreeMap::new(),
                registered: true,
            },
            region,
        }
    }
}

/// The script of these faults.
pub(super) fn script(faults: &[AzureFault], scene: &Scene) -> Script {
    let mut circumstances = Circumstances::default();
    for fault in faults {
        fault.bring(&mut circumstances, scene);
    }
    let faults = faults.iter().filter_map(|fault| fault.fault(scene));
    Script::new(faults.collect()).under(circumstances)
}

impl AzureFault {
    /// Changes the subscription, for a fault of that kind.
    fn bring(self, circumstances: &mut Circumstances, scene: &Scene) {
        match self {
            Self::RegionClosed => circumstances.closed = true,
            Self::RightsOnGroup => circumstances.rights = Rights::Groups,
            Self::ReaderOnSubscription => circumstances.rights = Rights::GroupsAndReading,
            Self::PreparedGroup => circumstances.prepared = Some(scene.prepared.clone()),
            Self::UnregisteredGroup => {
                circumstances.prepared = Some(Prepared {
                    registered: false,
                    ..scene.prepared.clone()
                });
            }
            Self::NoFamilyQuota => circumstances.family_cores = 0,
            Self::NoRegionalQuota => circumstances.regional_cores = 0,
            Self::RestrictedSizes => circumstances.sizes = Sizes::Burstable,
            Self::LateRole => circumstances.arrival = Arrival::After(LATE),
            Self::MissingRole => circumstances.arrival = Arrival::Never,
            _ => {}
        }
    }

    /// The fault of requests; `None` for a fault of the subscription.
    fn fault(self, scene: &Scene) -> Option<Fault> {
        let stack = "/deploymentstacks/";
        Some(match self {
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
                What::sku_not_available(&scene.size, &scene.region),
            )
            .method("PUT"),
            Self::QuotaExceeded => {
                Fault::at("/managedclusters/", What::quota_exceeded(&scene.region)).method("PUT")
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
            Self::RegionClosed
            | Self::RightsOnGroup
            | Self::ReaderOnSubscription
            | Self::PreparedGroup
            | Self::UnregisteredGroup
            | Self::NoFamilyQuota
            | Self::NoRegionalQuota
            | Self::RestrictedSizes
            | Self::LateRole
            | Self::MissingRole => return None,
        })
    }
}
