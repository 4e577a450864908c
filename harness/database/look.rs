//! What there is of the container, and whether it does its job.

use std::sync::atomic::Ordering;
use std::time::Duration;

use backend::Readiness;
use docker::{Container, OWNER, Status};
use model::plan::{Observed, ResourceId, State};
use model::topology::Digest;
use mysql::preflight::{self, Facts, Finding, Severity};
use mysql::{Access, Client};

use super::Error;
use super::container::DIGEST;
use super::mysql::{Mysql, container_id};
use super::prepared::Prepared;

/// How long a question that is only a look may take.
pub(super) const LOOK: Duration = Duration::from_secs(3);

/// The first wait between two looks; doubled each time up to the last.
pub(super) const FIRST_LOOK: Duration = Duration::from_millis(20);
pub(super) const LAST_LOOK: Duration = Duration::from_millis(200);

impl Mysql {
    /// The container, if it is ours.
    pub(super) async fn ours(&self) -> Result<Option<Container>, Error> {
        let found = self.engine().container(self.names().container()).await?;
        let is_ours = |found: &Container| {
            let owner = found.labels.get(OWNER);
            owner.is_some_and(|owner| owner == self.owner())
        };
        Ok(found.filter(is_ours))
    }

    /// Why the container does not run, if it does not.
    pub(super) async fn why_not_running(&self) -> Result<Option<String>, Error> {
        Ok(match self.ours().await? {
            Some(container) if container.status == Status::Running => None,
            Some(container) => Some(container.status.to_string()),
            None => Some("its container is gone".to_owned()),
        })
    }

    /// What it says, if it runs and was made here, to those who sign in as Temporal does.
    pub(super) async fn answer(&self) -> Result<Option<Result<(), mysql::Error>>, Error> {
        if self.record()?.is_none() || self.why_not_running().await?.is_some() {
            return Ok(None);
        }
        match self.reach() {
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
            // Its next start mends that.
            Some(_) if let Some(Err(denied @ mysql::Error::Denied { .. })) = answer => {
                dead(&denied.to_string())
            }
            Some(container) => alive(&container, record.is_some()),
            None if !self.parts().await?.is_empty() => {
                dead("its container is gone, and what belongs to it is left")
            }
            None if named.contains(&container_id()) => dead("its container is not there"),
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
            // For whoever shows the end of it.
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
        let access = match self.reach() {
            Ok(access) => access,
            Err(error) => return Readiness::Never(error.in_one_line()),
        };
        match self.judge(&access, prepared).await {
            Ok(readiness) => readiness,
            Err(error) => judged(error),
        }
    }

    /// Asks MySQL what it is, which is a real query, and whether Temporal can run on that.
    async fn judge(
        &self,
        access: &Access,
        prepared: Option<&Prepared>,
    ) -> Result<Readiness, mysql::Error> {
        let mut client = Client::connect(access, None, LOOK).await?;
        let facts = Facts::read(&mut client).await?;
        let Some(prepared) = prepared else {
            return Ok(Readiness::Ready);
        };
        let findings = preflight::findings(&facts, &prepared.asks);
        if let Some(refused) = findings
            .iter()
            .find(|finding| finding.severity == Severity::Refused)
        {
            return Ok(Readiness::Never(told(refused)));
        }
        if !self.warned.swap(true, Ordering::Relaxed) {
            for finding in &findings {
                prepared.news.notice(told(finding));
            }
        }
        Ok(Readiness::Ready)
    }
}

/// Asks something that every user may ask.
pub(super) async fn answers(access: &Access) -> Result<(), mysql::Error> {
    let mut client = Client::connect(access, None, LOOK).await?;
    client.rows("SELECT 1").await.map(drop)
}

/// What an error of a look says of the future: what is refused now will be refused again.
fn judged(error: mysql::Error) -> Readiness {
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

fn told(finding: &Finding) -> String {
    let Finding {
        severity: _,
        found,
        reason,
        remedy,
    } = finding;
    format!("MySQL: {found}: {reason}; {remedy}")
}
