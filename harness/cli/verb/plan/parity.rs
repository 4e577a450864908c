//! Compares the topology to promote with those on this machine that passed its gate.

use std::collections::BTreeSet;

use backend::event::Events;
use base::causes::in_one_line;
use places::azure::AzureBackend;
use promotion::{Condition, Standing};
use serde::Serialize;

use crate::parity::{self, Comparison};
use crate::verb::backend_name::Named;
use crate::verb::session::{Session, Target};

/// A topology on this machine, compared with the one in Azure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Parity {
    /// The profile on this machine.
    pub(super) with: String,
    /// This machine on the left, Azure on the right.
    #[serde(flatten)]
    pub(super) comparison: Comparison,
}

/// Compares with each profile whose verdicts count for the gate. Never fails: a comparison that
/// fails sends a notice and is left out.
pub(super) async fn parity(
    gate: &[Condition],
    target: &Target,
    session: &Session<AzureBackend>,
    events: &Events,
) -> Vec<Parity> {
    let passed = gate
        .iter()
        .filter_map(|condition| match &condition.standing {
            Standing::Met {
                profile, backend, ..
            } => Some((profile, backend)),
            _ => None,
        });
    let passed: BTreeSet<(&String, &String)> = passed.collect();
    if passed.is_empty() {
        return Vec::new();
    }
    let name = session.profile.name.as_str();
    let azure = parity::gather(name, &session.place, &session.topology, &session.backend).await;
    let mut all = Vec::new();
    for (profile, backend) in passed {
        match crate::verb::parity::facts(local(profile, backend, target)).await {
            Ok(local) => all.push(Parity {
                with: profile.clone(),
                comparison: parity::compare(&local, &azure),
            }),
            Err(error) => events.notice(format!(
                "could not compare with profile {profile}: {}",
                in_one_line(&*error.source)
            )),
        }
    }
    all
}

/// The target of a profile on this machine, with the settings that do not concern Azure.
fn local(profile: &str, backend: &str, promoted: &Target) -> Target {
    let of_place = |set: &&String| set.starts_with("backend.") || set.starts_with("promotion.");
    let set = promoted.set.iter().filter(|set| !of_place(set));
    let set: Vec<String> = set.cloned().collect();
    Target {
        backend: Named::by_word(backend),
        ..Target::named(profile, &set)
    }
}
