//! What would change: the state of Azure and of the cluster, compared with the profile.

use backend::event::Events;
use backend::{Backend as _, Fetch, Provision};
use base::causes::in_one_line;
use base::hint::Hint;
use model::profile::azure::Azure;
use model::topology::Digest;
use places::azure::{self, AzureBackend, PROFILE};
use promotion::{Difference, Group, Outlook, look};
use serde::{Serialize, Serializer};
use tokio_util::sync::CancellationToken;

use crate::error::CommandError;
use crate::verb::session::{Session, Target, backend_error};
use crate::verb::{failure, in_azure};

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::verb) struct Changes {
    pub(super) rehearsal: bool,
    pub(super) signed_in_by: String,
    /// The digest of what was found and of what would be made. It changes when Azure, the cluster
    /// or the profile changes.
    pub(in crate::verb) basis: Digest,
    #[serde(flatten)]
    pub(in crate::verb) outlook: Outlook,
    /// Notes that do not count as changes.
    #[serde(serialize_with = "as_texts")]
    pub(in crate::verb) notes: Vec<Hint>,
    /// The changes in the cluster; `None` if it does not exist yet or could not be read.
    pub(super) objects: Option<Vec<kubernetes::Difference>>,
    /// Why the cluster could not be read.
    pub(in crate::verb) unseen: Option<String>,
    /// Why this profile may not use the resource group.
    #[serde(skip)]
    not_ours: Option<String>,
}

impl Changes {
    /// The problems in Azure that forbid the promotion.
    pub(in crate::verb) fn forbidden(&self) -> Vec<String> {
        let problems = self.outlook.checks.iter().filter_map(|check| {
            let problem = check.problem.as_ref()?;
            Some(format!(
                "{}: {}; {}",
                check.what, problem.reason, problem.remedy
            ))
        });
        problems.chain(self.not_ours.clone()).collect()
    }

    /// Repeats the preflight checks and the comparison with Azure.
    pub(in crate::verb) async fn look_again(
        &mut self,
        target: &Target,
        session: &Session<AzureBackend>,
        cancel: &CancellationToken,
    ) -> Result<(), CommandError> {
        let azure = in_azure::place(&session.profile)?;
        (self.outlook, self.notes) = outlook(target, session, azure, cancel).await?;
        self.not_ours = not_ours(&self.outlook, azure, session.profile.name.as_str());
        self.basis = basis(session, &self.outlook, self.objects.as_deref());
        Ok(())
    }

    /// Why the changes are unknown, in Azure or in the cluster.
    pub(in crate::verb) fn unknown(&self) -> Option<&String> {
        self.outlook.unknown.as_ref().or(self.unseen.as_ref())
    }

    /// Whether the cluster could be read.
    pub(in crate::verb) fn sees_objects(&self) -> bool {
        self.objects.is_some()
    }

    pub(in crate::verb) fn objects(&self) -> &[kubernetes::Difference] {
        self.objects.as_deref().unwrap_or_default()
    }

    /// The number of resources and objects that would change.
    pub(in crate::verb) fn count(&self) -> usize {
        self.outlook.differences.len() + self.objects().len()
    }

    /// The names of what differs between an existing stack and its template.
    pub(in crate::verb) fn drifted(&self) -> Option<String> {
        self.outlook.deployment.as_ref()?;
        let differences = self.outlook.differences.iter();
        let of_template = differences.filter(|it| !it.is_of_group());
        let names: Vec<&str> = of_template.map(Difference::label).collect();
        (!names.is_empty()).then(|| format!("these differ from the template: {}", names.join(", ")))
    }
}

/// Why this profile may not use a resource group, and the remedy.
fn not_ours(outlook: &Outlook, azure: &Azure, profile: &str) -> Option<String> {
    let group = &outlook.resource_group;
    match &outlook.group {
        Group::Absent | Group::Ours => None,
        Group::Foreign(Some(other)) => Some(format!(
            "resource group {group} belongs to profile `{other}`"
        )),
        Group::Foreign(None) => Some(format!(
            "resource group {group} was not created by the harness; if it is meant for this profile, its owner can tag it with `az group update --name {group} --set \
             tags.{PROFILE}={profile}`"
        )),
        Group::Hidden => Some(format!(
            "resource group {group}: these credentials may not read it, so it does not exist or they have no role on it; the owner of the subscription can create it with `az group create \
             --name {group} --location {} --tags {PROFILE}={profile}`, and give these credentials Contributor and User Access Administrator on it",
            azure.region
        )),
    }
}

/// Finds out what would change, unless `cancel` is cancelled.
pub(in crate::verb) async fn changes(
    target: &Target,
    session: &Session<AzureBackend>,
    events: &Events,
    cancel: &CancellationToken,
) -> Result<Changes, CommandError> {
    let asked = cancel.run_until_cancelled(Box::pin(asked(target, session, events, cancel)));
    let interrupted = || Err(failure::interrupted("Run the command again."));
    asked.await.unwrap_or_else(interrupted)
}

async fn asked(
    target: &Target,
    session: &Session<AzureBackend>,
    events: &Events,
    cancel: &CancellationToken,
) -> Result<Changes, CommandError> {
    let azure = in_azure::place(&session.profile)?;
    events.notice("signing in");
    let cloud = session.backend.site.cloud().await.map_err(backend_error)?;
    let rehearsal = cloud.is_rehearsed();
    let signed_in_by = if rehearsal {
        "an identity of its own".to_owned()
    } else {
        cloud.credentials.to_string()
    };
    events.notice("reading the current state and the changes");
    let (outlook, notes) = outlook(target, session, azure, cancel).await?;
    let not_ours = not_ours(&outlook, azure, session.profile.name.as_str());
    let seen = match outlook.group {
        Group::Ours => objects(session, events, cancel).await,
        Group::Absent | Group::Foreign(_) | Group::Hidden => Ok(None),
    };
    let (objects, unseen) = match seen {
        Ok(objects) => (objects, None),
        Err(error) => (None, Some(in_one_line(&error))),
    };
    let basis = basis(session, &outlook, objects.as_deref());
    Ok(Changes {
        rehearsal,
        signed_in_by,
        basis,
        outlook,
        notes,
        objects,
        unseen,
        not_ours,
    })
}

/// The state of Azure, and what would change there.
async fn outlook(
    target: &Target,
    session: &Session<AzureBackend>,
    azure: &Azure,
    cancel: &CancellationToken,
) -> Result<(Outlook, Vec<Hint>), CommandError> {
    let cloud = session.backend.site.cloud().await.map_err(backend_error)?;
    let name = session.profile.name.as_str();
    let looked = look(cloud, azure, &session.topology, name, cancel).await;
    let failed = azure::Error::azure("preview the changes");
    let mut outlook = looked.map_err(|error| backend_error(failed(error).into()))?;
    let options = target.options();
    for check in &mut outlook.checks {
        check.about(&options);
    }
    let notes = std::mem::take(&mut outlook.notes);
    let mut notes: Vec<Hint> = notes.into_iter().map(Hint::say).collect();
    notes.extend(in_azure::elsewhere(target, session).await);
    Ok((outlook, notes))
}

/// Serializes notes as texts.
fn as_texts<S: Serializer>(notes: &[Hint], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(notes.iter().map(Hint::to_string))
}

/// The digest of what was found and of what would be made.
fn basis(
    session: &Session<AzureBackend>,
    outlook: &Outlook,
    objects: Option<&[kubernetes::Difference]>,
) -> Digest {
    Digest::of(&(
        &session.topology.digest,
        &outlook.template,
        &outlook.group,
        &outlook.deployment,
        &outlook.differences,
        &objects,
    ))
}

/// What would change in the cluster; `None` if there is no cluster.
async fn objects(
    session: &Session<AzureBackend>,
    events: &Events,
    cancel: &CancellationToken,
) -> Result<Option<Vec<kubernetes::Difference>>, backend::Error> {
    let provision = Provision {
        fetch: Fetch::Nothing,
        events,
        cancel,
    };
    let (backend, topology) = (&session.backend, &session.topology);
    let prepared = backend.prepare(topology, provision).await?;
    backend.objects.differences(&prepared.parts.groups).await
}
