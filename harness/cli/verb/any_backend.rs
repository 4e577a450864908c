//! A backend of any kind, and what a later command needs to reach its topology again.

use std::sync::Arc;

use backend::Place;
use backend::state::{Directory, Lock};
use base::tool::Environment;
use model::profile::Backend;
use places::azure::{self, Aim, AzureBackend};
use places::k3d::{self, K3dBackend};
use places::process::{self, ProcessBackend};
use places::simulated::SimulatedBackend;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::session::{backend_error, working_directory};
use crate::error::{CommandError, Exit};

/// The part of a profile that a later command needs to reach the topology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PlaceRecord {
    pub(super) profile: String,
    /// The backend that was chosen.
    pub(super) backend: Backend,
    /// Azure or the built-in Azure, for backend `azure`.
    pub(super) aim: Aim,
}

/// A backend of any kind.
#[derive(Debug)]
pub(super) enum AnyBackend {
    Process(Box<ProcessBackend>),
    K3d(Box<K3dBackend>),
    Azure(Box<AzureBackend>),
    Simulated(Box<SimulatedBackend>),
}

/// Runs `$body` with the backend, whatever its kind.
macro_rules! on_any_backend {
    ($any:expr, |$backend:ident| $body:expr) => {
        match $any {
            $crate::verb::any_backend::AnyBackend::Process($backend) => {
                let $backend = &**$backend;
                $body
            }
            $crate::verb::any_backend::AnyBackend::K3d($backend) => {
                let $backend = &**$backend;
                $body
            }
            $crate::verb::any_backend::AnyBackend::Azure($backend) => {
                let $backend = &**$backend;
                $body
            }
            $crate::verb::any_backend::AnyBackend::Simulated($backend) => {
                let $backend = &**$backend;
                $body
            }
        }
    };
}
pub(super) use on_any_backend;

impl AnyBackend {
    /// The backend of a state folder, and its place. Without `lock` the backend only reads. Once
    /// `haste` is cancelled, it forces whatever it would wait for.
    pub(super) fn of(
        record: PlaceRecord,
        state: Directory,
        lock: Option<Lock>,
        haste: CancellationToken,
    ) -> Result<(Place, Self), CommandError> {
        let PlaceRecord {
            profile,
            backend,
            aim,
        } = record;
        let environment = Environment::of_process();
        Ok(match backend {
            Backend::Local { .. } => {
                let open = format!("profile `{profile}` does not decide the backend");
                return Err(CommandError::new(Exit::Internal, open));
            }
            Backend::Azure(azure) => {
                let settings = azure::Settings {
                    profile,
                    azure: *azure,
                    aim,
                    environment,
                };
                let backend = AzureBackend::new(settings, state, lock).map_err(backend_error)?;
                (backend.place(), Self::Azure(Box::new(backend)))
            }
            Backend::Process { engine } => {
                let settings = process::Settings {
                    root: working_directory()?,
                    engine: engine.into(),
                    environment,
                    haste,
                };
                Self::of_processes(settings, state, lock)?
            }
            Backend::Existing(cluster) => {
                let root = working_directory()?;
                let settings = process::Settings {
                    engine: process::Engine::existing(*cluster, &root, &environment),
                    root,
                    environment,
                    haste,
                };
                Self::of_processes(settings, state, lock)?
            }
            Backend::K3d(cluster) => {
                let settings = k3d::Settings {
                    profile,
                    cluster,
                    extent: k3d::Extent::Topology,
                    environment,
                };
                let backend = K3dBackend::new(settings, state, lock.map(Arc::new));
                let backend = backend.map_err(backend_error)?;
                (backend.place(), Self::K3d(Box::new(backend)))
            }
            Backend::Simulated => {
                let backend = SimulatedBackend::new(state, lock);
                (backend.place(), Self::Simulated(Box::new(backend)))
            }
        })
    }

    fn of_processes(
        settings: process::Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<(Place, Self), CommandError> {
        let backend = ProcessBackend::new(settings, state, lock).map_err(backend_error)?;
        Ok((backend.place(), Self::Process(Box::new(backend))))
    }
}
