//! What the verbs about a place in Azure share: the place, the session, the gate.

use backend::state::Directory;
use base::causes::in_one_line;
use base::hint::{Command, Hint, Verb};
use camino::Utf8Path;
use jiff::Timestamp;
use model::profile::azure::Azure;
use model::profile::{Backend, Profile};
use model::topology::{Topology, WorkerBuild};
use places::azure::{AzureBackend, Elsewhere, Promoted};
use promotion::{Candidate, Condition, Required};
use scenario::Document;

use super::azure_fault::{self, AzureFault, Scene};
use super::runs_here::RunsHere;
use super::session::{self, AnySession, Loaded, Session, Target};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// A session in Azure.
pub(super) type InAzure = Box<Session<AzureBackend>>;

/// The session of a verb that only looks.
pub(super) async fn look(loaded: Loaded) -> Result<InAzure, CommandError> {
    Ok(in_azure(session::look(&place_of(loaded)?).await?))
}

/// The session of a verb that changes something.
pub(super) async fn own(loaded: Loaded, verb: &str, ui: &mut Ui) -> Result<InAzure, CommandError> {
    Ok(in_azure(session::own(&place_of(loaded)?, verb, ui).await?))
}

/// Has things go wrong in a rehearsal; before anything is asked of its Azure.
pub(super) fn go_wrong(
    session: &Session<AzureBackend>,
    faults: &[AzureFault],
) -> Result<(), CommandError> {
    let azure = place(&session.profile)?;
    let script = azure_fault::script(faults, &Scene::of(azure, session.profile.name.as_str()));
    session.backend.site.go_wrong(script);
    Ok(())
}

/// What is told of each other place that this folder has promoted the profile to and that may still
/// stand: another `resource-group` makes another place, and the first one goes on being paid for.
pub(super) async fn elsewhere(target: &Target, session: &Session<AzureBackend>) -> Vec<Hint> {
    match session.backend.places.elsewhere().await {
        Ok(places) => places.iter().map(|it| told(target, it)).collect(),
        Err(error) => vec![Hint::say(format!(
            "whether another place that was promoted to before still stands is not known: {}",
            in_one_line(&error)
        ))],
    }
}

fn told(target: &Target, elsewhere: &Elsewhere) -> Hint {
    const GROUP: &str = "backend.azure.resource-group=";
    const SUBSCRIPTION: &str = "backend.azure.subscription=";
    let Elsewhere {
        place,
        in_another_subscription,
        unknown,
    } = elsewhere;
    let Promoted {
        subscription,
        resource_group: group,
    } = place;
    let mut target = target.clone();
    target.set.retain(|set| !set.starts_with(GROUP));
    target.set.push(format!("{GROUP}{group}"));
    let mut of = String::new();
    if *in_another_subscription {
        target.set.retain(|set| !set.starts_with(SUBSCRIPTION));
        target.set.push(format!("{SUBSCRIPTION}{subscription}"));
        of = format!(" of subscription {subscription}");
    }
    let note = match unknown {
        None => format!(
            "resource group {group}{of} still stands with what was promoted to it before, and is \
             paid for: "
        ),
        Some(why) => format!(
            "whether resource group {group}{of}, which was promoted to before, still stands is not \
             known ({why}): "
        ),
    };
    Hint::say(note)
        .command(Command::named(Verb::Destroy, target.options()))
        .words(" shows what is in it, and with `--yes` deletes it")
}

fn in_azure(session: AnySession) -> InAzure {
    match session {
        AnySession::Azure(session) => session,
        _ => unreachable!("the profile was seen to be of a place in Azure"),
    }
}

/// What was loaded, if it is a place in Azure.
fn place_of(loaded: Loaded) -> Result<Loaded, CommandError> {
    let target = loaded.target.in_azure()?;
    place(loaded.profile()?)?;
    Ok(loaded.by(target))
}

/// The place in Azure that a profile names.
pub(super) fn place(profile: &Profile) -> Result<&Azure, CommandError> {
    match &profile.backend {
        Backend::Azure(azure) => Ok(azure),
        other => {
            let kind = other.kind();
            let message = format!(
                "profile `{}` is of backend `{kind}`, and only a place in Azure is promoted to",
                profile.name
            );
            Err(CommandError::new(Exit::Usage, message)
                .hint("name one of backend `azure`, such as `-p azure`")
                .hint(Hint::from(Verb::UpDryRun).words(" says what `up` would do")))
        }
    }
}

/// How what is required stands, by the reports of all profiles of this folder. `worker` is the build
/// that would be promoted, where that is known.
pub(super) fn gate(
    target: &Target,
    profile: &Profile,
    topology: &Topology,
    worker: Option<&WorkerBuild>,
    state: &Directory,
) -> Result<Vec<Condition>, CommandError> {
    let files = profile.promotion.require.iter();
    let required = files.map(|file| required(file)).collect::<Result<_, _>>()?;
    let states = state.path().parent().unwrap_or(state.path());
    let reports = promotion::read(states).map_err(|error| {
        CommandError::new(Exit::Unavailable, error).hint("are the state folders readable?")
    })?;
    let max_age = profile.promotion.max_age;
    let now = Timestamp::now();
    let candidate = Candidate {
        topology: &topology.digest,
        worker,
    };
    let runs_here = RunsHere::of(target, &topology.digest);
    let options = |ran: Option<&str>| runs_here.options(ran);
    Ok(promotion::judge(
        required, &reports, candidate, max_age, now, &options,
    ))
}

fn required(file: &Utf8Path) -> Result<Required, CommandError> {
    Ok(Required {
        file: file.to_owned(),
        name: document(file)?.scenario.name.value,
    })
}

/// A scenario that `promotion.require` names.
pub(super) fn document(file: &Utf8Path) -> Result<Document, CommandError> {
    let invalid = |error: Box<dyn std::error::Error + Send + Sync>| {
        CommandError::new(Exit::Invalid, error).hint("`promotion.require` names it")
    };
    let text = fs_err::read_to_string(file).map_err(|error| invalid(error.into()))?;
    Document::parse(file.as_str(), text).map_err(|error| invalid(error.into()))
}
