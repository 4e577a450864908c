//! What a subscription is like, where nothing goes wrong in it.

use std::collections::BTreeMap;
use std::time::Duration;

/// What a subscription is like.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// Where the client's role counts.
    pub rights: Rights,
    /// How many vCPUs there may be in a region.
    pub regional_cores: i64,
    /// How many of them may be of one family of sizes.
    pub family_cores: i64,
    /// Which sizes of machines the subscription may take.
    pub sizes: Sizes,
    /// Whether the region takes no new customers.
    pub closed: bool,
    /// From when on a role counts that was assigned.
    pub arrival: Arrival,
    /// What an administrator has made beforehand.
    pub prepared: Option<Prepared>,
}

impl Default for Circumstances {
    /// An ordinary subscription that nobody has used yet.
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

/// Where the client's role counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// In the whole subscription.
    Subscription,
    /// In the resource groups that are there; the rest of the subscription may be looked at.
    GroupsAndReading,
    /// In the resource groups that are there, and nothing besides.
    Groups,
}

/// Which sizes of machines a subscription may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// All that the region has.
    All,
    /// Burstable ones only, as it is with some trials.
    Burstable,
}

/// A resource group that an administrator has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The group's name.
    pub group: String,
    /// Its region.
    pub region: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether the administrator has registered the subscription for everything as well.
    pub registered: bool,
}

/// From when on a role counts that was assigned: nobody says how long that takes; half an hour is
/// the longest that Microsoft has named
/// (<https://learn.microsoft.com/en-us/answers/questions/524792/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// After so long.
    After(Duration),
    /// From never on.
    Never,
}

impl Default for Arrival {
    fn default() -> Self {
        Self::After(Duration::ZERO)
    }
}
