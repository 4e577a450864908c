//! On which backend a profile runs, where it leaves that open or the command line says otherwise.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::session::{self, Target};
use crate::azure::simulator::Script;
use crate::backend::azure::Aim;
use crate::backend::k3d;
use crate::causes;
use crate::docker::{self, Engine};
use crate::doctor::{self, Found};
use crate::error::{CommandError, Exit};
use crate::profile::{self, Backend, K3d, Profile};
use crate::state::Directory;
use crate::tool::Environment;
use crate::topology::Run;

/// How long a Docker engine may take to answer before this machine counts as one without.
const DOCKER: Duration = Duration::from_secs(2);

/// How many times as fast as Azure the built-in one is, and the variable that says otherwise.
const SPEED: u32 = 60;
const SPEED_VARIABLE: &str = "HARNESS_REHEARSAL_SPEED";

/// A backend by name, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Named {
    /// A local Kubernetes cluster made by k3d, MySQL in a container beside it
    K3d,
    /// Child processes of this machine
    Process,
    /// A model: nothing runs
    Simulated,
}

/// A backend, and why it is this one where the profile does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) backend: Backend,
    pub(super) reason: Option<String>,
}

/// What this machine has for a cluster: what answers, or why nothing does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Machine {
    docker: Result<String, String>,
    k3d: Result<String, String>,
}

impl Named {
    /// As the command line has it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::K3d => "k3d",
            Self::Process => "process",
            Self::Simulated => "simulated",
        }
    }

    /// The one of that name on the command line.
    pub(super) fn by_word(word: &str) -> Option<Self> {
        clap::ValueEnum::from_str(word, false).ok()
    }

    /// The backend of that name, with what the profile says of it and else its defaults.
    pub(super) fn of(self, written: &Backend) -> Backend {
        match (self, written) {
            (Self::K3d, Backend::Local { k3d, .. } | Backend::K3d(k3d)) => {
                Backend::K3d(k3d.clone())
            }
            (Self::K3d, _) => Backend::K3d(K3d::default()),
            (Self::Process, Backend::Local { engine, .. } | Backend::Process { engine }) => {
                Backend::Process {
                    engine: engine.clone(),
                }
            }
            (Self::Process, _) => Backend::Process {
                engine: profile::Engine::default(),
            },
            (Self::Simulated, _) => Backend::Simulated,
        }
    }
}

/// Chooses the backend of a profile: the one that the command line names, else the one that the
/// profile names, else the one that the topology is `standing` on, else the first that this machine
/// can run.
pub(super) async fn choose(
    profile: &Profile,
    named: Option<Named>,
    standing: Option<&str>,
) -> Choice {
    if let Some(named) = named {
        return Choice {
            backend: named.of(&profile.backend),
            reason: Some("--backend names it".to_owned()),
        };
    }
    if !matches!(profile.backend, Backend::Local { .. }) {
        return Choice {
            backend: profile.backend.clone(),
            reason: None,
        };
    }
    match standing {
        Some("k3d") => as_it_stands(Named::K3d, &profile.backend),
        Some("process") => as_it_stands(Named::Process, &profile.backend),
        _ => first_of(profile, &machine(&Environment::of_process()).await),
    }
}

/// Which built-in Azure a rehearsal is on, and why: with a cluster and a database of this machine
/// for those in it, unless the machine has nothing to make them with.
pub(super) async fn rehearsal(state: &Directory) -> Result<(Aim, String), CommandError> {
    let environment = Environment::of_process();
    let speed = speed(&environment)?;
    let machine = machine(&environment).await;
    // What was made with them is not taken down without them.
    let stands = k3d::stands(state);
    let (ground, reason) = match (&machine.docker, &machine.k3d) {
        (Ok(docker), Ok(k3d)) => {
            let reason = format!("a rehearsal; {docker} and {k3d} make its cluster and database");
            (true, reason)
        }
        (Err(why), _) | (_, Err(why)) if stands => (true, format!("a rehearsal; {why}")),
        (Err(why), _) | (_, Err(why)) => {
            let reason = format!("a rehearsal of the Azure part alone: {why}, so nothing can run");
            (false, reason)
        }
    };
    let aim = Aim::Rehearsal {
        speed,
        script: Script::default(),
        ground,
    };
    Ok((aim, reason))
}

/// How many times as fast as Azure the built-in one is.
pub(super) fn speed(environment: &Environment) -> Result<u32, CommandError> {
    let Some(text) = environment.text(SPEED_VARIABLE) else {
        return Ok(SPEED);
    };
    let speed = text.parse().ok().filter(|speed| *speed > 0);
    speed.ok_or_else(|| {
        let wrong = format!("{SPEED_VARIABLE} is `{text}`, which is no whole number from 1 on");
        CommandError::new(Exit::Usage, wrong).hint("1 is as fast as Azure, 60 the default")
    })
}

/// Why a place of this machine is not rehearsed.
pub(super) fn no_rehearsal(profile: &Profile) -> CommandError {
    let here = format!(
        "profile `{}` is a place of this machine, and only one in Azure is rehearsed",
        profile.name
    );
    CommandError::new(Exit::Usage, here).hint("leave `--rehearse` out, or name a place in Azure")
}

/// Refuses a place in Azure for a verb about places of this machine; `instead` does it there.
pub(super) fn here(target: &Target, instead: Option<&str>) -> Result<(), CommandError> {
    // A profile that cannot be read is told of by what comes next.
    let Ok(profile) = session::load(target) else {
        return Ok(());
    };
    match (&profile.backend, target.backend) {
        (Backend::Azure(_), None) => Err(in_azure(&profile, target.rehearse, instead)),
        _ => Ok(()),
    }
}

/// Why a verb that works on this machine has nothing to do with a place in Azure.
fn in_azure(profile: &Profile, rehearse: bool, instead: Option<&str>) -> CommandError {
    let name = &profile.name;
    let there = format!(
        "profile `{name}` is a place in Azure, and this verb is for places of this machine"
    );
    let error = CommandError::new(Exit::Usage, there);
    let error = match instead {
        Some(verb) => {
            let rehearse = if rehearse { " --rehearse" } else { "" };
            error.hint(format!(
                "`harness {verb} -p {name}{rehearse}` does it there"
            ))
        }
        None => error,
    };
    error.hint("add `--backend k3d` or `--backend process` to run the same topology here")
}

fn as_it_stands(named: Named, written: &Backend) -> Choice {
    Choice {
        backend: named.of(written),
        reason: Some("something is up on it".to_owned()),
    }
}

/// The first of k3d and processes that can run the profile on this machine.
fn first_of(profile: &Profile, machine: &Machine) -> Choice {
    let choice = |named: Named, reason: String| Choice {
        backend: named.of(&profile.backend),
        reason: Some(reason),
    };
    if let Run::Command(_) = profile.worker.run {
        let reason = "`worker.run.command` is a program of this machine, and no image";
        return choice(Named::Process, reason.to_owned());
    }
    match (&machine.docker, &machine.k3d) {
        (Ok(docker), Ok(k3d)) => choice(Named::K3d, format!("{docker} and {k3d} are there")),
        (Err(reason), _) | (_, Err(reason)) => choice(Named::Process, reason.clone()),
    }
}

async fn machine(environment: &Environment) -> Machine {
    let (docker, k3d) = tokio::join!(docker(environment), k3d(environment));
    Machine { docker, k3d }
}

async fn docker(environment: &Environment) -> Result<String, String> {
    let asked = async {
        let engine = Engine::connect(environment).await?;
        engine.version().await
    };
    match tokio::time::timeout(DOCKER, asked).await {
        Ok(Ok(version)) => Ok(format!("Docker {version}")),
        Ok(Err(error @ docker::Error::Host { .. })) => Err(error.to_string()),
        Ok(Err(error)) if is_forbidden(&error) => {
            Err("this user may not use the Docker engine".to_owned())
        }
        Ok(Err(_)) | Err(_) => Err("no Docker engine answers".to_owned()),
    }
}

/// Whether it is for want of rights that nothing answers.
fn is_forbidden(error: &docker::Error) -> bool {
    causes::of(error).any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    })
}

async fn k3d(environment: &Environment) -> Result<String, String> {
    match doctor::find_k3d(environment, &CancellationToken::new()).await {
        Found::Works(said) => Ok(said.replace(" version", "")),
        Found::Absent => Err("k3d is not installed".to_owned()),
        Found::Fails(reason) | Found::Unusable { reason, .. } => {
            Err(format!("k3d does not work: {reason}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::tests::load;

    fn chosen(sets: &[&str], docker: bool, k3d: bool) -> (&'static str, String) {
        let profile = load(&[], "local", sets).expect("the profile is right");
        let found = |there: bool, is: &str, is_not: &str| {
            if there {
                Ok(is.to_owned())
            } else {
                Err(is_not.to_owned())
            }
        };
        let machine = Machine {
            docker: found(docker, "Docker 28.2.2", "no Docker engine answers"),
            k3d: found(k3d, "k3d v5.9.0", "k3d is not installed"),
        };
        let Choice { backend, reason } = first_of(&profile, &machine);
        (backend.kind(), reason.expect("a choice has a reason"))
    }

    #[test]
    fn the_first_backend_that_the_machine_can_run_is_chosen_and_the_reason_said() {
        let all = [(true, true), (true, false), (false, true), (false, false)];
        let lines: Vec<String> = all
            .into_iter()
            .map(|(docker, k3d)| {
                let (backend, reason) = chosen(&[], docker, k3d);
                format!("{backend}: {reason}")
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        k3d: Docker 28.2.2 and k3d v5.9.0 are there
        process: k3d is not installed
        process: no Docker engine answers
        process: no Docker engine answers
        ");
    }

    #[test]
    fn a_worker_that_is_a_program_runs_as_a_process_whatever_the_machine_has() {
        let (backend, _) = chosen(&["worker.run={command: [./worker]}"], true, true);
        assert_eq!(backend, "process");
    }

    #[test]
    fn a_named_backend_keeps_what_the_profile_says_of_it() {
        let sets = ["backend={local: {k3d: {agents: 2}}}"];
        let local = load(&[], "local", &sets).expect("the profile is right");
        let Backend::K3d(k3d) = Named::K3d.of(&local.backend) else {
            panic!("it is the one that was named");
        };
        assert_eq!(k3d.agents, 2);
        assert_eq!(
            Named::K3d.of(&Backend::Simulated),
            Backend::K3d(K3d::default())
        );
        assert_eq!(Named::Simulated.of(&local.backend), Backend::Simulated);
    }
}
