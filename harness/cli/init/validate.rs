//! Loads what the plan would write, with the loaders that read it later.

use std::collections::BTreeMap;
use std::io;

use backend::Place;
use backend::run_id::RunId;
use camino::Utf8Path;
use jiff::Timestamp;
use model::document;
use model::profile::{self, Profile, Reader, Request, Source};
use scenario::{Document, Environment};

use super::plan::{K3D, Plan, SMOKE};

/// Why a file that the plan would write, or one that it keeps and needs, does not load.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    #[error("the profile does not load")]
    Profile(#[source] profile::Error),
    #[error("the scenario does not load")]
    Scenario(#[source] document::Error),
}

/// Loads the profiles and the scenario of a plan. Files that the plan does not create are read with
/// `read`.
pub fn check(plan: &Plan, read: &dyn Fn(&Utf8Path) -> io::Result<String>) -> Result<(), Invalid> {
    // `base` leaves its backend to those that extend it.
    let base = load("base", &["backend={simulated: {}}"], plan, read)?;
    if plan.created(K3D.into()).is_some() {
        load("k3d", &[], plan, read)?;
    }
    let Some(text) = plan.created(SMOKE.into()) else {
        return Ok(());
    };
    let document = Document::parse(SMOKE, text).map_err(Invalid::Scenario)?;
    let environment = Environment {
        topology: &base.topology(),
        place: &Place {
            backend: "process".to_owned(),
            engine: "dev-server".to_owned(),
            database: "sqlite".to_owned(),
            cluster: None,
        },
        levers: &BTreeMap::new(),
    };
    let run = RunId::new(1, Timestamp::UNIX_EPOCH);
    scenario::resolve(&document, 1, run, environment).map_err(Invalid::Scenario)?;
    Ok(())
}

fn load(
    name: &str,
    sets: &[&str],
    plan: &Plan,
    read: &dyn Fn(&Utf8Path) -> io::Result<String>,
) -> Result<Profile, Invalid> {
    let request = Request {
        source: Source::Named {
            folder: "profiles".into(),
            name: name.to_owned(),
        },
        sets: sets.iter().map(|set| (*set).to_owned()).collect(),
    };
    let reader = Reader {
        read: |path: &Utf8Path| match plan.created(path) {
            Some(text) => Ok(text.to_owned()),
            None => read(path),
        },
        list: |_: &Utf8Path| Vec::new(),
    };
    profile::load(&request, &reader).map_err(Invalid::Profile)
}
