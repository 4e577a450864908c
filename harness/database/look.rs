//! Observes the container and checks whether it is ready.

use std::sync::atomic::Ordering;
use std::time::Duration;

use backend::Readiness;
use docker::{Container, OWNER, Status};
use model::plan::{Observed, ResourceId, State};
use model::topology::Digest;
use mysql::preflight::{self, Facts, Finding, Severity};
use mysql::{Client, ConnectOptions};

use super::Error;
use super::container::DIGEST;
use super::mysql::{Mysql, container_id};
use super::prepared::Prepared;

/// The deadline of a query that only observes.
pub(super) const QUERY_DEADLINE: Duration = Duration::from_secs(3);

/// The first pause between two attempts. It doubles up to the last.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(20);
pub(super) const LAST_PAUSE: Duration = Duration::from_millis(200);

impl Mysql {
    /// The container, if it belongs to this state folder.
    pub(super) async fn ours(&self) -> Result<Option<Container>, Error> {
        let found = self.engine().container(self.names().container()).await?;
        let is_ours = |found: &Container| {
            let owner = found.labels.get(OWNER);
            owner.is_some_and(|owner| owner == self.owner())
        };
        Ok(found.filter(is_ours))
    }

    /// The reason why the container is not running; `None` if it runs.
    pub(super) async fn why_not_running(&self) -> Result<Option<String>, Error> {
        Ok(match self.ours().await? {
            Some(container) if container.status == Status::Running => None,
            Some(container) => Some(container.status.to_string()),
            None => Some("its container is gone".to_owned()),
        })
    }

    /// The answer of MySQL to a sign-in as Temporal, if the container runs and has a record.
    pub(super) async fn answer(&self) -> Result<Option<Result<(), mysql::Error>>, Error> {
        if self.record()?.is_none() || self.why_not_running().await?.is_some() {
            return Ok(None);
        }
        match self.recorded_options() {
            Ok(access) => Ok(Some(answers(&access).await)),
            Err(_) => Ok(None),
        }
    }

    pub(super) async fn observe_container(
        &self,
        named: &[ResourceId],
        answer: Option<&Result<(), mysql::Error>>,
    ) -> Result<Option<Observed>, Error> {
        let record = self.record()?;
        let state = match self.ours().await? {
            // Its next start repairs that.
            Some(_) if let Some(Err(denied @ mysql::Error::Denied { .. })) = answer => {
                dead(&denied.to_string())
            }
            Some(container) => alive(&container, record.is_some()),
            None if !self.parts().await?.is_empty() => {
                dead("its container is gone, but other parts of it remain")
            }
            None if named.contains(&container_id()) => dead("its container does not exist"),
            None => return Ok(None),
        };
        Ok(Some(Observed {
            id: container_id(),
            state,
            needs: record.map(|record| record.needs).unwrap_or_default(),
            stays: false,
        }))
    }

    pub(super) async fn container_ready(&self, prepared: Option<&Prepared>) -> Readiness {
        let looked = self.look(prepared).await;
        if matches!(looked, Readiness::Never(_)) {
            // Keeps the log, so that an error can show its end.
            self.keep_log().await;
        }
        looked
    }

    async fn look(&self, prepared: Option<&Prepared>) -> Readiness {
        match self.why_not_running().await {
            Ok(None) => {}
            Ok(Some(reason)) => return Readiness::Never(reason),
            Err(error) => return Readiness::NotYet(error.in_one_line()),
        }
        let access = match self.recorded_options() {
            Ok(access) => access,
            Err(error) => return Readiness::Never(error.in_one_line()),
        };
        match self.check(&access, prepared).await {
            Ok(readiness) => readiness,
            Err(error) => readiness_of(error),
        }
    }

    /// Runs a real query and checks whether Temporal can run on this MySQL.
    async fn check(
        &self,
        access: &ConnectOptions,
        prepared: Option<&Prepared>,
    ) -> Result<Readiness, mysql::Error> {
        let mut client = Client::connect(access, None, QUERY_DEADLINE).await?;
        let facts = Facts::read(&mut client).await?;
        let Some(prepared) = prepared else {
            return Ok(Readiness::Ready);
        };
        let findings = preflight::findings(&facts, &prepared.requirements);
        if let Some(refused) = findings
            .iter()
            .find(|finding| finding.severity == Severity::Refused)
        {
            return Ok(Readiness::Never(message(refused)));
        }
        if !self.warned.swap(true, Ordering::Relaxed) {
            for finding in &findings {
                prepared.news.notice(message(finding));
            }
        }
        Ok(Readiness::Ready)
    }
}

/// Runs a query that every user may run.
pub(super) async fn answers(access: &ConnectOptions) -> Result<(), mysql::Error> {
    let mut client = Client::connect(access, None, QUERY_DEADLINE).await?;
    client.rows("SELECT 1").await.map(drop)
}

/// Whether an error is final: MySQL will refuse the same again.
fn readiness_of(error: mysql::Error) -> Readiness {
    use mysql::Error::{Denied, Tls, TlsRequired};

    let never = matches!(error, Denied { .. } | Tls { .. } | TlsRequired { .. });
    let reason = Error::from(error).in_one_line();
    if never {
        Readiness::Never(reason)
    } else {
        Readiness::NotYet(reason)
    }
}

fn alive(container: &Container, has_record: bool) -> State {
    let digest = container.labels.get(DIGEST);
    let digest =
        digest.and_then(|digest| serde_json::from_value::<Digest>(digest.as_str().into()).ok());
    match (&container.status, digest) {
        (Status::Running, Some(digest)) if has_record => State::Live(digest),
        (Status::Running, _) => dead("it runs without a record"),
        (status, _) => dead(&status.to_string()),
    }
}

fn dead(reason: &str) -> State {
    State::Dead {
        reason: reason.to_owned(),
    }
}

fn message(finding: &Finding) -> String {
    let Finding {
        severity: _,
        found,
        reason,
        remedy,
    } = finding;
    format!("MySQL: {found}: {reason}; {remedy}")
}
