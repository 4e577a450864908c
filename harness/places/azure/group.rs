//! The resource group: made first, removed last, and only ever touched if its tag says that it is
//! this profile's.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use azure::arm::{Group, ResourceGroup};
use backend::Readiness;
use jiff::{SignedDuration, Timestamp};
use model::azure_limits::{find_tag, is_same_tag};
use model::plan::{Observed, ResourceId, State};
use model::quantity::Duration;
use model::topology::Digest;

use super::backend::AzureBackend;
use super::error::Error;
use super::scope::{self, EXPIRES, MADE, PROFILE, TIME_TO_LIVE};

/// How a resource group is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It is not there.
    Absent,
    /// It is this profile's.
    Ours(ResourceGroup),
}

/// The resource group, as a resource.
pub(super) fn id(group: &Group) -> ResourceId {
    ResourceId::new("group", &group.name)
}

/// Its identity: where it is, and that it has these tags, whatever else it has.
pub(super) fn digest(region: &str, tags: &BTreeMap<String, String>) -> Digest {
    Digest::of(&(region.replace(' ', "").to_lowercase(), tags))
}

/// Whether the harness has made a group.
pub(super) fn is_made(group: &ResourceGroup) -> bool {
    find_tag(&group.tags, MADE).is_some()
}

/// When a time that begins now is over.
fn end_of(time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time.as_std()).ok();
    let end = time.and_then(|time| Timestamp::now().checked_add(time).ok());
    end.unwrap_or(Timestamp::MAX)
}

impl AzureBackend {
    /// Looks for the group; one that is somebody else's is an error.
    pub(super) async fn find_group(&self) -> Result<Found, backend::Error> {
        let scope = self.scope().await?;
        let found = match self.cloud().await?.arm.resource_group(&scope.group).await {
            // Whose only role was on the group may not look at what is no longer there.
            Err(error) if error.status() == Some(403) && self.has_removed_group() => Ok(None),
            found => found,
        };
        let found = found.map_err(Error::azure("say whether the resource group is there"))?;
        match found.map(|group| (find_tag(&group.tags, PROFILE).cloned(), group)) {
            None => Ok(Found::Absent),
            Some((Some(profile), group)) if profile == scope.profile() => {
                self.group_stays.store(!is_made(&group), Ordering::Relaxed);
                Ok(Found::Ours(group))
            }
            Some((profile, _)) => Err(Error::Foreign {
                group: scope.group.name,
                profile,
            }
            .into()),
        }
    }

    pub(super) fn observed_group(&self, group: &Group, found: &ResourceGroup) -> Observed {
        Observed {
            id: id(group),
            state: State::Live(digest(&found.location, &self.kept_tags(found))),
            needs: Vec::new(),
        }
    }

    /// Of the tags that are wanted those that a group has, with the values that it has.
    fn kept_tags(&self, found: &ResourceGroup) -> BTreeMap<String, String> {
        let wanted = scope::group_tags(&self.settings.azure, &self.settings.profile);
        let kept = wanted.into_keys().filter_map(|name| {
            let value = find_tag(&found.tags, &name)?.clone();
            Some((name, value))
        });
        kept.collect()
    }

    /// Writes the group's tags, and from when it may be destroyed, which counts from now.
    pub async fn write_group(&self) -> Result<(), backend::Error> {
        let scope = self.scope().await?;
        // Between the look before and this one somebody else may have made it.
        let theirs = match self.find_group().await? {
            Found::Ours(found) => found.tags,
            Found::Absent => BTreeMap::from([(MADE.to_owned(), "group".to_owned())]),
        };
        let azure = &self.settings.azure;
        let mut ours = scope::group_tags(azure, scope.profile());
        if let Some(time) = azure.time_to_live {
            ours.insert(TIME_TO_LIVE.to_owned(), time.to_string());
            ours.insert(EXPIRES.to_owned(), end_of(time).to_string());
        }
        let is_ours = |name: &str| {
            let mut names = ours
                .keys()
                .map(String::as_str)
                .chain([EXPIRES, TIME_TO_LIVE]);
            names.any(|own| is_same_tag(own, name))
        };
        let theirs = theirs.into_iter().filter(|(name, _)| !is_ours(name));
        let mut tags: BTreeMap<String, String> = theirs.collect();
        tags.extend(ours);
        self.remember_place(&scope.group)?;
        let wanted = ResourceGroup {
            id: scope.group.id(),
            location: azure.region.clone(),
            tags,
        };
        let arm = &self.cloud().await?.arm;
        let made = arm.put_resource_group(&scope.group, &wanted).await;
        made.map_err(Error::azure("write the resource group and its tags"))?;
        Ok(())
    }

    /// Removes the group once nothing is in it. One that somebody else made for the profile stays:
    /// who may not make another would have none to promote to.
    pub(super) async fn remove_group(&self) -> Result<(), backend::Error> {
        match self.find_group().await? {
            Found::Ours(found) if is_made(&found) => {}
            Found::Ours(_) | Found::Absent => return Ok(()),
        }
        let scope = self.scope().await?;
        let arm = &self.cloud().await?.arm;
        let failed = || Error::azure("delete the resource group");
        let left = arm.resources(&scope.group).await.map_err(failed())?;
        if !left.is_empty() {
            let foreign = left.iter().map(|left| left.id.to_string()).collect();
            let group = scope.group.name;
            return Err(Error::NotEmpty { group, foreign }.into());
        }
        let begun = arm.delete_resource_group(&scope.group).await;
        self.finish(begun.map_err(failed())?, &id(&scope.group))
            .await
            .map_err(failed())?;
        self.group_removed.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn has_removed_group(&self) -> bool {
        self.group_removed.load(Ordering::Relaxed)
    }

    pub(super) async fn group_ready(&self) -> Readiness {
        match self.find_group().await {
            Ok(Found::Ours(_)) => Readiness::Ready,
            Ok(Found::Absent) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }
}
