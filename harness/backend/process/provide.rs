//! Programs and addresses for a topology: what must be there before anything starts.

use std::collections::BTreeMap;

use super::backend::ProcessBackend;
use super::dev_server::{self, Programs, TEMPORAL};
use super::error::Error;
use super::launch::Launch;
use super::site::Site;
use crate::artifact::{self, Pin, Program, TemporalSearch};
use crate::backend::{Fetch, Provision};
use crate::tool::Environment;
use crate::topology::{Component, Topology};

/// What a child may see of the harness's own environment: where programs and its home are, how
/// people write here, where certificates are. Everything else is cut off.
const INHERITED: [&str; 11] = [
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "SHELL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
];

fn inherited(environment: &Environment) -> BTreeMap<String, String> {
    INHERITED
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), environment.text(name)?.to_owned())))
        .collect()
}

impl ProcessBackend {
    /// The launch records of a topology, with programs found or fetched and addresses assigned.
    pub(super) async fn provide(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Vec<Launch>, Error> {
        let before = self.records()?;
        let programs = self.programs(topology, provision, &before).await?;
        let site = Site {
            state: self.state(),
            root: &self.settings().root,
            programs: &programs,
            inherited: &inherited(&self.settings().environment),
            before: &before,
        };
        Ok(dev_server::launches(topology, &site)?)
    }

    async fn programs(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
        before: &BTreeMap<String, (Launch, bool)>,
    ) -> Result<Programs, Error> {
        let Provision {
            fetch,
            events,
            cancel,
        } = provision;
        let pin = Pin::current();
        let search = TemporalSearch {
            server: &topology.temporal.version,
            explicit: self.settings().cli.as_deref(),
            pin: pin.as_ref(),
            fallback: self.state().path(),
            environment: &self.settings().environment,
            events,
            cancel,
        };
        let run = topology
            .services
            .iter()
            .find_map(|service| match &service.component {
                Component::Worker { run, .. } => Some(run),
                _ => None,
            });
        let run = run.expect("every topology has a worker");
        match fetch {
            Fetch::Missing => Ok(Programs {
                temporal: search.resolve().await?.program,
                worker: artifact::worker(run, &self.settings().environment, events, cancel).await?,
            }),
            Fetch::Nothing => {
                let found = search.locate(&mut Vec::new()).await?;
                let worker = before
                    .values()
                    .find(|(launch, _)| launch.replica != TEMPORAL);
                Ok(Programs {
                    temporal: found
                        .map_or_else(|| Program::still_missing("temporal"), |found| found.program),
                    worker: worker.map_or_else(
                        || Program::still_missing("worker"),
                        |(launch, _)| {
                            Program::new(launch.program.clone(), launch.arguments.clone())
                        },
                    ),
                })
            }
        }
    }
}
