//! The properties of a subscription that are not faults: rights, quotas, available sizes.

use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The scope at which the client has its role.
    pub rights: Rights,
    /// The vCPU quota of a region.
    pub regional_cores: i64,
    /// The vCPU quota of one VM family in a region.
    pub family_cores: i64,
    /// The VM sizes that the subscription can use.
    pub sizes: Sizes,
    /// Whether the region accepts no new customers.
    pub closed: bool,
    /// When a role assignment takes effect.
    pub arrival: Arrival,
    /// What an administrator has created beforehand.
    pub prepared: Option<Prepared>,
}

impl Default for Circumstances {
    /// A regular subscription that nobody has used yet.
    fn default() -> Self {
        Self {
            rights: Rights::Subscription,
            regional_cores: 100,
            family_cores: 100,
            sizes: Sizes::All,
            closed: false,
            arrival: Arrival::default(),
            prepared: None,
        }
    }
}

/// The scope at which the client has its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// The whole subscription.
    Subscription,
    /// The existing resource groups. The client can read the rest of the subscription.
    GroupsAndReading,
    /// The existing resource groups only. The client can read nothing else.
    Groups,
}

/// The VM sizes that a subscription can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// All sizes of the region.
    All,
    /// Burstable sizes only, as in some trial subscriptions.
    Burstable,
}

/// A resource group that an administrator has created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    pub group: String,
    pub region: String,
    pub tags: BTreeMap<String, String>,
    /// Whether the administrator has also registered all resource providers.
    pub registered: bool,
}

/// When a role assignment takes effect. Microsoft documents no bound. The longest time that it has
/// named is 30 minutes (<https://learn.microsoft.com/en-us/answers/questions/524792/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// After this time.
    After(Duration),
    /// Never.
    Never,
}

impl Default for Arrival {
    fn default() -> Self {
        Self::After(Duration::ZERO)
    }
}
