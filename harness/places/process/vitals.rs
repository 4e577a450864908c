//! Which replicas live, and how those ended that do not.

use backend::{Vital, Vitals};
use base::causes::in_one_line;
use base::log_tail::LogTail;
use model::topology::ServiceName;

use super::apply::Fate;
use super::backend::ProcessBackend;
use super::containers;
use super::launch::Launch;
use super::liveness::PidFile;

/// What is said of a process that this command had not started: only its parent is told.
const NOT_KNOWN: &str =
    "its process is gone, and its exit status is not known: an earlier command had started it";

impl ProcessBackend {
    /// One look at all processes and containers.
    pub(super) async fn lives(&self) -> Vitals {
        let mut vitals = self.containers().vitals().await;
        let replicas = match Launch::replicas(self.state()) {
            Ok(replicas) => replicas,
            Err(error) => {
                vitals.unseen = Some(in_one_line(&error));
                return vitals;
            }
        };
        for replica in replicas {
            match self.life(&replica) {
                Ok(vital) => vitals
                    .replicas
                    .extend(vital.map(|vital| (replica.clone(), vital))),
                Err(error) => {
                    vitals.unseen = Some(format!("{replica}: {}", in_one_line(&error)));
                }
            }
        }
        vitals
    }

    /// The life of a replica; `None` of one that is being started.
    fn life(&self, replica: &str) -> std::io::Result<Option<Vital>> {
        let Some(launch) = Launch::known(self.state(), replica)? else {
            return Ok(None);
        };
        let vital = |process: PidFile, ended: Option<String>| Vital {
            services: launch.services.clone(),
            life: process.life(),
            ended,
            before: None,
            if_gone: "its launch record is gone",
        };
        if let Some(process) = PidFile::leader(self.state(), replica)? {
            return Ok(Some(vital(process, None)));
        }
        let Some(process) = PidFile::last(self.state(), replica)? else {
            return Ok(None);
        };
        let status = match self.children().pid(replica) {
            // It was started since, and has yet to write that down.
            Some(pid) if pid != process.pid => return Ok(None),
            Some(_) => match self.children().fate(replica) {
                Some(Fate::Ended(status)) => status,
                // It has let its lock go. The kernel will say how it ended, if it has.
                Some(Fate::Runs) => return Ok(Some(vital(process, None))),
                None => NOT_KNOWN.to_owned(),
            },
            None => NOT_KNOWN.to_owned(),
        };
        Ok(Some(vital(process, Some(status))))
    }

    /// The end of the log of a replica in its last life, or in a named one.
    pub(super) async fn log_end(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        if containers::is_one(&ServiceName::new(replica)) {
            return self.containers().log_end(replica, life).await;
        }
        let launch = Launch::read(self.state(), replica).ok()??;
        let last = PidFile::last(self.state(), replica)
            .ok()?
            .map(PidFile::life);
        // Where one life ends in the log is known of the last only.
        let is_last = life.is_none() || life == last.as_deref();
        is_last.then(|| launch.log_tail(self.state())).flatten()
    }
}
