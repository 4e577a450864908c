//! Processes as resources: creates, checks and ends them by their launch records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use backend::Readiness;
use backend::WorkerSecrets;
use base::causes::in_one_line;
use base::file::Stored;
use model::plan::{Observed, ResourceId, ResourceKind, State};

use super::children::ChildState;
use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::parts::Parts;
use super::probe::Subject;
use super::site::Site;
use super::{records, start, stop};
use crate::census::{self, marked};

/// How long a replica without a readable record may take to end: as long as the development server.
const UNKNOWN_GRACE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Processes {
    site: Arc<Site>,
}

impl Processes {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    /// The processes with records, and those of `named` that an interrupted command may have
    /// started. If there are none, those that carry the marker of the folder. `lack_data` means
    /// that the database is gone with its data.
    pub(super) fn observe(
        &self,
        named: &[ResourceId],
        lack_data: bool,
    ) -> Result<Vec<Observed>, Error> {
        let mut observed = self.recorded()?;
        for id in named {
            let is_new = |id: &ResourceId| !observed.iter().any(|known| known.id == *id);
            if id.kind() == ResourceKind::Process && is_new(id) {
                let reason = "an interrupted command was about to start it";
                observed.push(dead(id.name(), reason));
            }
        }
        if observed.is_empty() {
            let marked = marked(&self.site.state).into_iter();
            let orphans: BTreeSet<String> = marked.map(|marked| marked.replica).collect();
            let orphans = orphans.iter();
            observed.extend(orphans.map(|replica| dead(replica, "it runs without a record")));
        }
        if lack_data {
            // A server that still runs relies on workflows and namespaces that no database has.
            let relies = |process: &&mut Observed| process.needs.iter().any(database::owns);
            for process in observed.iter_mut().filter(relies) {
                process.state = State::Dead {
                    reason: "its database is gone".to_owned(),
                };
            }
        }
        Ok(observed)
    }

    fn recorded(&self) -> Result<Vec<Observed>, Error> {
        let broken: BTreeMap<String, &str> = records::broken(&self.site.state)?;
        let mut observed: Vec<Observed> = broken
            .iter()
            .map(|(replica, reason)| dead(replica, reason))
            .collect();
        for (replica, (launch, alive)) in records::all(&self.site.state)? {
            if broken.contains_key(&replica) {
                continue;
            }
            let mut process = dead(&replica, "its process is gone");
            if alive {
                process.state = State::Live(launch.digest);
            }
            process.needs = launch.needs;
            observed.push(process);
        }
        Ok(observed)
    }

    /// Starts a process by its record, with the secrets of the workers. Ends the one that may run
    /// first.
    pub(super) async fn make(&self, launch: &Launch, secrets: &WorkerSecrets) -> Result<(), Error> {
        start::start(launch, secrets, &self.site).await
    }

    /// Ends a process with everything that it started, and removes its record.
    pub(super) async fn remove(&self, id: &ResourceId) -> Result<(), Error> {
        let grace = match records::of(&self.site.state, id.name())? {
            Stored::Read(launch) => launch.grace.as_std(),
            // It was in the journal but never started, or its record is lost. The journal and the
            // marker still identify it.
            Stored::Absent | Stored::Damaged(_) => UNKNOWN_GRACE,
        };
        let (state, haste) = (&self.site.state, &self.site.settings.haste);
        stop::stop(state, id.name(), grace, haste).await?;
        Ok(stop::forget(state, id.name())?)
    }

    /// Whether a process does its job, by the prepared record or else by the one that it was
    /// started with.
    pub(super) async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        let recorded = || records::of(&self.site.state, id.name());
        let launch = match parts {
            Some(parts) => parts.launch(id).cloned().map(Some),
            None => recorded().and_then(Stored::damaged_as_error),
        };
        match launch {
            Ok(Some(launch)) => self.does_its_job(&launch).await,
            Ok(None) => Readiness::Never("it has no launch record".to_owned()),
            Err(error) => Readiness::Never(in_one_line(&error)),
        }
    }

    /// Whether a started process does its job; `None` if it was taken down since.
    pub(super) async fn ready_again(&self, replica: &str) -> Result<Option<Readiness>, Error> {
        let launch = records::of(&self.site.state, replica)?;
        Ok(match launch.damaged_as_error()? {
            Some(launch) => Some(self.does_its_job(&launch).await),
            None => None,
        })
    }

    /// Whether a process is alive and its checks hold.
    async fn does_its_job(&self, launch: &Launch) -> Readiness {
        let replica = &launch.replica;
        let leader = PidFile::leader(&self.site.state, replica);
        let child = self.site.children.state_of(replica);
        if let Some(ended) = child.as_ref().and_then(ChildState::ended) {
            return Readiness::Never(ended);
        }
        let process = match (leader, child) {
            (Ok(Some(process)), _) => process,
            (Ok(None), Some(_)) => {
                return Readiness::NotYet("its process is starting".to_owned());
            }
            (Ok(None), None) => return Readiness::Never("its process is gone".to_owned()),
            (Err(error), _) => return Readiness::Never(in_one_line(&error)),
        };
        let subject = Subject::new(&self.site, replica, process);
        for check in &launch.checks {
            match check.look(&self.site, &subject).await {
                Readiness::Ready => {}
                other => return other,
            }
        }
        Readiness::Ready
    }

    /// Kills a process with everything that it started. Does nothing if it does not run.
    pub(super) async fn kill(&self, replica: &str) -> Result<(), Error> {
        Ok(stop::kill_now(&self.site.state, replica).await?)
    }

    /// Starts a process again with its last record, unless it is alive or was taken down since.
    pub(super) async fn start_again(&self, replica: &str) -> Result<(), Error> {
        let launch = records::of(&self.site.state, replica)?;
        match launch.damaged_as_error()? {
            Some(launch) => start::start_again(&launch, &self.site).await,
            None => Ok(()),
        }
    }

    /// Ends everything with the marker of the folder. Returns what could not be ended.
    pub(super) async fn sweep(&self) -> Vec<String> {
        census::sweep(&self.site.state).await
    }
}

fn dead(replica: &str, reason: &str) -> Observed {
    Observed {
        id: ResourceId::new(ResourceKind::Process, replica),
        state: State::Dead {
            reason: reason.to_owned(),
        },
        needs: Vec::new(),
        stays: false,
    }
}

#[cfg(test)]
mod tests;
