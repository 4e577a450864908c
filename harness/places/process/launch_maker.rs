//! Makes launch records: their inputs, and what all of them have in common.

use std::collections::BTreeMap;

use artifact::Program;
use backend::WorkerSecrets;
use backend::state::{Directory, MARKER};
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::ResourceId;
use model::quantity::Duration;
use model::topology::{Digest, Port, SecretSource, Service};
use serde::Serialize;

use super::launch::Launch;
use super::probe::Check;
use super::programs::Programs;
use super::records::Records;
use crate::address::{self, Addresses, Listen};

/// The inputs of launch records, besides the topology.
pub(super) struct LaunchMaker<'a> {
    pub(super) state: &'a Directory,
    /// The user's working folder, where a worker's own program runs.
    pub(super) root: &'a Utf8Path,
    pub(super) programs: Programs,
    /// The secrets in the environment of the workers.
    pub(super) secrets: WorkerSecrets,
    /// The part of the harness's own environment that a child gets.
    pub(super) inherited: BTreeMap<String, String>,
    /// The part that only a program of the user gets.
    pub(super) of_tools: BTreeMap<String, String>,
    /// The records of replicas that were started before, and whether they are alive.
    pub(super) before: &'a Records,
}

/// A private file with the digest of its content. A new secret replaces the processes that know the
/// old one.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SecretFile {
    pub(super) path: Utf8PathBuf,
    pub(super) content: Digest,
}

/// Who owns a program. This decides where it runs and which home it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Temporal. It runs in the state folder and gets relative paths, because SQLite puts a path
    /// into a URI and the server puts one into a YAML file, and the names of folders above could
    /// break both. Its home is a folder in the state folder, without the user's settings.
    Harness,
    /// The user. The program runs in the user's working folder with the user's home, but without a
    /// profile of Temporal's clients, which could name another server.
    User,
}

/// The variables that choose a profile of Temporal's clients. A worker whose environment sets one
/// of them keeps it.
const PROFILE_FILE: &str = "TEMPORAL_CONFIG_FILE";
const PROFILE: &str = "TEMPORAL_PROFILE";

/// The same for the older file of the Temporal CLI: selects an environment that does not exist.
const CLI_ENVIRONMENT: (&str, &str) = ("TEMPORAL_ENV", "harness-none");

/// Python buffers its output if that is a file, so that a log would show it late or never. A worker
/// whose environment sets the variable keeps its value.
const UNBUFFERED: (&str, &str) = ("PYTHONUNBUFFERED", "1");

/// A record without the parts that all records have in common.
pub(super) struct Draft<'a> {
    pub(super) replica: String,
    pub(super) owner: Owner,
    pub(super) services: Vec<String>,
    pub(super) needs: Vec<ResourceId>,
    pub(super) program: &'a Program,
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
    /// Variables whose values are read from private files when the replica starts.
    pub(super) secrets: BTreeMap<String, SecretFile>,
    /// Variables whose values the replica reads at its start where the user has them.
    pub(super) borrowed: BTreeMap<String, SecretSource>,
    /// The digest of the content of these values and of the files that the environment names.
    pub(super) content: Option<Digest>,
    pub(super) ports: BTreeMap<String, Listen>,
    pub(super) checks: Vec<Check>,
    pub(super) ready_timeout: Duration,
    pub(super) grace: Duration,
}

impl LaunchMaker<'_> {
    /// Addresses to assign from. Those of living replicas are taken.
    pub(super) fn addresses(&self) -> Addresses<'_> {
        let mut addresses = Addresses::new(self.state);
        for (launch, _) in self.before.values().filter(|(_, alive)| *alive) {
            for listen in launch.ports.values() {
                addresses.keep(listen);
            }
        }
        addresses
    }

    /// The address of a port: that of a living replica, or a new one.
    pub(super) fn listen(
        &self,
        addresses: &mut Addresses<'_>,
        service: &str,
        replica: &str,
        port: &Port,
    ) -> Result<Listen, address::Error> {
        let before = self.before.get(replica).and_then(|(launch, alive)| {
            launch.ports.get(&port.name).map(|listen| (listen, *alive))
        });
        addresses.listen(service, replica, port, before)
    }

    /// The addresses of all ports of a replica. Only the first replica gets a pinned port; the
    /// others get ports of their own.
    pub(super) fn listen_all(
        &self,
        addresses: &mut Addresses<'_>,
        service: &Service,
        number: u16,
        replica: &str,
    ) -> Result<BTreeMap<String, Listen>, address::Error> {
        let mut ports = BTreeMap::new();
        for port in &service.ports {
            let port = Port {
                pinned: port.pinned.filter(|_| number == 0),
                ..port.clone()
            };
            let listen = self.listen(addresses, service.name.as_str(), replica, &port)?;
            ports.insert(port.name, listen);
        }
        Ok(ports)
    }

    /// Completes a draft. The digest covers what the profile decides, but not the inherited
    /// environment: another terminal is no reason to replace a process.
    pub(super) fn record(&self, draft: Draft<'_>) -> Launch {
        let Draft {
            replica,
            owner,
            services,
            needs,
            program,
            arguments,
            environment,
            secrets,
            borrowed,
            content,
            ports,
            checks,
            ready_timeout,
            grace,
        } = draft;
        let arguments = [program.arguments.clone(), arguments].concat();
        let digest = Digest::of(&(
            &program.digest,
            &arguments,
            &environment,
            &secrets,
            &borrowed,
            &content,
            &ports,
            &checks,
        ));
        let marker = self.state.marker(&replica);
        let secrets = secrets.into_iter().map(|(name, file)| (name, file.path));
        let mut whole = self.base_environment(owner, &environment);
        whole.extend(environment);
        whole.insert(MARKER.to_owned(), marker);
        let directory = match owner {
            Owner::Harness => self.state.path(),
            Owner::User => self.root,
        };
        Launch {
            replica,
            services,
            digest,
            needs,
            program: program.path.clone(),
            arguments,
            environment: whole,
            secrets: secrets.collect(),
            borrowed,
            directory: directory.to_owned(),
            ports,
            checks,
            ready_timeout,
            grace,
            log_begin: 0,
            worker: None,
        }
    }

    /// A path relative to the state folder, for programs that run there.
    pub(super) fn within_state(&self, path: &Utf8Path) -> Utf8PathBuf {
        let inside = path.strip_prefix(self.state.path());
        inside.unwrap_or(path).to_owned()
    }

    /// The variables that a child gets in addition to its `own`.
    fn base_environment(
        &self,
        owner: Owner,
        own: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut variables = self.inherited.clone();
        if owner == Owner::Harness {
            variables.insert("HOME".to_owned(), self.state.home().into_string());
            return variables;
        }
        variables.extend(self.of_tools.clone());
        if !own.contains_key(PROFILE_FILE) && !own.contains_key(PROFILE) {
            let none = self.state.no_profile().into_string();
            variables.insert(PROFILE_FILE.to_owned(), none);
        }
        for (name, value) in [CLI_ENVIRONMENT, UNBUFFERED] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        variables
    }
}
