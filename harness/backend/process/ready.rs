//! Whether a replica does its job: it is alive, and its checks hold.

use super::backend::ProcessBackend;
use super::liveness::PidFile;
use super::probe::Subject;
use crate::backend::Readiness;
use crate::causes::in_one_line;
use crate::plan::ResourceId;

impl ProcessBackend {
    pub(super) async fn process_ready(&self, id: &ResourceId) -> Readiness {
        let replica = id.name();
        let launch = match self.launch(id) {
            Ok(launch) => launch,
            Err(error) => return Readiness::Never(in_one_line(&error)),
        };
        if let Some(status) = self.children().ended(replica) {
            return Readiness::Never(format!("its process ended: {status}"));
        }
        let process = match PidFile::leader(self.state(), replica) {
            Ok(Some(process)) => process,
            Ok(None) if self.children().is_running(replica) => {
                return Readiness::NotYet("its process is starting".to_owned());
            }
            Ok(None) => return Readiness::Never("its process is gone".to_owned()),
            Err(error) => return Readiness::Never(in_one_line(&error)),
        };
        let subject = Subject {
            state: self.state(),
            replica,
            process,
        };
        for check in &launch.checks {
            match check.look(self.http(), subject).await {
                Readiness::Ready => {}
                other => return other,
            }
        }
        Readiness::Ready
    }
}
