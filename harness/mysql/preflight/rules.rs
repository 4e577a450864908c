//! The rules, one function each. A rule names its source if it is not Temporal's own code.

use super::facts::Facts;
use super::finding::{Finding, Needs, Severity};
use super::release::{Release, is_mariadb};

/// The first release that Temporal can run on.
const OLDEST: Release = Release {
    major: 8,
    minor: 0,
    patch: 19,
};

/// The server is MySQL, in a release with the features that Temporal's schema needs.
pub(super) fn product(facts: &Facts) -> Option<Finding> {
    if is_mariadb(&facts.version, &facts.version_comment) {
        return Some(mariadb(facts));
    }
    let found = format!("MySQL {}", facts.version);
    let Some(release) = Release::of_version(&facts.version) else {
        return Some(warning(
            format!("a server with the unknown version `{}`", facts.version),
            "the harness cannot determine whether it has the features that Temporal needs",
            "compare it with MySQL 8.0.19, the oldest supported release",
        ));
    };
    let remedy = "use MySQL 8.4";
    match (release.major, release.minor) {
        (..=7, _) => Some(refusal(
            found,
            "Temporal's only MySQL plugin is `mysql8`, and its schema for 5.7 was removed; the \
             visibility schema indexes expressions and JSON arrays, which needs MySQL 8.0.17 or later",
            remedy,
        )),
        _ if release < OLDEST => Some(refusal(
            found,
            "the visibility schema indexes expressions and JSON arrays, which needs MySQL \
             8.0.17 or later, and Temporal is tested only with 8.0.19 and later (temporal#2210)",
            remedy,
        )),
        (8, 0) => Some(warning(
            found,
            "MySQL 8.0 reached its end of life in April 2026 and gets no security fixes",
            remedy,
        )),
        _ => None,
    }
}

/// The reason for refusing `MariaDB`.
fn mariadb(facts: &Facts) -> Finding {
    let operator = "it lacks the operator `column->\"$.path\"`, which the visibility schema needs \
                    from version 1.2 on";
    let reason = if facts.transaction_isolation.is_none() {
        format!(
            "it has no variable `transaction_isolation` (ERROR 1193), which Temporal sets on every \
             connection, and {operator}"
        )
    } else {
        operator.to_owned()
    };
    refusal(
        format!("MariaDB {}", facts.version),
        reason,
        "use MySQL 8.4; MariaDB supports only the default store, and the harness does not support a \
         visibility store in another product",
    )
}

/// The server allows as many connections as the Temporal processes may open.
pub(super) fn connections(facts: &Facts, needs: Needs) -> Option<Finding> {
    let (have, need) = (facts.max_connections, needs.connections);
    let missing = need.checked_sub(have).filter(|missing| *missing > 0)?;
    Some(refusal(
        format!("max_connections = {have}"),
        format!(
            "the Temporal processes may open {need} connections, {missing} more than that; under \
             load MySQL would refuse some of them (ERROR 1040)"
        ),
        format!(
            "set `max_connections` to {need} or more (`database.mysql.max-connections` in the \
             profile), or run fewer replicas"
        ),
    ))
}

/// The optimiser may read rows in the order of an index.
pub(super) fn prefer_ordering_index(facts: &Facts) -> Option<Finding> {
    (facts.prefer_ordering_index == Some(false)).then(|| {
        warning(
            "prefer_ordering_index=off in optimizer_switch",
            "listing workflows then sorts all of them instead of reading the first ones from an index: \
             it takes minutes instead of milliseconds (temporal#12209)",
            "SET PERSIST optimizer_switch = 'prefer_ordering_index=on'",
        )
    })
}

/// A commit is on disk when MySQL acknowledges it.
pub(super) fn flush_log(facts: &Facts) -> Option<Finding> {
    let value = facts.innodb_flush_log_at_trx_commit;
    (value != 1).then(|| {
        warning(
            format!("innodb_flush_log_at_trx_commit = {value}"),
            "not crash-safe: a crash of the machine may lose the last second of commits that Temporal \
             has acknowledged; with 0, even a crash of MySQL alone may lose them",
            "SET PERSIST innodb_flush_log_at_trx_commit = 1",
        )
    })
}

/// The entry of a commit in the binary log is on disk too. Without it, recovery rolls the commit
/// back.
pub(super) fn sync_binlog(facts: &Facts) -> Option<Finding> {
    let value = facts.sync_binlog;
    (value != 1).then(|| {
        warning(
            format!("sync_binlog = {value}"),
            "not crash-safe: after a crash of the machine, recovery rolls back acknowledged commits that \
             are not in the binary log, and replicas may differ",
            "SET PERSIST sync_binlog = 1",
        )
    })
}

/// Temporal writes UTC times. `DATETIME` columns store them unchanged in every time zone, but the
/// `TIMESTAMP` columns of `cluster_membership` convert them.
pub(super) fn time_zone(facts: &Facts) -> Option<Finding> {
    let zone = facts.time_zone.as_str();
    let fixed = zone.starts_with(['+', '-']);
    let utc = ["UTC", "GMT", "Etc/UTC", "Universal", "Zulu"].contains(&zone);
    (!fixed && !utc).then(|| {
        warning(
            format!("time zone {zone}"),
            "Temporal writes UTC into the TIMESTAMP columns of `cluster_membership`; MySQL reads it as \
             local time and refuses the hour that is skipped when daylight saving time begins \
             (ERROR 1292), so for that hour the Temporal processes do not find each other",
            "SET PERSIST time_zone = '+00:00'",
        )
    })
}

/// Connections are encrypted if the profile requires TLS.
pub(super) fn encryption(facts: &Facts, needs: Needs) -> Option<Finding> {
    if !needs.encryption {
        return None;
    }
    if facts.tls_version.is_empty() {
        return Some(warning(
            "a connection without TLS",
            "the profile requires TLS; without it, workflow data can be read on the network",
            "give the server a certificate, and give the clients its authority's certificate",
        ));
    }
    (!facts.require_secure_transport).then(|| {
        warning(
            "require_secure_transport = OFF",
            "the profile requires TLS, but this server also accepts unencrypted connections",
            "SET PERSIST require_secure_transport = ON",
        )
    })
}

/// Temporal cannot run on this server.
fn refusal(
    found: impl Into<String>,
    reason: impl Into<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        severity: Severity::Refused,
        found: found.into(),
        reason: reason.into(),
        remedy: remedy.into(),
    }
}

/// Temporal can run, with a disadvantage.
fn warning(
    found: impl Into<String>,
    reason: impl Into<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        severity: Severity::Warning,
        ..refusal(found, reason, remedy)
    }
}
