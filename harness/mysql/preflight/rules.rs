//! The rules, one function each; where a reason was found elsewhere, it says where.

use super::facts::Facts;
use super::finding::{Finding, Needs, Severity};
use super::release::{Release, is_mariadb};

/// The first release that Temporal can run on.
const OLDEST: Release = Release {
    major: 8,
    minor: 0,
    patch: 19,
};

/// It is MySQL, of a release that has what Temporal's schema needs.
pub(super) fn product(facts: &Facts) -> Option<Finding> {
    if is_mariadb(&facts.version, &facts.version_comment) {
        return Some(mariadb(facts));
    }
    let found = format!("MySQL {}", facts.version);
    let Some(release) = Release::of_version(&facts.version) else {
        return Some(warning(
            format!("a server that calls its version `{}`", facts.version),
            "it cannot be told whether that has what Temporal needs",
            "compare with MySQL 8.0.19, the oldest release that fits",
        ));
    };
    let remedy = "use MySQL 8.4";
    match (release.major, release.minor) {
        (..=7, _) => Some(refusal(
            found,
            "Temporal's one MySQL plugin is `mysql8`; its schema for 5.7 was removed, and the \
             visibility schema indexes expressions and JSON arrays, which MySQL can do since 8.0.17",
            remedy,
        )),
        _ if release < OLDEST => Some(refusal(
            found,
            "the visibility schema indexes expressions and JSON arrays, which MySQL can do since \
             8.0.17, and Temporal is tested with 8.0.19 and later only (temporal#2210)",
            remedy,
        )),
        (8, 0) => Some(warning(
            found,
            "MySQL 8.0 reached the end of its life in April 2026: no more security fixes",
            remedy,
        )),
        _ => None,
    }
}

/// Why `MariaDB` will not do.
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
        "use MySQL 8.4; MariaDB could hold the default store alone, with visibility in another \
         product, and the harness does not run such mixed stores",
    )
}

/// Everyone who may connect can.
pub(super) fn connections(facts: &Facts, needs: Needs) -> Option<Finding> {
    let (have, need) = (facts.max_connections, needs.connections);
    let missing = need.checked_sub(have).filter(|missing| *missing > 0)?;
    Some(refusal(
        format!("max_connections = {have}"),
        format!(
            "the Temporal processes may open {need} connections, {missing} more than that; under \
             load MySQL would refuse them (ERROR 1040)"
        ),
        format!(
            "set `max_connections` to {need} or more (`database.mysql.max-connections` in the \
             profile), or run fewer replicas"
        ),
    ))
}

/// The optimiser may read an index in order.
pub(super) fn prefer_ordering_index(facts: &Facts) -> Option<Finding> {
    (facts.prefer_ordering_index == Some(false)).then(|| {
        warning(
            "prefer_ordering_index=off in optimizer_switch",
            "listing workflows then sorts all of them in place of reading the first from an index: \
             milliseconds become minutes (temporal#12209)",
            "SET PERSIST optimizer_switch = 'prefer_ordering_index=on'",
        )
    })
}

/// A commit is on the disk when it is acknowledged.
pub(super) fn flush_log(facts: &Facts) -> Option<Finding> {
    let value = facts.innodb_flush_log_at_trx_commit;
    (value != 1).then(|| {
        warning(
            format!("innodb_flush_log_at_trx_commit = {value}"),
            "not crash-safe: the last second of what Temporal has acknowledged may be lost with \
             the machine, and with 0 even when only MySQL dies",
            "SET PERSIST innodb_flush_log_at_trx_commit = 1",
        )
    })
}

/// So is its entry in the binary log, without which recovery rolls it back.
pub(super) fn sync_binlog(facts: &Facts) -> Option<Finding> {
    let value = facts.sync_binlog;
    (value != 1).then(|| {
        warning(
            format!("sync_binlog = {value}"),
            "not crash-safe: after a crash of the machine, recovery rolls back what the binary log \
             does not have, though Temporal has acknowledged it, and replicas may differ",
            "SET PERSIST sync_binlog = 1",
        )
    })
}

/// Temporal writes times of UTC. `DATETIME` takes them as they are, whatever the zone; the
/// `TIMESTAMP` columns of `cluster_membership` do not.
pub(super) fn time_zone(facts: &Facts) -> Option<Finding> {
    let zone = facts.time_zone.as_str();
    let fixed = zone.starts_with(['+', '-']);
    let utc = ["UTC", "GMT", "Etc/UTC", "Universal", "Zulu"].contains(&zone);
    (!fixed && !utc).then(|| {
        warning(
            format!("time zone {zone}"),
            "Temporal writes UTC into the TIMESTAMP columns of `cluster_membership`; MySQL takes \
             that for local time and refuses the hour that the change to summer time leaves out \
             (ERROR 1292), so that its processes lose sight of each other for that hour",
            "SET PERSIST time_zone = '+00:00'",
        )
    })
}

/// Nothing passes unencrypted where that was asked for.
pub(super) fn encryption(facts: &Facts, needs: Needs) -> Option<Finding> {
    if !needs.encryption {
        return None;
    }
    if facts.tls_version.is_empty() {
        return Some(warning(
            "a connection without TLS",
            "the profile asks for TLS, and without it workflow data can be read on the way",
            "give the server a certificate, and clients the one that it comes from",
        ));
    }
    (!facts.require_secure_transport).then(|| {
        warning(
            "require_secure_transport = OFF",
            "the profile asks for TLS, and this server takes unencrypted connections as well",
            "SET PERSIST require_secure_transport = ON",
        )
    })
}

/// Temporal cannot run on it.
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

/// It works, but not as it should.
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
