//! How what would be promoted compares with where it has passed.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::backend::azure::AzureBackend;
use crate::causes::in_one_line;
use crate::cli::session::{Session, Target};
use crate::event::Events;
use crate::parity::{self, Comparison};
use crate::promotion::{Condition, Standing};

/// A place on this machine, held against the one in Azure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Parity {
    /// The profile of the place.
    pub(super) with: String,
    /// That place on the left, Azure on the right.
    #[serde(flatten)]
    pub(super) comparison: Comparison,
}

/// Compares with each profile whose verdicts let the promotion through. Stands in nobody's way: what
/// cannot be compared is told, and left out.
pub(super) async fn parity(
    gate: &[Condition],
    session: &Session<AzureBackend>,
    events: &Events,
) -> Vec<Parity> {
    let profiles = gate
        .iter()
        .filter_map(|condition| match &condition.standing {
            Standing::Met { profile, .. } => Some(profile),
            _ => None,
        });
    let profiles: BTreeSet<&String> = profiles.collect();
    if profiles.is_empty() {
        return Vec::new();
    }
    let name = session.profile.name.as_str();
    let there = parity::gather(name, &session.topology, &session.backend).await;
    let mut all = Vec::new();
    for profile in profiles {
        match crate::cli::parity::facts(Target::named(profile, &[])).await {
            Ok(here) => all.push(Parity {
                with: profile.clone(),
                comparison: parity::compare(&here, &there),
            }),
            Err(error) => events.notice(format!(
                "parity with profile {profile} is not known: {}",
                in_one_line(&*error.source)
            )),
        }
    }
    all
}
