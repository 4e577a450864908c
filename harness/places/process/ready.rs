//! Whether a replica does its job: it is alive, and its checks hold.

use backend::Readiness;
use base::causes::in_one_line;
use model::plan::ResourceId;

use super::apply::Fate;
use super::backend::ProcessBackend;
use super::liveness::PidFile;
use super::probe::Subject;

impl ProcessBackend {
    pub(super) async fn process_ready(&self, id: &ResourceId) -> Readiness {
        let replica = id.name();
        let launch = match self.launch(id) {
            Ok(launch) => launch,
            Err(error) => return Readiness::Never(in_one_line(&error)),
        };
        let leader = PidFile::leader(self.state(), replica);
        let fate = self.children().fate(replica);
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
