//! What can be made to go wrong in the built-in Azure, by name: the faults that a promotion meets in
//! practice, and the kinds of subscriptions.

use std::collections::BTreeMap;
use std::time::Duration;

use azure_simulator::{
    Arrival, Circumstances, Fault, Prepared, Refusal, Rights, Script, Sizes, What,
};
use model::profile::azure::Azure;
use places::azure::PROFILE;

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
    /// The nodes' size is refused although it was on the list
    SkuNotAvailable,
    /// Somebody else takes the rest of the region's quota of cores
    QuotaExceeded,
    /// The right to assign roles is missing
    AuthorizationFailed,
    /// The database server is busy
    ServerBusy,
    /// A stack does not get rid of the database
    DeleteFailed,
    /// The region takes no new customers, which Azure says of each resource
    RegionClosed,
    /// The roles count on resource groups that are there, and nothing else may even be looked at
    RightsOnGroup,
    /// The same, but the subscription may be looked at
    ReaderOnSubscription,
    /// Somebody has registered the providers, and made the resource group with the profile's tag
    PreparedGroup,
    /// Somebody has made the resource group with the profile's tag, and registered nothing
    UnregisteredGroup,
    /// No family of sizes has a quota of cores
    NoFamilyQuota,
    /// The region has no quota of cores left
    NoRegionalQuota,
    /// The subscription may have burstable sizes only
    RestrictedSizes,
    /// A role counts four minutes after it was assigned
    LateRole,
    /// A role that was assigned does not count, however long it is waited for
    MissingRole,
}

/// When a late role arrives.
const LATE: Duration = Duration::from_mins(4);

/// What faults are about.
pub(super) struct Scene {
    /// The region.
    region: String,
    /// The size of machines.
    size: String,
    /// What an administrator may have made beforehand.
    prepared: Prepared,
}

impl Scene {
    /// What a profile promotes.
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

    /// What is nobody's in particular.
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

/// The script of all of them.
pub(super) fn script(faults: &[AzureFault], scene: &Scene) -> Script {
    let mut circumstances = Circumstances::default();
    for fault in faults {
        fault.bring(&mut circumstances, scene);
    }
    let faults = faults.iter().filter_map(|fault| fault.fault(scene));
    Script::new(faults.collect()).under(circumstances)
}

impl AzureFault {
    /// What it makes of the subscription.
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

    /// What goes wrong with a request; nothing where the subscription is what is wrong.
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
