//! `harness render`.

use base::hint::{Hint, Verb};
use kubernetes::Group;
use model::plan::ResourceId;
use model::profile::{Backend, Profile};
use model::topology::Digest;
use places::{azure, k3d};
use serde::Serialize;
use serde_json::Value;

use super::VerbResult;
use super::session::{self, Target};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Print the Kubernetes objects of a profile as YAML
///
/// For a profile in Azure, prints the ARM template first. Needs no cluster, no Docker, no account
/// and no network. Hides secrets, and prints values that only a machine or Azure can know, such as
/// the worker's image, in angle brackets.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness render -p k3d
  harness render -p k3d --output json
  harness render -p azure
  harness render -p k3d --validate   against the API server of the running cluster")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Let the API server of the profile's cluster validate every object, without storing it
    #[arg(long)]
    validate: bool,
}

/// What `render --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Rendered {
    profile: String,
    topology: Digest,
    /// The ARM template, for a profile in Azure.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Value>,
    groups: Vec<Row>,
}

/// Objects that are applied and deleted together.
#[derive(Debug, Serialize)]
struct Row {
    id: ResourceId,
    needs: Vec<ResourceId>,
    objects: Vec<Value>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let Args { target, validate } = args;
    let loaded = session::load(&target);
    let profile = loaded.profile()?;
    let backend = match target.backend {
        Some(named) => named.of(&profile.backend),
        None => profile.backend.clone(),
    };
    let topology = profile.topology();
    let name = profile.name.as_str();
    let (template, groups) = match &backend {
        // A profile that leaves the backend open gets the objects of the k3d backend.
        Backend::K3d(_) | Backend::Local { .. } => (None, k3d::objects(name, &topology)),
        Backend::Azure(azure) => {
            let (template, groups) = azure::rendered(name, azure, &topology);
            (Some(template), groups)
        }
        Backend::Process { .. } => return Err(nothing(name, "processes")),
        Backend::Simulated => return Err(nothing(name, "a model")),
        Backend::Existing(_) => return Err(nothing(name, "only workers, as processes,")),
    };
    if validate {
        check(&target, profile, &groups).await?;
        let objects: usize = groups.iter().map(|group| group.objects.len()).sum();
        ui.say(format!("✓ the API server accepts all {objects} objects"));
    }
    if let Some(template) = &template {
        // JSON is also YAML, and Azure takes the template as JSON.
        let text = serde_json::to_string_pretty(template).expect("JSON becomes text");
        ui.text(format!("---\n{text}"));
    }
    let yaml: String = groups.iter().map(Group::to_yaml).collect();
    ui.text(yaml.trim_end());
    ui.json(&Rendered {
        profile: profile.name.to_string(),
        topology: topology.digest,
        template,
        groups: groups.iter().map(row).collect(),
    });
    Ok(Exit::Ok)
}

fn nothing(profile: &str, runs: &str) -> CommandError {
    let none = format!("profile `{profile}` runs {runs} and has no Kubernetes objects");
    CommandError::new(Exit::Invalid, none)
        .hint("Name a profile of backend `k3d`, or add `--backend k3d`.")
}

fn row(group: &Group) -> Row {
    Row {
        id: group.id.clone(),
        needs: group.needs.clone(),
        objects: group.documents(),
    }
}

/// Validates the objects with the API server of the profile's running cluster.
async fn check(target: &Target, profile: &Profile, groups: &[Group]) -> Result<(), CommandError> {
    let state = session::state_of(target, profile)?;
    let cluster = k3d::connect(&state).await.map_err(|error| {
        session::backend_error(error).hint(Hint::run(Verb::Up).words(" first."))
    })?;
    let complaints = cluster.validate(groups).await;
    let complaints = complaints.map_err(session::backend_error)?;
    if complaints.is_empty() {
        return Ok(());
    }
    let refused = format!("the API server rejects: {}", complaints.join("; "));
    Err(CommandError::new(Exit::Internal, refused))
}
