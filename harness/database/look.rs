//! Signs in to MySQL and checks whether Temporal can run on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backend::Readiness;
use mysql::preflight::{self, Facts, Finding, Severity};
use mysql::{Client, ConnectOptions};

use super::Error;
use super::prepared::Prepared;

/// The deadline of a query that only observes.
pub(super) const QUERY_DEADLINE: Duration = Duration::from_secs(3);

/// The first pause between two attempts. It doubles up to the last.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(20);
pub(super) const LAST_PAUSE: Duration = Duration::from_millis(200);

/// Whether MySQL answers and Temporal can run on it. `warned` says whether the preflight warnings
/// were reported.
pub(super) async fn suits(
    access: &ConnectOptions,
    prepared: Option<&Prepared>,
    warned: &AtomicBool,
) -> Readiness {
    let checked = check(access, prepared, warned).await;
    checked.unwrap_or_else(readiness_of)
}

/// Runs a real query and the preflight rules.
async fn check(
    access: &ConnectOptions,
    prepared: Option<&Prepared>,
    warned: &AtomicBool,
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
    if !warned.swap(true, Ordering::Relaxed) {
        for finding in &findings {
            prepared.news.notice(message(finding));
        }
    }
    Ok(Readiness::Ready)
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

fn message(finding: &Finding) -> String {
    let Finding {
        severity: _,
        found,
        reason,
        remedy,
    } = finding;
    format!("MySQL: {found}: {reason}; {remedy}")
}
