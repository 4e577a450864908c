//! Processes as resources: made, looked at and ended by their launch records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use backend::Readiness;
use base::causes::in_one_line;
use model::plan::{Observed, ResourceId, ResourceKind, State};

use super::children::Fate;
use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::parts::Parts;
use super::probe::Subject;
use super::site::Site;
use super::{records, start, stop};
use crate::census::{self, marked};

/// How long a replica may take to end whose record does not say it: as long as the development
/// server's does.
const UNKNOWN_GRACE: Duration = Duration::from_secs(10);

/// The processes of a state folder.
#[derive(Debug)]
pub(super) struct Processes {
    site: Arc<Site>,
}

impl Processes {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    /// Those that have records, and those of `named` that an interrupted command may have started;
    /// where there is neither, those that carry the mark of the folder. `lack_data` says that the
    /// database is gone with its data.
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
            // A server that is left knows of workflows and namespaces that no database has any more.
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

    /// Starts a process by its record, in place of the one that may run.
    pub(super) async fn make(&self, launch: &Launch) -> Result<(), Error> {
        start::start(launch, &self.site).await
    }

    /// Ends a process, with all that it started, and forgets it.
    pub(super) async fn remove(&self, id: &ResourceId) -> Result<(), Error> {
        let grace = match records::of(&self.site.state, id.name())? {
            Some(launch) => launch.grace.as_std(),
            // It was named and never started, or its record is lost.
            None => UNKNOWN_GRACE,
        };
        let (state, haste) = (&self.site.state, &self.site.settings.haste);
        stop::stop(state, id.name(), grace, haste).await?;
        Ok(stop::forget(state, id.name())?)
    }

    /// Whether a process does its job, by the record that was prepared, or else as it was started.
    pub(super) async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        let launch = match parts {
            Some(parts) => parts.launch(id).cloned().map(Some),
            None => records::of(&self.site.state, id.name()),
        };
        match launch {
            Ok(Some(launch)) => self.does_its_job(&launch).await,
            Ok(None) => Readiness::Never("it has no launch record".to_owned()),
            Err(error) => Readiness::Never(in_one_line(&error)),
        }
    }

    /// Whether a process that was started does its job; `None` of one that was taken down since.
    pub(super) async fn ready_again(&self, replica: &str) -> Result<Option<Readiness>, Error> {
        Ok(match records::of(&self.site.state, replica)? {
            Some(launch) => Some(self.does_its_job(&launch).await),
            None => None,
        })
    }

    /// Whether a process is alive, and its checks hold.
    async fn does_its_job(&self, launch: &Launch) -> Readiness {
        let replica = &launch.replica;
        let leader = PidFile::leader(&self.site.state, replica);
        let fate = self.site.children.fate(replica);
        if let Some(Fate::Ended(status)) = fate {
            return Readiness::Never(format!("its process ended: {status}"));
        }
        let process = match (leader, fate) {
            (Ok(Some(process)), _) => process,
            (Ok(None), Some(_)) => {
                return Readiness::NotYet("its process is starting".to_owned());
            }
            (Ok(None), None) => return Readiness::Never("its process is gone".to_owned()),
            (Err(error), _) => return Readiness::Never(in_one_line(&error)),
        };
        let subject = Subject {
            state: &self.site.state,
            replica,
            process,
        };
        for check in &launch.checks {
            match check.look(&self.site.http, subject).await {
                Readiness::Ready => {}
                other => return other,
            }
        }
        Readiness::Ready
    }

    /// Kills a process with all that it started; one that does not run is passed over.
    pub(super) async fn kill(&self, replica: &str) -> Result<(), Error> {
        Ok(stop::kill_now(&self.site.state, replica).await?)
    }

    /// Starts a process again as it was started last, unless it is alive or was taken down since.
    pub(super) async fn start_again(&self, replica: &str) -> Result<(), Error> {
        match records::of(&self.site.state, replica)? {
            Some(launch) => start::start_again(&launch, &self.site).await,
            None => Ok(()),
        }
    }

    /// Ends whatever carries the mark of the folder, and names what would not go.
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
