//! The rules, on what servers say.

use super::facts::Facts;
use super::{Finding, Needs, Severity, findings};

/// A server as Temporal wants it.
fn sound() -> Facts {
    Facts {
        version: "8.4.7".into(),
        version_comment: "MySQL Community Server - GPL".into(),
        max_connections: 500,
        transaction_isolation: Some("REPEATABLE-READ".into()),
        innodb_flush_log_at_trx_commit: 1,
        sync_binlog: 1,
        prefer_ordering_index: Some(true),
        time_zone: "UTC".into(),
        require_secure_transport: true,
        tls_version: "TLSv1.3".into(),
    }
}

/// Needs that it meets.
const NEEDS: Needs = Needs {
    connections: 240,
    encryption: true,
};

/// What is found of a server that is sound but for one thing.
fn found(change: impl FnOnce(&mut Facts)) -> Vec<Finding> {
    let mut facts = sound();
    change(&mut facts);
    findings(&facts, &NEEDS)
}

/// The findings as people read them.
fn text(findings: &[Finding]) -> String {
    let text = findings.iter().map(|finding| {
        let Finding {
            severity,
            found,
            reason,
            remedy,
        } = finding;
        format!("{severity:?}: {found}\n  {reason}\n  {remedy}\n")
    });
    text.collect()
}

#[test]
fn a_sound_server_gives_no_finding() {
    assert_eq!(found(|_| ()), []);
    assert_eq!(found(|facts| facts.time_zone = "+02:00".into()), []);
    assert_eq!(found(|facts| facts.version = "9.7.4-2".into()), []);
    assert_eq!(found(|facts| facts.max_connections = 240), []);
}

#[test]
fn mariadb_is_refused_with_what_it_lacks() {
    let old = found(|facts| {
        facts.version = "10.11.19-MariaDB-1".into();
        facts.transaction_isolation = None;
        facts.prefer_ordering_index = None;
    });
    insta::assert_snapshot!(text(&old), @r#"
    Refused: MariaDB 10.11.19-MariaDB-1
      it has no variable `transaction_isolation` (ERROR 1193), which Temporal sets on every connection, and it lacks the operator `column->"$.path"`, which the visibility schema needs from version 1.2 on
      use MySQL 8.4; MariaDB could hold the default store alone, with visibility in another product, and the harness does not run such mixed stores
    "#);
    let new = found(|facts| {
        facts.version = "11.8.2".into();
        facts.version_comment = "mariadb.org binary distribution".into();
    });
    insta::assert_snapshot!(text(&new), @r#"
    Refused: MariaDB 11.8.2
      it lacks the operator `column->"$.path"`, which the visibility schema needs from version 1.2 on
      use MySQL 8.4; MariaDB could hold the default store alone, with visibility in another product, and the harness does not run such mixed stores
    "#);
}

#[test]
fn releases_without_what_the_schema_needs_are_refused() {
    let releases = ["5.7.44-log", "8.0.16", "8.0.18"].map(|version| {
        let found = found(|facts| facts.version = version.into());
        assert_eq!(found[0].severity, Severity::Refused);
        text(&found)
    });
    insta::assert_snapshot!(releases.concat(), @"
    Refused: MySQL 5.7.44-log
      Temporal's one MySQL plugin is `mysql8`; its schema for 5.7 was removed, and the visibility schema indexes expressions and JSON arrays, which MySQL can do since 8.0.17
      use MySQL 8.4
    Refused: MySQL 8.0.16
      the visibility schema indexes expressions and JSON arrays, which MySQL can do since 8.0.17, and Temporal is tested with 8.0.19 and later only (temporal#2210)
      use MySQL 8.4
    Refused: MySQL 8.0.18
      the visibility schema indexes expressions and JSON arrays, which MySQL can do since 8.0.17, and Temporal is tested with 8.0.19 and later only (temporal#2210)
      use MySQL 8.4
    ");
}

#[test]
fn an_old_release_or_one_that_cannot_be_read_is_a_warning() {
    let releases = ["8.0.19", "8.0.36-28-azure", "banana"].map(|version| {
        let found = found(|facts| facts.version = version.into());
        assert_eq!(found[0].severity, Severity::Warning);
        text(&found)
    });
    insta::assert_snapshot!(releases.concat(), @"
    Warning: MySQL 8.0.19
      MySQL 8.0 reached the end of its life in April 2026: no more security fixes
      use MySQL 8.4
    Warning: MySQL 8.0.36-28-azure
      MySQL 8.0 reached the end of its life in April 2026: no more security fixes
      use MySQL 8.4
    Warning: a server that calls its version `banana`
      it cannot be told whether that has what Temporal needs
      compare with MySQL 8.0.19, the oldest release that fits
    ");
}

#[test]
fn too_few_connections_are_refused_with_the_arithmetic() {
    let few = found(|facts| facts.max_connections = 151);
    insta::assert_snapshot!(text(&few), @"
    Refused: max_connections = 151
      the Temporal processes may open 240 connections, 89 more than that; under load MySQL would refuse them (ERROR 1040)
      set `max_connections` to 240 or more (`database.mysql.max-connections` in the profile), or run fewer replicas
    ");
}

#[test]
fn what_works_but_not_as_it_should_is_a_warning_with_its_remedy() {
    let all = found(|facts| {
        facts.prefer_ordering_index = Some(false);
        facts.innodb_flush_log_at_trx_commit = 2;
        facts.sync_binlog = 0;
        facts.time_zone = "Europe/Berlin".into();
        facts.require_secure_transport = false;
    });
    assert!(all.iter().all(|found| found.severity == Severity::Warning));
    insta::assert_snapshot!(text(&all), @"
    Warning: prefer_ordering_index=off in optimizer_switch
      listing workflows then sorts all of them in place of reading the first from an index: milliseconds become minutes (temporal#12209)
      SET PERSIST optimizer_switch = 'prefer_ordering_index=on'
    Warning: innodb_flush_log_at_trx_commit = 2
      not crash-safe: the last second of what Temporal has acknowledged may be lost with the machine, and with 0 even when only MySQL dies
      SET PERSIST innodb_flush_log_at_trx_commit = 1
    Warning: sync_binlog = 0
      not crash-safe: after a crash of the machine, recovery rolls back what the binary log does not have, though Temporal has acknowledged it, and replicas may differ
      SET PERSIST sync_binlog = 1
    Warning: time zone Europe/Berlin
      Temporal writes UTC into the TIMESTAMP columns of `cluster_membership`; MySQL takes that for local time and refuses the hour that the change to summer time leaves out (ERROR 1292), so that its processes lose sight of each other for that hour
      SET PERSIST time_zone = '+00:00'
    Warning: require_secure_transport = OFF
      the profile asks for TLS, and this server takes unencrypted connections as well
      SET PERSIST require_secure_transport = ON
    ");
}

#[test]
fn encryption_matters_only_where_it_is_asked_for() {
    let plain = found(|facts| facts.tls_version = String::new());
    insta::assert_snapshot!(text(&plain), @"
    Warning: a connection without TLS
      the profile asks for TLS, and without it workflow data can be read on the way
      give the server a certificate, and clients the one that it comes from
    ");
    let facts = Facts {
        require_secure_transport: false,
        tls_version: String::new(),
        ..sound()
    };
    let needs = Needs {
        encryption: false,
        ..NEEDS
    };
    assert_eq!(findings(&facts, &needs), []);
}

#[test]
fn refusals_come_first() {
    let mixed = found(|facts| {
        facts.version = "8.0.44".into();
        facts.max_connections = 10;
    });
    let severities: Vec<_> = mixed.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Refused, Severity::Warning]);
}

#[test]
fn facts_are_read_from_what_each_product_answers() {
    let rows = |pairs: &[(&str, &str)]| {
        let pair = |(name, value): &(&str, &str)| vec![Some((*name).into()), Some((*value).into())];
        pairs.iter().map(pair).collect::<Vec<_>>()
    };
    let mysql = [
        ("innodb_flush_log_at_trx_commit", "1"),
        ("max_connections", "500"),
        (
            "optimizer_switch",
            "index_merge=on,prefer_ordering_index=on,hash_join=on",
        ),
        ("require_secure_transport", "ON"),
        ("sync_binlog", "1"),
        ("system_time_zone", "UTC"),
        ("time_zone", "SYSTEM"),
        ("transaction_isolation", "REPEATABLE-READ"),
        ("version", "8.4.7"),
        ("version_comment", "MySQL Community Server - GPL"),
        ("Ssl_version", "TLSv1.3"),
    ];
    assert_eq!(Facts::of_answers(rows(&mysql)), Ok(sound()));

    let mariadb = [
        ("innodb_flush_log_at_trx_commit", "1"),
        ("max_connections", "151"),
        ("optimizer_switch", "index_merge=on"),
        ("sync_binlog", "0"),
        ("time_zone", "SYSTEM"),
        ("system_time_zone", "CEST"),
        ("version", "10.11.19-MariaDB-1"),
        ("Ssl_version", ""),
    ];
    let facts = Facts::of_answers(rows(&mariadb)).expect("its facts");
    assert_eq!(facts.transaction_isolation, None);
    assert_eq!(facts.prefer_ordering_index, None);
    assert_eq!(facts.time_zone, "CEST");

    let error = ("@@max_connections".to_owned(), String::new());
    assert_eq!(Facts::of_answers(rows(&mysql[2..])), Err(error));
}
