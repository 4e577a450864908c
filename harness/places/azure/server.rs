//! The database server in Azure, as a target of faults: restarts it, by failover if it has a
//! standby, and checks its state.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use azure::arm::{Restart, Wait};
use azure::{api_version, resource_type};
use base::causes::in_one_line;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::site::Site;

/// How long Azure may take to restart a server, or to fail it over.
const RESTART: Duration = Duration::from_mins(10);

/// The state of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// It does not exist.
    Absent,
    Ready,
    /// It does not do its job; the state, in Azure's words.
    Away(String),
}

/// The result of a restart, once it has ended; the error is for people.
type Ending = Arc<OnceLock<Result<(), String>>>;

#[derive(Debug)]
pub(super) struct Server {
    site: Arc<Site>,
    /// The last restart that this command began.
    restart: Mutex<Option<Ending>>,
    /// Tasks that wait for the end of a restart. They stop when this is dropped.
    waits: Mutex<JoinSet<()>>,
}

impl Server {
    pub(super) fn new(site: &Arc<Site>) -> Self {
        Self {
            site: Arc::clone(site),
            restart: Mutex::default(),
            waits: Mutex::default(),
        }
    }

    /// Begins a restart, which Azure finishes. A server that is already unavailable is not
    /// restarted, since its state would then prove nothing.
    pub(super) async fn restart(&self, failover: bool) -> Result<(), backend::Error> {
        let reason = match self.condition().await? {
            Condition::Ready => None,
            Condition::Absent => Some("there is no server".to_owned()),
            Condition::Away(what) => Some(what),
        };
        if let Some(reason) = reason {
            return Err(Error::Unfit { reason }.into());
        }
        let how = if failover {
            Restart::Failover
        } else {
            Restart::InPlace
        };
        let scope = self.site.scope().await?;
        let arm = self.site.arm().await?;
        let begun = arm.restart_server(&scope.group, &scope.names.mysql, how);
        let begun = begun.await.map_err(Error::azure("restart the database"))?;
        let ended = Arc::new(OnceLock::new());
        *self.last() = Some(Arc::clone(&ended));
        let arm = arm.clone();
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.spawn(async move {
            let wait = Wait {
                cancel: &CancellationToken::new(),
                deadline: RESTART,
                on_pending: &|_| {},
                progress: &|_| {},
            };
            let done = arm.finish(begun, &wait).await;
            let done = done.map(drop).map_err(|error| in_one_line(&error));
            ended.get_or_init(|| done);
        });
        Ok(())
    }

    /// Whether Azure has not finished a restart that this command began.
    pub(super) fn is_restarting(&self) -> bool {
        self.last()
            .as_ref()
            .is_some_and(|last| last.get().is_none())
    }

    /// Why the last restart that this command began failed, if it did.
    pub(super) fn failure(&self) -> Option<String> {
        let last = self.last();
        last.as_ref()?.get()?.as_ref().err().cloned()
    }

    fn last(&self) -> MutexGuard<'_, Option<Ending>> {
        self.restart.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn condition(&self) -> Result<Condition, backend::Error> {
        let scope = self.site.scope().await?;
        let arm = self.site.arm().await?;
        let name = &scope.names.mysql;
        let found = arm.resource(
            &scope.group,
            resource_type::SERVER,
            api_version::MYSQL,
            name,
        );
        let found = found.await;
        let found = found.map_err(Error::azure("look up the database server"))?;
        Ok(found.map_or(Condition::Absent, |server| condition(name, &server)))
    }
}

/// The state in a server's JSON document.
fn condition(name: &str, server: &Value) -> Condition {
    let word = |pointer: &str| server.pointer(pointer).and_then(Value::as_str);
    match word("/properties/state") {
        Some("Ready") => {}
        Some(state) => return Condition::Away(format!("server {name} is {state}")),
        None => return Condition::Away(format!("server {name} reports no state")),
    }
    match word("/properties/highAvailability/state") {
        None | Some("Healthy" | "NotEnabled") => Condition::Ready,
        Some(state) => Condition::Away(format!("the standby of server {name} is {state}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_server_is_ready_if_it_reports_so_and_its_standby_is_healthy() {
        let found = |state: &str, standby: Value| {
            let availability = json!({"mode": "ZoneRedundant", "state": standby});
            let properties = json!({"state": state, "highAvailability": availability});
            condition("db", &json!({"properties": properties}))
        };
        for standby in [json!("Healthy"), json!("NotEnabled"), Value::Null] {
            assert_eq!(found("Ready", standby), Condition::Ready);
        }
        let away = |said: &str| Condition::Away(said.to_owned());
        let busy = found("Updating", json!("Healthy"));
        assert_eq!(busy, away("server db is Updating"));
        let over = found("Ready", json!("FailingOver"));
        assert_eq!(over, away("the standby of server db is FailingOver"));
        let mute = condition("db", &json!({}));
        assert_eq!(mute, away("server db reports no state"));
    }
}
