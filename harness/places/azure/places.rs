//! Where this folder has promoted its profile to: a profile that names another resource group since
//! leaves the first one standing, and paid for.

use std::sync::Arc;

use azure::arm::Group;
use base::causes::in_one_line;
use base::file::{read_json, write_atomically};
use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::scope::PROFILE;
use super::site::Site;

/// A resource group of a subscription that this folder has promoted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Promoted {
    /// The subscription's id.
    pub subscription: String,
    /// The resource group.
    pub resource_group: String,
}

impl Promoted {
    fn of(group: &Group) -> Self {
        Self {
            subscription: group.subscription.clone(),
            resource_group: group.name.clone(),
        }
    }

    /// Azure takes names in any case.
    fn is(&self, other: &Self) -> bool {
        let (one, its) = (&self.resource_group, &other.resource_group);
        self.shares_subscription(other) && one.eq_ignore_ascii_case(its)
    }

    fn shares_subscription(&self, other: &Self) -> bool {
        self.subscription.eq_ignore_ascii_case(&other.subscription)
    }
}

/// A place that was promoted to before, and was not destroyed since from this folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The place.
    pub place: Promoted,
    /// Whether it is in another subscription than the profile names now.
    pub in_another_subscription: bool,
    /// Why it is not known whether it still stands, if so.
    pub unknown: Option<String>,
}

impl Elsewhere {
    fn seen_from(here: &Promoted, place: Promoted, unknown: Option<String>) -> Self {
        Self {
            in_another_subscription: !place.shares_subscription(here),
            place,
            unknown,
        }
    }
}

/// The record of the places that this folder has promoted its profile to.
#[derive(Debug)]
pub struct Places {
    site: Arc<Site>,
}

impl Places {
    pub(super) fn of(site: &Arc<Site>) -> Self {
        let site = Arc::clone(site);
        Self { site }
    }

    /// Remembers that something is about to be made in a group.
    pub(super) fn remember(&self, group: &Group) -> Result<(), Error> {
        let place = Promoted::of(group);
        // A record that cannot be read was told of by what looked; it holds no promotion up.
        let mut all = self.read().unwrap_or_default();
        if all.iter().any(|it| it.is(&place)) {
            return Ok(());
        }
        all.push(place);
        self.write(&all)
    }

    /// Forgets the place that the profile names, once nothing of it is left.
    pub async fn forget(&self) -> Result<(), backend::Error> {
        let place = Promoted::of(&self.site.scope().await?.group);
        let before = self.read()?;
        let left: Vec<Promoted> = before.iter().filter(|it| !it.is(&place)).cloned().collect();
        if left != before {
            self.write(&left)?;
        }
        Ok(())
    }

    /// The other places that were promoted to and still stand, as far as that is known.
    pub async fn elsewhere(&self) -> Result<Vec<Elsewhere>, backend::Error> {
        let here = Promoted::of(&self.site.scope().await?.group);
        let (arm, profile) = (self.site.arm().await?, &self.site.settings.profile);
        let mut standing = Vec::new();
        for place in self.read()?.into_iter().filter(|it| !it.is(&here)) {
            let group = Group::new(&place.subscription, &place.resource_group);
            let unknown = match arm.resource_group(&group).await {
                Ok(Some(found)) if found.tags.get(PROFILE) == Some(profile) => None,
                Ok(_) => continue,
                Err(error) => Some(in_one_line(&error)),
            };
            standing.push(Elsewhere::seen_from(&here, place, unknown));
        }
        Ok(standing)
    }

    fn path(&self) -> Utf8PathBuf {
        self.site.state.path().join("places.json")
    }

    fn read(&self) -> Result<Vec<Promoted>, Error> {
        let path = self.path();
        let places = read_json(&path).map_err(|source| Error::File {
            act: "read",
            path,
            source,
        })?;
        Ok(places.unwrap_or_default())
    }

    fn write(&self, places: &[Promoted]) -> Result<(), Error> {
        let path = self.path();
        let text = serde_json::to_vec_pretty(places).expect("names become JSON");
        write_atomically(&path, &text).map_err(|source| Error::File {
            act: "write",
            path,
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promoted(subscription: &str, group: &str) -> Promoted {
        Promoted {
            subscription: subscription.to_owned(),
            resource_group: group.to_owned(),
        }
    }

    #[test]
    fn the_case_of_a_subscription_or_a_group_makes_no_other_place() {
        let here = promoted("0a1b-c2d3", "orders");
        assert!(here.is(&promoted("0A1B-C2D3", "Orders")));
        assert!(!here.is(&promoted("0a1b-c2d3", "orders-2")));
        assert!(!here.is(&promoted("ffff-c2d3", "orders")));
        let in_another = |subscription: &str| {
            let place = promoted(subscription, "orders-2");
            Elsewhere::seen_from(&here, place, None).in_another_subscription
        };
        assert!(!in_another("0A1B-C2D3"));
        assert!(in_another("ffff-c2d3"));
    }
}
