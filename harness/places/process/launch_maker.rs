//! Making launch records: what they are made from, and what all of them have in common.

use std::collections::BTreeMap;

use artifact::Program;
use backend::state::{Directory, MARKER};
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::ResourceId;
use model::quantity::Duration;
use model::topology::{Digest, Port, Service};
use serde::Serialize;

use super::launch::Launch;
use super::probe::Check;
use super::programs::Programs;
use super::records::Records;
use crate::address::{self, Addresses, Listen};

/// What the records are made from, besides the topology.
pub(super) struct LaunchMaker<'a> {
    pub(super) state: &'a Directory,
    /// The folder that the user works in: where a worker's own program runs.
    pub(super) root: &'a Utf8Path,
    pub(super) programs: Programs,
    /// What a child may see of the harness's own environment.
    pub(super) inherited: BTreeMap<String, String>,
    /// Records of the replicas that were started before, and whether they are alive.
    pub(super) before: &'a Records,
}

/// A private file, and the identity of what is in it: another secret replaces those who know the
/// one before.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SecretFile {
    pub(super) path: Utf8PathBuf,
    pub(super) content: Digest,
}

/// Whose program it is, and so where it runs and what it finds there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Temporal's. It runs in the state folder, so that it can be told paths from there: SQLite
    /// takes a path for a part of a URI and the server for a part of a YAML file, and neither is
    /// unharmed by whatever a folder above may be called. Its home is a folder in there, without
    /// what the user has set for himself.
    Harness,
    /// The user's. It runs where he works and has his home, but no profile of Temporal's clients:
    /// that would lead elsewhere.
    User,
}

/// By these a profile of Temporal's clients is found, or chosen. A worker that is told one of them
/// is meant to find it.
const PROFILE_FILE: &str = "TEMPORAL_CONFIG_FILE";
const PROFILE: &str = "TEMPORAL_PROFILE";

/// The same for the older file of the Temporal CLI: an environment in it that nobody has.
const CLI_ENVIRONMENT: (&str, &str) = ("TEMPORAL_ENV", "harness-none");

/// A record without what every record has in common.
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
    pub(super) ports: BTreeMap<String, Listen>,
    pub(super) checks: Vec<Check>,
    pub(super) ready_timeout: Duration,
    pub(super) grace: Duration,
}

impl LaunchMaker<'_> {
    /// The addresses that can be assigned: those of what runs are taken.
    pub(super) fn addresses(&self) -> Addresses<'_> {
        let mut addresses = Addresses::new(self.state);
        for (launch, _) in self.before.values().filter(|(_, alive)| *alive) {
            for listen in launch.ports.values() {
                addresses.keep(listen);
            }
        }
        addresses
    }

    /// The address of a port: the one that a live replica has, or a newly assigned one.
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

    /// The addresses of all ports of a replica. One number can be had once, by the first: further
    /// replicas get one of their own.
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

    /// Completes a draft. The digest covers what the profile decides and not what the child
    /// inherits: another terminal is no reason to replace a process.
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
            &ports,
            &checks,
        ));
        let marker = self.state.marker(&replica);
        let secrets = secrets.into_iter().map(|(name, file)| (name, file.path));
        let mut whole = self.surroundings(owner, &environment);
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
            directory: directory.to_owned(),
            ports,
            checks,
            ready_timeout,
            grace,
            log_begin: 0,
            worker: None,
        }
    }

    /// A path as what runs in the state folder is told it.
    pub(super) fn within_state(&self, path: &Utf8Path) -> Utf8PathBuf {
        let inside = path.strip_prefix(self.state.path());
        inside.unwrap_or(path).to_owned()
    }

    /// What a child gets besides its `own` variables.
    fn surroundings(
        &self,
        owner: Owner,
        own: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut variables = self.inherited.clone();
        if owner == Owner::Harness {
            variables.insert("HOME".to_owned(), self.state.home().into_string());
            return variables;
        }
        if !own.contains_key(PROFILE_FILE) && !own.contains_key(PROFILE) {
            let none = self.state.no_profile().into_string();
            variables.insert(PROFILE_FILE.to_owned(), none);
        }
        let (name, value) = CLI_ENVIRONMENT;
        variables.insert(name.to_owned(), value.to_owned());
        variables
    }
}
