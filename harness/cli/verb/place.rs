//! Chooses the backend of a profile, from the profile, the command line and the machine. Pure: its
//! inputs were gathered before.

use base::hint::{Hint, Verb};
use base::tool::Environment;
use model::profile::{Backend, Profile, Worker};
use model::topology::Run;
use places::azure::Aim;

use super::backend_name::Named;
use super::machine::Machine;
use super::target::Target;
use crate::error::{CommandError, Exit};

/// The default speed of the built-in Azure relative to Azure, and the variable that overrides it.
const SPEED: u32 = 60;
const SPEED_VARIABLE: &str = "HARNESS_REHEARSAL_SPEED";

/// A backend, and the reason for it where the profile does not name one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) backend: Backend,
    pub(super) reason: Option<String>,
}

/// The backend that the command line names, else the profile's, else the one that the topology is
/// `standing` on. With `None`, [`first_of`] decides by what the machine has.
pub(super) fn choose(
    profile: &Profile,
    named: Option<Named>,
    standing: Option<&str>,
) -> Option<Choice> {
    if let Some(named) = named {
        return Some(Choice {
            backend: named.of(&profile.backend),
            reason: Some("chosen by --backend".to_owned()),
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
        Some("simulated") => Some(as_it_stands(Named::Simulated, &profile.backend)),
        _ => None,
    }
}

/// The built-in Azure of a rehearsal, and the reason. k3d and Docker stand in for its cluster and
/// database if the machine has them. A rehearsal that already `stands` keeps them, since it cannot
/// be taken down without them.
pub(super) fn rehearsal(speed: u32, machine: &Machine, stands: bool) -> (Aim, String) {
    let (stand_in, reason) = match (&machine.docker, &machine.k3d) {
        (Ok(docker), Ok(k3d)) => {
            let reason = format!("a rehearsal; {docker} and {k3d} run its cluster and database");
            (true, reason)
        }
        (Err(why), _) | (_, Err(why)) if stands => (true, format!("a rehearsal; {why}")),
        (Err(why), _) | (_, Err(why)) => {
            let reason = format!(
                "a rehearsal of the Azure resources only: {why}, so no workload \
                                  can run"
            );
            (false, reason)
        }
    };
    (Aim::Rehearsal { speed, stand_in }, reason)
}

/// The speed of the built-in Azure relative to Azure.
pub(super) fn speed(environment: &Environment) -> Result<u32, CommandError> {
    let Some(text) = environment.text(SPEED_VARIABLE) else {
        return Ok(SPEED);
    };
    let speed = text.parse().ok().filter(|speed| *speed > 0);
    speed.ok_or_else(|| {
        let wrong = format!("{SPEED_VARIABLE} is `{text}`, not a whole number of at least 1");
        CommandError::new(Exit::Usage, wrong)
            .hint("Set it to 1 for the speed of Azure, or to 60, the default.")
    })
}

/// The error for `--rehearse` with a profile of this machine.
pub(super) fn no_rehearsal(profile: &Profile) -> CommandError {
    let here = format!(
        "profile `{}` runs on this machine, and only a profile in Azure can be rehearsed",
        profile.name
    );
    CommandError::new(Exit::Usage, here)
        .hint("Omit `--rehearse`, or name a profile of backend `azure`.")
}

/// Refuses a profile in Azure for a verb that works on this machine. `instead` is the verb for
/// Azure.
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

/// The error for a profile in Azure with a verb that works on this machine.
fn in_azure(profile: &Profile, instead: Option<Verb>) -> CommandError {
    let name = &profile.name;
    let there = format!("profile `{name}` runs in Azure, and this verb works only on this machine");
    let error = CommandError::new(Exit::Usage, there);
    let error = match instead {
        Some(verb) => error.hint(Hint::run(verb).words(" for a topology in Azure.")),
        None => error,
    };
    error.hint("Add `--backend k3d` or `--backend process` to run the same topology here.")
}

fn as_it_stands(named: Named, written: &Backend) -> Choice {
    Choice {
        backend: named.of(written),
        reason: Some("the topology is up on it".to_owned()),
    }
}

/// The first of k3d and process that this machine can run the profile on.
pub(super) fn first_of(profile: &Profile, machine: &Machine) -> Choice {
    let choice = |named: Named, reason: String| Choice {
        backend: named.of(&profile.backend),
        reason: Some(reason),
    };
    let workers = profile.workers.services().into_iter();
    let is_program = |worker: &Worker| matches!(worker.run, Run::Command(_));
    if workers.map(|(_, worker)| worker).any(is_program) {
        let reason = "`worker.run.command` is a program, not an image";
        return choice(Named::Process, reason.to_owned());
    }
    match (&machine.docker, &machine.k3d) {
        (Ok(docker), Ok(k3d)) => choice(Named::K3d, format!("found {docker} and {k3d}")),
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
        (backend.kind(), reason.expect("every choice has a reason"))
    }

    #[test]
    fn the_first_backend_that_the_machine_can_run_is_chosen_with_the_reason() {
        let all = [(true, true), (true, false), (false, true), (false, false)];
        let lines: Vec<String> = all
            .into_iter()
            .map(|(docker, k3d)| {
                let (backend, reason) = chosen(&[], docker, k3d);
                format!("{backend}: {reason}")
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        k3d: found Docker 28.2.2 and k3d v5.9.0
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
