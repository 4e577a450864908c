//! The resource group: made first, removed last, and only ever touched if its tag says that it is
//! this profile's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azure::arm::{self, ResourceGroup};
use backend::Readiness;
use jiff::{SignedDuration, Timestamp};
use model::azure_limits::{find_tag, is_same_tag};
use model::plan::{Observed, Resource, ResourceId, ResourceKind, State};
use model::quantity::Duration;
use model::topology::Digest;

use super::error::Error;
use super::places::Places;
use super::scope::{self, EXPIRES, MADE, PROFILE, TIME_TO_LIVE};
use super::site::Site;
use super::told::Told;

/// How long it may take to be seen ready once it was made: the making itself is waited for while it
/// is applied.
pub(super) const SEEN: Duration = Duration::from_secs(120);

/// How a resource group is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It is not there.
    Absent,
    /// It is this profile's.
    Ours(ResourceGroup),
}

/// The resource group of a place.
#[derive(Debug)]
pub struct Group {
    site: Arc<Site>,
    places: Places,
    /// Whether this command has deleted it.
    removed: AtomicBool,
}

/// The resource group, as a resource.
pub(super) fn id(group: &arm::Group) -> ResourceId {
    ResourceId::new(ResourceKind::Group, &group.name)
}

/// Whether the harness has made a group.
pub(super) fn is_made(group: &ResourceGroup) -> bool {
    find_tag(&group.tags, MADE).is_some()
}

impl Group {
    pub(super) fn new(site: &Arc<Site>) -> Self {
        Self {
            site: Arc::clone(site),
            places: Places::of(site),
            removed: AtomicBool::new(false),
        }
    }

    /// As it should be.
    pub(super) fn desire(&self, group: &arm::Group) -> Resource {
        Resource {
            id: id(group),
            digest: digest(&self.site.settings.azure.region, &self.tags()),
            needs: Vec::new(),
            ready_timeout: SEEN,
        }
    }

    /// Looks for the group; one that is somebody else's is an error.
    pub(super) async fn find(&self) -> Result<Found, backend::Error> {
        let scope = self.site.scope().await?;
        let found = match self.site.arm().await?.resource_group(&scope.group).await {
            // Whose only role was on the group may not look at what is no longer there.
            Err(error) if error.status() == Some(403) && self.is_removed() => Ok(None),
            found => found,
        };
        let found = found.map_err(Error::azure("say whether the resource group is there"))?;
        match found.map(|group| (find_tag(&group.tags, PROFILE).cloned(), group)) {
            None => Ok(Found::Absent),
            Some((Some(profile), group)) if profile == scope.profile() => Ok(Found::Ours(group)),
            Some((profile, _)) => Err(Error::Foreign {
                group: scope.group.name,
                profile,
            }
            .into()),
        }
    }

    /// As it is.
    pub(super) fn observe(&self, group: &arm::Group, found: &ResourceGroup) -> Observed {
        Observed {
            id: id(group),
            state: State::Live(digest(&found.location, &self.kept_tags(found))),
            needs: Vec::new(),
            stays: !is_made(found),
        }
    }

    fn tags(&self) -> BTreeMap<String, String> {
        scope::group_tags(&self.site.settings.azure, &self.site.settings.profile)
    }

    /// Of the tags that are wanted those that a group has, with the values that it has.
    fn kept_tags(&self, found: &ResourceGroup) -> BTreeMap<String, String> {
        let kept = self.tags().into_keys().filter_map(|name| {
            let value = find_tag(&found.tags, &name)?.clone();
            Some((name, value))
        });
        kept.collect()
    }

    /// Writes the group's tags, and from when it may be destroyed, which counts from now.
    pub async fn make(&self) -> Result<(), backend::Error> {
        let scope = self.site.scope().await?;
        // Between the look before and this one somebody else may have made it.
        let theirs = match self.find().await? {
            Found::Ours(found) => found.tags,
            Found::Absent => BTreeMap::from([(MADE.to_owned(), "group".to_owned())]),
        };
        let azure = &self.site.settings.azure;
        let tags = written(theirs, self.tags(), azure.time_to_live);
        self.places.remember(&scope.group)?;
        let wanted = ResourceGroup {
            id: scope.group.id(),
            location: azure.region.clone(),
            tags,
        };
        let arm = self.site.arm().await?;
        let made = arm.put_resource_group(&scope.group, &wanted).await;
        made.map_err(Error::azure("write the resource group and its tags"))?;
        Ok(())
    }

    /// Removes the group once nothing is in it. One that somebody else made for the profile stays:
    /// who may not make another would have none to promote to.
    pub(super) async fn remove(&self, told: &Told) -> Result<(), backend::Error> {
        match self.find().await? {
            Found::Ours(found) if is_made(&found) => {}
            Found::Ours(_) | Found::Absent => return Ok(()),
        }
        let scope = self.site.scope().await?;
        let arm = self.site.arm().await?;
        let failed = || Error::azure("delete the resource group");
        let left = arm.resources(&scope.group).await.map_err(failed())?;
        if !left.is_empty() {
            let foreign = left.iter().map(|left| left.id.to_string()).collect();
            let group = scope.group.name;
            return Err(Error::NotEmpty { group, foreign }.into());
        }
        let begun = arm.delete_resource_group(&scope.group).await;
        let (begun, id) = (begun.map_err(failed())?, id(&scope.group));
        told.finish(arm, begun, &id).await.map_err(failed())?;
        self.removed.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Relaxed)
    }

    pub(super) async fn ready(&self) -> Readiness {
        match self.find().await {
            Ok(Found::Ours(_)) => Readiness::Ready,
            Ok(Found::Absent) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }
}

/// Its identity: where it is, and that it has these tags, whatever else it has.
fn digest(region: &str, tags: &BTreeMap<String, String>) -> Digest {
    Digest::of(&(region.replace(' ', "").to_lowercase(), tags))
}

/// The tags that a group gets: ours, with the time that it has, and those of others.
fn written(
    mut theirs: BTreeMap<String, String>,
    mut ours: BTreeMap<String, String>,
    time_to_live: Option<Duration>,
) -> BTreeMap<String, String> {
    if let Some(time) = time_to_live {
        ours.insert(TIME_TO_LIVE.to_owned(), time.to_string());
        ours.insert(EXPIRES.to_owned(), end_of(time).to_string());
    }
    theirs.retain(|name, _| {
        let names = ours.keys().map(String::as_str);
        let mut names = names.chain([EXPIRES, TIME_TO_LIVE]);
        !names.any(|own| is_same_tag(own, name))
    });
    theirs.extend(ours);
    theirs
}

/// When a time that begins now is over.
fn end_of(time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time.as_std()).ok();
    let end = time.and_then(|time| Timestamp::now().checked_add(time).ok());
    end.unwrap_or(Timestamp::MAX)
}
