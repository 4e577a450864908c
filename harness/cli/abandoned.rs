//! What was brought up by a profile that says so no more.

use std::sync::Arc;

use camino::Utf8Path;

use super::session::{
    Owned, PATIENCE, Target, backend_error, state_error, state_named, working_directory,
};
use crate::backend::k3d::{self, K3dBackend};
use crate::backend::process::{ProcessBackend, Settings};
use crate::error::CommandError;
use crate::profile::{self, Engine};
use crate::state::{Directory, Journal};
use crate::tool::Environment;

/// What a profile left behind that cannot be read any more, or names another backend now: it is
/// known by its records, on the backend that it was brought up on.
#[derive(Debug)]
pub(super) struct Abandoned {
    pub(super) state: Directory,
    pub(super) journal: Journal,
    pub(super) backend: AnyBackend,
}

impl Abandoned {
    pub(super) fn owned<'a, B>(&'a self, backend: &'a B) -> Owned<'a, B> {
        Owned {
            backend,
            state: &self.state,
            journal: &self.journal,
        }
    }
}

/// The backend of something abandoned.
#[derive(Debug)]
pub(super) enum AnyBackend {
    Process(Box<ProcessBackend>),
    K3d(Box<K3dBackend>),
}

/// What a target left behind, if it did.
pub(super) async fn abandoned(
    target: &Target,
    verb: &str,
) -> Result<Option<Abandoned>, CommandError> {
    let file = target.file.as_deref().and_then(Utf8Path::file_stem);
    let profile = file.unwrap_or(&target.profile);
    let state = state_named(profile)?;
    if !state.exists() {
        return Ok(None);
    }
    let standing = state.standing().filter(|standing| standing == "k3d");
    let kind = standing.as_deref().unwrap_or("process");
    let opened = state.open(verb, kind, PATIENCE).await;
    let (lock, journal) = opened.map_err(state_error)?;
    let (root, environment) = (working_directory()?, Environment::of_process());
    let backend = if standing.is_some() {
        let settings = k3d::Settings {
            root,
            profile: profile.to_owned(),
            cluster: profile::K3d::default(),
            extent: k3d::Extent::Topology,
            environment,
        };
        let backend = K3dBackend::new(settings, state.clone(), Some(Arc::new(lock)));
        AnyBackend::K3d(Box::new(backend.map_err(backend_error)?))
    } else {
        // Whichever engine it was: processes and containers are known by their records.
        let settings = Settings {
            root,
            engine: Engine::DevServer { cli: None },
            environment,
        };
        let backend = ProcessBackend::new(settings, state.clone(), Some(lock));
        AnyBackend::Process(Box::new(backend.map_err(backend_error)?))
    };
    Ok(Some(Abandoned {
        state,
        journal,
        backend,
    }))
}
