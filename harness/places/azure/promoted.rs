//! The resource groups that this folder has promoted its profile to. If the profile names another
//! resource group later, the first one continues to run and to cost money.

use std::sync::Arc;

use azure::arm::Group;
use base::causes::in_one_line;
use base::file::{read_json, write_json};
use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::scope::PROFILE;
use super::site::Site;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Promoted {
    pub subscription: String,
    pub resource_group: String,
}

impl Promoted {
    fn of(group: &Group) -> Self {
        Self {
            subscription: group.subscription.clone(),
            resource_group: group.name.clone(),
        }
    }

    /// Whether both are the same place. Azure ignores the case of names.
    fn is(&self, other: &Self) -> bool {
        let (one, its) = (&self.resource_group, &other.resource_group);
        self.shares_subscription(other) && one.eq_ignore_ascii_case(its)
    }

    fn shares_subscription(&self, other: &Self) -> bool {
        self.subscription.eq_ignore_ascii_case(&other.subscription)
    }
}

/// Another place that was promoted to and was not destroyed from this folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    pub place: Promoted,
    /// Whether it is in another subscription than the profile names now.
    pub in_another_subscription: bool,
    /// Why it is unknown whether it still exists, if so.
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

#[derive(Debug)]
pub struct Places {
    site: Arc<Site>,
}

impl Places {
    pub(super) fn of(site: &Arc<Site>) -> Self {
        let site = Arc::clone(site);
        Self { site }
    }

    /// Records that something is about to be created in a group.
    pub(super) fn remember(&self, group: &Group) -> Result<(), Error> {
        let place = Promoted::of(group);
        // An unreadable record was reported by the look before; it does not stop the promotion.
        let mut all = self.read().unwrap_or_default();
        if all.iter().any(|it| it.is(&place)) {
            return Ok(());
        }
        all.push(place);
        self.write(&all)
    }

    /// Forgets the place that the profile names. Call it when nothing of it is left.
    pub async fn forget(&self) -> Result<(), backend::Error> {
        let place = Promoted::of(&self.site.scope().await?.group);
        let before = self.read()?;
        let left: Vec<Promoted> = before.iter().filter(|it| !it.is(&place)).cloned().collect();
        if left != before {
            self.write(&left)?;
        }
        Ok(())
    }

    /// The other places that were promoted to and still exist, as far as this is known.
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
        write_json(&path, &places).map_err(|source| Error::File {
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
    fn the_case_of_subscription_and_group_does_not_matter() {
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
