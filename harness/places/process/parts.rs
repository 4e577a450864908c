//! What the resources of a topology are made from in this place.

use std::collections::BTreeMap;

use backend::WorkerSecrets;
use backend::namespaces::Namespaces;
use model::plan::{Resource, ResourceId};
use model::topology::Topology;

use super::console::Console;
use super::error::Error;
use super::launch::Launch;
use super::names::TEMPORAL;
use super::server;

/// Launch records for the processes, and the parts of the containers.
#[derive(Debug)]
pub struct Parts {
    launches: BTreeMap<ResourceId, Launch>,
    /// The secrets in the environment of the workers.
    secrets: WorkerSecrets,
    namespaces: Namespaces,
    pub(super) database: Option<database::Prepared>,
    console: Option<Console>,
}

impl Parts {
    /// The parts of a topology without containers.
    pub(super) fn of_processes(topology: &Topology, launches: Vec<Launch>) -> Self {
        let serving = launches
            .iter()
            .filter(|launch| launch.replica == TEMPORAL || server::serves(launch))
            .map(Launch::id)
            .collect();
        Self::new(launches, Namespaces::of(topology, serving))
    }

    /// The parts of workers whose cluster exists already, with its namespaces.
    pub(super) fn of_workers(launches: Vec<Launch>) -> Self {
        Self::new(launches, Namespaces::default())
    }

    fn new(launches: Vec<Launch>, namespaces: Namespaces) -> Self {
        Self {
            namespaces,
            launches: launches
                .into_iter()
                .map(|launch| (launch.id(), launch))
                .collect(),
            secrets: WorkerSecrets::default(),
            database: None,
            console: None,
        }
    }

    pub(super) fn with_secrets(self, secrets: WorkerSecrets) -> Self {
        Self { secrets, ..self }
    }

    pub(super) fn secrets(&self) -> &WorkerSecrets {
        &self.secrets
    }

    /// Adds the container of the database, and that of the web console if there is one.
    pub(super) fn with_containers(
        self,
        database: database::Prepared,
        console: Option<Console>,
    ) -> Self {
        Self {
            database: Some(database),
            console,
            ..self
        }
    }

    /// The launch records of engine `dev-server`: Temporal's and the workers'.
    pub fn into_launches(self) -> (Launch, Vec<Launch>) {
        let launches = self.launches.into_values();
        let (temporal, workers): (Vec<Launch>, Vec<Launch>) =
            launches.partition(|launch| launch.replica == TEMPORAL);
        let temporal = temporal.into_iter().next();
        (temporal.expect("one record is Temporal's"), workers)
    }

    /// The resources that are made from these parts.
    pub(super) fn desire(&self) -> Vec<Resource> {
        let processes = self.launches.iter().map(|(id, launch)| Resource {
            id: id.clone(),
            digest: launch.digest.clone(),
            needs: launch.needs.clone(),
            ready_timeout: launch.ready_timeout,
        });
        let database = self.database.iter().flat_map(database::Prepared::desire);
        let console = self.console.iter().map(Console::resource);
        let all = processes.chain(self.namespaces.desire());
        all.chain(database).chain(console).collect()
    }

    pub(super) fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    pub(super) fn launch(&self, id: &ResourceId) -> Result<&Launch, Error> {
        self.launches.get(id).ok_or_else(|| unknown(id))
    }

    pub(super) fn console(&self, id: &ResourceId) -> Result<&Console, Error> {
        self.console.as_ref().ok_or_else(|| unknown(id))
    }

    pub(super) fn database(&self, id: &ResourceId) -> Result<&database::Prepared, Error> {
        self.database.as_ref().ok_or_else(|| unknown(id))
    }
}

fn unknown(id: &ResourceId) -> Error {
    Error::Unknown { id: id.clone() }
}
