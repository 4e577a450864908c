//! What the verbs that work on Azure share: the profile's settings, the session, the gate.

use backend::state::Directory;
use base::causes::in_one_line;
use base::hint::{Command, Hint, Verb};
use jiff::Timestamp;
use model::profile::azure::Azure;
use model::profile::{Backend, Profile};
use model::topology::{Topology, WorkerBuilds};
use places::azure::{AzureBackend, Elsewhere, Promoted};
use promotion::{Candidate, Condition, Required};
use scenario::Document;

use super::azure_fault::{self, AzureFault, Scene};
use super::runs_here::RunsHere;
use super::scenarios;
use super::session::{self, AnySession, Loaded, Session, Target};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// A session in Azure.
pub(super) type InAzure = Box<Session<AzureBackend>>;

/// The session of a verb that only reads.
pub(super) async fn look(loaded: Loaded) -> Result<InAzure, CommandError> {
    Ok(in_azure(session::look(&place_of(loaded)?).await?))
}

/// The session of a verb that changes something.
pub(super) async fn own(loaded: Loaded, verb: &str, ui: &mut Ui) -> Result<InAzure, CommandError> {
    Ok(in_azure(session::own(&place_of(loaded)?, verb, ui).await?))
}

/// Injects faults into the built-in Azure of a rehearsal, before the first request to it.
pub(super) fn go_wrong(
    session: &Session<AzureBackend>,
    faults: &[AzureFault],
) -> Result<(), CommandError> {
    let azure = place(&session.profile)?;
    let script = azure_fault::script(faults, &Scene::of(azure, session.profile.name.as_str()));
    session.backend.site.set_faults(script);
    Ok(())
}

/// A note about each other resource group that this folder has promoted the profile to and that may
/// still exist. After a change of `resource-group`, the first group still costs money.
pub(super) async fn elsewhere(target: &Target, session: &Session<AzureBackend>) -> Vec<Hint> {
    match session.backend.places.elsewhere().await {
        Ok(places) => places.iter().map(|it| told(target, it)).collect(),
        Err(error) => vec![Hint::say(format!(
            "could not check whether an earlier promotion to another resource group still exists: \
             {}",
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
            "resource group {group}{of} still exists from an earlier promotion and costs money: "
        ),
        Some(why) => format!(
            "could not check whether resource group {group}{of} of an earlier promotion still \
             exists ({why}): "
        ),
    };
    Hint::say(note)
        .command(Command::named(Verb::Destroy, target.options()))
        .words(" lists its resources, and deletes them with `--yes`")
}

fn in_azure(session: AnySession) -> InAzure {
    match session {
        AnySession::Azure(session) => session,
        _ => unreachable!("the profile's backend was checked to be Azure"),
    }
}

/// The loaded profile, if its backend is Azure.
fn place_of(loaded: Loaded) -> Result<Loaded, CommandError> {
    let target = loaded.target.in_azure()?;
    place(loaded.profile()?)?;
    Ok(loaded.by(target))
}

/// The Azure settings of a profile.
pub(super) fn place(profile: &Profile) -> Result<&Azure, CommandError> {
    match &profile.backend {
        Backend::Azure(azure) => Ok(azure),
        other => {
            let kind = other.kind();
            let message = format!(
                "profile `{}` has backend `{kind}`, and this verb needs backend `azure`",
                profile.name
            );
            Err(CommandError::new(Exit::Usage, message)
                .hint("Name a profile of backend `azure`, such as `-p azure`.")
                .hint(Hint::run(Verb::UpDryRun).words(" to see what `up` would do.")))
        }
    }
}

/// The state of the gate's conditions, by the reports of all profiles in this folder. `workers`
/// are the builds that would be promoted, as far as they are known.
pub(super) fn gate(
    target: &Target,
    profile: &Profile,
    topology: &Topology,
    workers: &WorkerBuilds,
    state: &Directory,
) -> Result<Vec<Condition>, CommandError> {
    let words = profile.promotion.require.iter();
    let required = words.map(|word| required(word)).collect::<Result<_, _>>()?;
    let states = state.path().parent().unwrap_or(state.path());
    let reports = promotion::read(states).map_err(|error| {
        CommandError::new(Exit::Unavailable, error)
            .hint("Check that the state folders are readable.")
    })?;
    let max_age = profile.promotion.max_age;
    let now = Timestamp::now();
    let candidate = Candidate {
        topology: &topology.digest,
        workers,
    };
    let runs_here = RunsHere::of(target, &topology.digest);
    let options = |ran: Option<&str>| runs_here.options(ran);
    Ok(promotion::judge(
        required, &reports, candidate, max_age, now, &options,
    ))
}

fn required(word: &str) -> Result<Required, CommandError> {
    Ok(Required {
        scenario: word.to_owned(),
        name: document(word)?.scenario.name.value,
    })
}

/// A scenario that `promotion.require` names.
pub(super) fn document(word: &str) -> Result<Document, CommandError> {
    let hint = "Correct the scenario, or the profile's `promotion.require`.";
    scenarios::one(word).map_err(|error| error.hint(hint))
}
