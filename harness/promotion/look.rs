//! Looks at what a promotion would do in Azure. The only thing that it creates is a what-if result,
//! which it deletes again.

use std::time::Duration;

use azure::arm::{
    self, Pending, Progress, ResourceGroup, StackSpec, Started, Wait, WhatIf, WhatIfState,
};
use azure::template::Names;
use base::secret::Secret;
use model::azure_limits::find_tag;
use model::profile::azure::Azure;
use model::topology::{Digest, Topology};
use places::azure::{Cloud, Living, OVERRIDE, PROFILE, Scope, Wish};
use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::preflight::{preflight, unregistered};
use super::reading::Reader;
use super::{Check, Difference, differences, immutable, notes, tags};

/// The deadline of a what-if.
const WHAT_IF: Duration = Duration::from_mins(10);

/// What exists, what prevents a promotion, and what would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outlook {
    /// The name of the subscription.
    pub subscription: String,
    /// The name of the resource group.
    pub resource_group: String,
    /// Whether the group exists, and who owns it.
    pub group: Group,
    /// The preflight checks.
    pub checks: Vec<Check>,
    pub differences: Vec<Difference>,
    /// Why other changes are unknown, if they are.
    pub unknown: Option<String>,
    /// Deviations from the profile that a promotion does not change. The view adds others.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// The digest of the template.
    pub template: Digest,
    /// The deployment that created the existing resources.
    pub deployment: Option<String>,
    /// The reason for overriding the gate at the last promotion, if it was overridden.
    pub gate_override: Option<String>,
}

/// The owner of a resource group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// It does not exist.
    Absent,
    /// It belongs to this profile.
    Ours,
    /// It belongs to somebody else: to the named profile, if it has that tag.
    Foreign(Option<String>),
    /// The caller may not read it, so it may exist or not.
    Hidden,
}

/// Runs all checks and asks Azure what would change. `cancel` ends the waits.
pub async fn look(
    cloud: &Cloud,
    azure: &Azure,
    topology: &Topology,
    profile: &str,
    cancel: &CancellationToken,
) -> Result<Outlook, arm::Error> {
    let scope = Scope::of(azure, profile, cloud);
    let (group, found) = group(cloud, &scope, profile).await?;
    let stack = match group {
        Group::Ours => cloud.arm.stack(&scope.group, &scope.names.stack).await?,
        Group::Absent | Group::Foreign(_) | Group::Hidden => None,
    };
    let ours = (group == Group::Ours).then_some(&scope.group);
    let living = match group {
        Group::Ours => Living::look(cloud, &scope).await?,
        Group::Absent | Group::Foreign(_) | Group::Hidden => Living::default(),
    };
    let names = &scope.names;
    let checks = preflight(cloud, azure, topology, names, ours, &living);
    let mut checks = checks.await?;
    let mut spec = scope.stack(Wish::of(azure, topology, Secret::generate()));
    let template = Digest::of(&spec.properties.template);
    let asked = stack.as_ref().map(|stack| &stack.tags);
    let refused = immutable::refused(azure, &spec, &living, asked);
    living.keep_storage(&mut spec);
    let caller = &cloud.caller.object_id;
    let (mut diagnostics, mut deny, mut unknown) = (Vec::new(), None, None);
    // A what-if needs an existing group.
    let mut differences = match group {
        Group::Absent => everything(&spec, caller),
        Group::Ours => match ask(cloud, &scope, &spec, cancel).await {
            Ok(result) => {
                let differences = differences(&result, caller);
                diagnostics = result.diagnostics;
                deny = result.changes.deny_settings_change;
                differences
            }
            Err(error) => {
                unknown = Some(unanswered(&error, !refused.is_empty()).ok_or(error)?);
                Vec::new()
            }
        },
        Group::Foreign(_) | Group::Hidden => Vec::new(),
    };
    let notes = notes::notes(azure, &scope.names, &living, &differences, &diagnostics);
    checks.extend(refused);
    let found = found.filter(|_| group == Group::Ours);
    let of_group = found.and_then(|found| tags::of_group(&found, azure, profile));
    let is_reported = !differences.is_empty() || unknown.is_some();
    let of_stack = stack.as_ref();
    let of_stack =
        of_stack.and_then(|stack| tags::of_stack(stack, &spec, deny.as_ref(), is_reported));
    differences.extend(of_group.into_iter().chain(of_stack));
    Ok(Outlook {
        subscription: cloud.subscription.display_name.clone(),
        resource_group: scope.group.name.clone(),
        group,
        checks,
        differences,
        unknown,
        notes,
        template,
        gate_override: stack
            .as_ref()
            .and_then(|it| find_tag(&it.tags, OVERRIDE).cloned()),
        deployment: stack
            .and_then(|stack| stack.properties.deployment_id)
            .map(|id| id.to_string()),
    })
}

/// Why the changes are unknown, if the plan can be shown nevertheless: a provider is not registered
/// yet, or Azure refuses what a check refuses with a better reason.
fn unanswered(error: &arm::Error, is_refused: bool) -> Option<String> {
    let refusal = || error.detail().map(|fault| format!("unknown: {fault}"));
    unregistered(error).or_else(|| is_refused.then(refusal).flatten())
}

/// The owner of the group, and the group itself if it exists.
async fn group(
    cloud: &Cloud,
    scope: &Scope,
    profile: &str,
) -> Result<(Group, Option<ResourceGroup>), arm::Error> {
    let found = match cloud.arm.resource_group(&scope.group).await {
        Err(error) if error.status() == Some(403) => return Ok((Group::Hidden, None)),
        found => found?,
    };
    let whose = match found.as_ref().map(|group| find_tag(&group.tags, PROFILE)) {
        None => Group::Absent,
        Some(Some(tag)) if tag == profile => Group::Ours,
        Some(tag) => Group::Foreign(tag.cloned()),
    };
    Ok((whose, found))
}

/// Every resource of a template, as a resource that would be created.
fn everything(spec: &StackSpec, caller: &str) -> Vec<Difference> {
    let reader = Reader::new(&[], caller);
    let resources = spec.properties.template["resources"].as_array();
    let made = resources.into_iter().flatten().map(|resource| {
        let text = |key: &str| resource[key].as_str().unwrap_or_default();
        let (kind, name) = (text("type"), text("name"));
        let id = format!("{}/providers/{kind}/{name}", text("scope"));
        Difference {
            reading: reader.read(&id, kind, "create", resource),
            kind: kind.to_owned(),
            name: name.to_owned(),
            act: "create",
            certain: true,
            properties: Vec::new(),
            note: None,
        }
    });
    made.collect()
}

async fn ask(
    cloud: &Cloud,
    scope: &Scope,
    spec: &StackSpec,
    cancel: &CancellationToken,
) -> Result<WhatIfState, arm::Error> {
    let (arm, group) = (&cloud.arm, &scope.group);
    let Names { stack, .. } = &scope.names;
    // A unique name, because another command may ask at the same time.
    let question = format!("{stack}-plan-{:08x}", rand::random::<u32>());
    let asked = async {
        let put = arm.put_what_if(group, &question, stack, spec).await?;
        finish(arm, put, cancel).await?;
        // Only this request returns the changed properties.
        let computed = arm.what_if(group, &question).await?;
        WhatIf::of(finish(arm, computed, cancel).await?)
    };
    let result = asked.await;
    // Azure deletes it after a day, so a failed deletion is no error.
    if let Ok(started) = arm.delete_what_if(group, &question).await {
        let _ = finish(arm, started, cancel).await;
    }
    Ok(result?.properties)
}

async fn finish(
    arm: &arm::Arm,
    started: Started,
    cancel: &CancellationToken,
) -> Result<Value, arm::Error> {
    let wait = Wait {
        cancel,
        deadline: WHAT_IF,
        on_pending: &|_: &Pending| {},
        progress: &|_: &Progress| {},
    };
    arm.finish(started, &wait).await
}
