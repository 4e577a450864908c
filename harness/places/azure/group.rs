//! The resource group. It is created first and removed last. The harness changes it only if its tag
//! names this profile.

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
use super::promoted::Places;
use super::reporter::Reporter;
use super::scope::{self, EXPIRES, MADE, PROFILE, TIME_TO_LIVE};
use super::site::Site;

/// How long the group may take to be visible after it was created. `apply` waits for the creation
/// itself.
pub(super) const SEEN: Duration = Duration::from_secs(120);

/// The result of looking for a resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Absent,
    /// It belongs to this profile.
    Ours(ResourceGroup),
}

#[derive(Debug)]
pub struct Group {
    site: Arc<Site>,
    places: Places,
    /// Whether this command has deleted it.
    removed: AtomicBool,
}

/// The resource id of the group.
pub(super) fn id(group: &arm::Group) -> ResourceId {
    ResourceId::new(ResourceKind::Group, &group.name)
}

/// Whether the harness created the group.
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

    pub(super) fn desire(&self, group: &arm::Group) -> Resource {
        Resource {
            id: id(group),
            digest: digest(&self.site.settings.azure.region, &self.tags()),
            needs: Vec::new(),
            ready_timeout: SEEN,
        }
    }

    /// Looks for the group. A group that belongs to somebody else is an error.
    pub(super) async fn find(&self) -> Result<Found, backend::Error> {
        let scope = self.site.scope().await?;
        let found = match self.site.arm().await?.resource_group(&scope.group).await {
            // A caller whose only role was on the group may not look it up after it was deleted.
            Err(error) if error.status() == Some(403) && self.is_removed() => Ok(None),
            found => found,
        };
        let found = found.map_err(Error::azure("look up the resource group"))?;
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

    /// The wanted tags that the group has, with the values that it has.
    fn kept_tags(&self, found: &ResourceGroup) -> BTreeMap<String, String> {
        let kept = self.tags().into_keys().filter_map(|name| {
            let value = find_tag(&found.tags, &name)?.clone();
            Some((name, value))
        });
        kept.collect()
    }

    /// Writes the group's tags, and its expiry, which counts from now.
    pub async fn make(&self) -> Result<(), backend::Error> {
        let scope = self.site.scope().await?;
        // Somebody else may have created the group since the last look.
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

    /// Removes the group once it is empty. A group that somebody else created for the profile
    /// stays, since its users may not be allowed to create another one.
    pub(super) async fn remove(&self, reporter: &Reporter) -> Result<(), backend::Error> {
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
        reporter.finish(arm, begun, &id).await.map_err(failed())?;
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

/// The digest of the group: its region and the wanted tags. Other tags do not count.
fn digest(region: &str, tags: &BTreeMap<String, String>) -> Digest {
    Digest::of(&(region.replace(' ', "").to_lowercase(), tags))
}

/// The tags to write: ours with the expiry, and those of others.
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

/// The moment when a time that begins now ends.
fn end_of(time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time.as_std()).ok();
    let end = time.and_then(|time| Timestamp::now().checked_add(time).ok());
    end.unwrap_or(Timestamp::MAX)
}
