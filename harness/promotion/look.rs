//! What a promotion would do in Azure: nothing is made but the question itself, which Azure keeps
//! as a resource and which is taken away again.

use std::time::Duration;

use azure::arm::{
    self, Begun, Pending, Progress, ResourceGroup, StackSpec, Wait, WhatIf, WhatIfState,
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

/// How long Azure may take to compute what would change.
const WHAT_IF: Duration = Duration::from_mins(10);

/// What there is, what stands in the way, and what would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outlook {
    /// The subscription's name.
    pub subscription: String,
    /// The resource group.
    pub resource_group: String,
    /// Whether the group is there, and whose it is.
    pub group: Group,
    /// What was looked at before.
    pub checks: Vec<Check>,
    /// What would change.
    pub differences: Vec<Difference>,
    /// Why it is not known what else would change, if so.
    pub unknown: Option<String>,
    /// What is otherwise than the profile says, and stays so. Whoever shows it has more to tell.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// The identity of the template that it would be made from.
    pub template: Digest,
    /// The deployment that made what is there.
    pub deployment: Option<String>,
    /// Why the gate was passed by when what is there was made, if it was.
    pub gate_override: Option<String>,
}

/// A resource group as it is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// It is not there.
    Absent,
    /// It is this profile's.
    Ours,
    /// It is somebody else's: another profile's, if it says so.
    Foreign(Option<String>),
    /// Whoever asks may not look at it, be it there or not.
    Hidden,
}

/// Looks at all of it. `cancel` ends the waits.
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
    // Azure answers for what is in a group, and it has to be there for that.
    let mut differences = match group {
        Group::Absent => everything(&spec, caller),
        Group::Ours => match ask(cloud, &scope, &spec, cancel).await {
            Ok(told) => {
                let differences = differences(&told, caller);
                diagnostics = told.diagnostics;
                deny = told.changes.deny_settings_change;
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
    let is_told = !differences.is_empty() || unknown.is_some();
    let of_stack = stack.as_ref();
    let of_stack = of_stack.and_then(|stack| tags::of_stack(stack, &spec, deny.as_ref(), is_told));
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

/// Why nobody says what would change, where the promotion need not end with that: nothing is
/// registered yet, or Azure refuses what is refused with a better reason already.
fn unanswered(error: &arm::Error, is_refused: bool) -> Option<String> {
    let refusal = || error.fault().map(|fault| format!("not known: {fault}"));
    unregistered(error).or_else(|| is_refused.then(refusal).flatten())
}

/// Whose the group is, and what it is like, if it is there.
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

/// Every resource of a template, as something that would be made.
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
    // A name of its own: another look at the same time has another question.
    let question = format!("{stack}-plan-{:08x}", rand::random::<u32>());
    let asked = async {
        let put = arm.put_what_if(group, &question, stack, spec).await?;
        finish(arm, put, cancel).await?;
        // With what of each resource would change, which only this has.
        let computed = arm.what_if(group, &question).await?;
        WhatIf::of(finish(arm, computed, cancel).await?)
    };
    let result = asked.await;
    // It would go by itself in a day; that it cannot be taken away now is no reason to fail.
    if let Ok(begun) = arm.delete_what_if(group, &question).await {
        let _ = finish(arm, begun, cancel).await;
    }
    Ok(result?.properties)
}

async fn finish(
    arm: &arm::Arm,
    begun: Begun,
    cancel: &CancellationToken,
) -> Result<Value, arm::Error> {
    let wait = Wait {
        cancel,
        deadline: WHAT_IF,
        begun: &|_: &Pending| {},
        progress: &|_: &Progress| {},
    };
    arm.finish(begun, &wait).await
}
