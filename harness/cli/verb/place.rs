//! On which backend a profile runs, where it leaves that open or the command line says otherwise.
//! Pure: what there is to choose by was loaded, looked up and asked before.

use base::hint::{Hint, Verb};
use base::tool::Environment;
use model::profile::{Backend, Profile};
use model::topology::Run;
use places::azure::Aim;

use super::backend_name::Named;
use super::machine::Machine;
use super::target::Target;
use crate::error::{CommandError, Exit};

/// How many times as fast as Azure the built-in one is, and the variable that says otherwise.
const SPEED: u32 = 60;
const SPEED_VARIABLE: &str = "HARNESS_REHEARSAL_SPEED";

/// A backend, and why it is this one where the profile does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) backend: Backend,
    pub(super) reason: Option<String>,
}

/// Chooses the backend of a profile: the one that the command line names, else the one that the
/// profile names, else the one that the topology is `standing` on. `None` leaves it to what the machine
/// has: [`first_of`].
pub(super) fn choose(
    profile: &Profile,
    named: Option<Named>,
    standing: Option<&str>,
) -> Option<Choice> {
    if let Some(named) = named {
        return Some(Choice {
            backend: named.of(&profile.backend),
            reason: Some("--backend names it".to_owned()),
        });
    }
    if !matches!(profile.backend, Backend::Local { .. }) {
        return Some(Choice {
            backend: profile.backend.clone(),
            reason: None,
        });
    }
    match standing {
        Some("k3d") => Some(as_it_stands(Named::K3d, &profile.backend)),
        Some("process") => Some(as_it_stands(Named::Process, &profile.backend)),
        _ => None,
    }
}

/// Which built-in Azure a rehearsal is on, and why: with a cluster and a database of this machine
/// for those in it, unless the machine has nothing to make them with. What `stands` was made with them,
/// and is not taken down without them.
pub(super) fn rehearsal(speed: u32, machine: &Machine, stands: bool) -> (Aim, String) {
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
    (Aim::Rehearsal { speed, ground }, reason)
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
pub(super) fn here(
    target: &Target,
    profile: &Profile,
    instead: Option<Verb>,
) -> Result<(), CommandError> {
    match (&profile.backend, target.backend) {
        (Backend::Azure(_), None) => Err(in_azure(profile, instead)),
        _ => Ok(()),
    }
}

/// Why a verb that works on this machine has nothing to do with a place in Azure.
fn in_azure(profile: &Profile, instead: Option<Verb>) -> CommandError {
    let name = &profile.name;
    let there = format!(
        "profile `{name}` is a place in Azure, and this verb is for places of this machine"
    );
    let error = CommandError::new(Exit::Usage, there);
    let error = match instead {
        Some(verb) => error.hint(Hint::from(verb).words(" does it there")),
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
pub(super) fn first_of(profile: &Profile, machine: &Machine) -> Choice {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(sets: &[&str], docker: bool, k3d: bool) -> (&'static str, String) {
        let profile = testing::profile::profile("local", sets);
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
}
