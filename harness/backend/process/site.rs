//! Making launch records: what they are made from, and what all of them have in common.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::address::{self, Addresses};
use super::dev_server::Programs;
use super::launch::{Launch, Listen};
use super::probe::Check;
use crate::artifact::Program;
use crate::plan::ResourceId;
use crate::quantity::Duration;
use crate::state::{Directory, MARKER};
use crate::topology::{Digest, Port};

/// What the records are made from, besides the topology.
pub(super) struct Site<'a> {
    pub(super) state: &'a Directory,
    /// The folder that the user works in: where a worker's own program runs.
    pub(super) root: &'a Utf8Path,
    pub(super) programs: &'a Programs,
    /// What a child may see of the harness's own environment.
    pub(super) inherited: &'a BTreeMap<String, String>,
    /// Records of the replicas that were started before, and whether they are alive.
    pub(super) before: &'a BTreeMap<String, (Launch, bool)>,
}

/// A record without what every record has in common.
pub(super) struct Draft<'a> {
    pub(super) replica: String,
    pub(super) services: Vec<String>,
    pub(super) needs: Vec<ResourceId>,
    pub(super) program: &'a Program,
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) ports: BTreeMap<String, Listen>,
    pub(super) checks: Vec<Check>,
    pub(super) ready_timeout: Duration,
    pub(super) grace: Duration,
}

impl Site<'_> {
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
        let moved = |listen: &Listen| {
            port.pinned
                .is_some_and(|pinned| pinned != listen.address.port())
        };
        match before {
            Some((listen, true)) if !moved(listen) => Ok(addresses.keep(listen)),
            Some((listen, _)) => addresses.assign(service, replica, port, Some(listen)),
            None => addresses.assign(service, replica, port, None),
        }
    }

    /// Completes a draft. The digest covers what the profile decides and not what the child
    /// inherits: another terminal is no reason to replace a process.
    pub(super) fn record(&self, draft: Draft<'_>) -> Launch {
        let Draft {
            replica,
            services,
            needs,
            program,
            arguments,
            environment,
            ports,
            checks,
            ready_timeout,
            grace,
        } = draft;
        let arguments = [program.arguments.clone(), arguments].concat();
        let digest = Digest::of(&(&program.digest, &arguments, &environment, &ports, &checks));
        let marker = self.state.marker(&replica);
        let mut whole = self.inherited.clone();
        whole.extend(environment);
        whole.insert(MARKER.to_owned(), marker);
        Launch {
            replica,
            services,
            digest,
            needs,
            program: program.path.clone(),
            arguments,
            environment: whole,
            directory: Utf8PathBuf::from(self.root),
            ports,
            checks,
            ready_timeout,
            grace,
        }
    }
}
