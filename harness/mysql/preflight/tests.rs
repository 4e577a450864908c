//! The rules with the settings of real servers.

use super::facts::Facts;
use super::{Finding, Needs, Severity, findings};

/// A server that meets all rules.
fn good() -> Facts {
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

/// Requirements that this server meets.
const NEEDS: Needs = Needs {
    connections: 240,
    encryption: true,
};

/// The findings for a good server with one change.
fn found(change: impl FnOnce(&mut Facts)) -> Vec<Finding> {
    let mut facts = good();
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
fn a_good_server_has_no_findings() {
    assert_eq!(found(|_| ()), []);
    assert_eq!(found(|facts| facts.time_zone = "+02:00".into()), []);
    assert_eq!(found(|facts| facts.version = "9.7.4-2".into()), []);
    assert_eq!(found(|facts| facts.max_connections = 240), []);
}

#[test]
fn mariadb_is_refused_with_the_missing_features() {
    let old = found(|facts| {
        facts.version = "10.11.19-MariaDB-1".into();
        facts.transaction_isolation = None;
        facts.prefer_ordering_index = None;
    });
    insta::assert_snapshot!(text(&old), @r#"
    Refused: MariaDB 10.11.19-MariaDB-1
      it has no variable `transaction_isolation` (ERROR 1193), which Temporal sets on every connection, and it lacks the operator `column->"$.path"`, which the visibility schema needs from version 1.2 on
      use MySQL 8.4; MariaDB supports only the default store, and the harness does not support a visibility store in another product
    "#);
    let new = found(|facts| {
        facts.version = "11.8.2".into();
        facts.version_comment = "mariadb.org binary distribution".into();
    });
    insta::assert_snapshot!(text(&new), @r#"
    Refused: MariaDB 11.8.2
      it lacks the operator `column->"$.path"`, which the visibility schema needs from version 1.2 on
      use MySQL 8.4; MariaDB supports only the default store, and the harness does not support a visibility store in another product
    "#);
}

#[test]
fn releases_that_lack_features_of_the_schema_are_refused() {
    let releases = ["5.7.44-log", "8.0.16", "8.0.18"].map(|version| {
        let found = found(|facts| facts.version = version.into());
        assert_eq!(found[0].severity, Severity::Refused);
        text(&found)
    });
    insta::assert_snapshot!(releases.concat(), @"
    Refused: MySQL 5.7.44-log
      Temporal's only MySQL plugin is `mysql8`, and its schema for 5.7 was removed; the visibility schema indexes expressions and JSON arrays, which needs MySQL 8.0.17 or later
      use MySQL 8.4
    Refused: MySQL 8.0.16
      the visibility schema indexes expressions and JSON arrays, which needs MySQL 8.0.17 or later, and Temporal is tested only with 8.0.19 and later (temporal#2210)
      use MySQL 8.4
    Refused: MySQL 8.0.18
      the visibility schema indexes expressions and JSON arrays, which needs MySQL 8.0.17 or later, and Temporal is tested only with 8.0.19 and later (temporal#2210)
      use MySQL 8.4
    ");
}

#[test]
fn an_old_or_unreadable_release_is_a_warning() {
    let releases = ["8.0.19", "8.0.36-28-azure", "banana"].map(|version| {
        let found = found(|facts| facts.version = version.into());
        assert_eq!(found[0].severity, Severity::Warning);
        text(&found)
    });
    insta::assert_snapshot!(releases.concat(), @"
    Warning: MySQL 8.0.19
      MySQL 8.0 reached its end of life in April 2026 and gets no security fixes
      use MySQL 8.4
    Warning: MySQL 8.0.36-28-azure
      MySQL 8.0 reached its end of life in April 2026 and gets no security fixes
      use MySQL 8.4
    Warning: a server with the unknown version `banana`
      the harness cannot determine whether it has the features that Temporal needs
      compare it with MySQL 8.0.19, the oldest supported release
    ");
}

#[test]
fn too_few_connections_are_refused_with_the_arithmetic() {
    let few = found(|facts| facts.max_connections = 151);
    insta::assert_snapshot!(text(&few), @"
    Refused: max_connections = 151
      the Temporal processes may open 240 connections, 89 more than that; under load MySQL would refuse some of them (ERROR 1040)
      set `max_connections` to 240 or more (`database.mysql.max-connections` in the profile), or run fewer replicas
    ");
}

#[test]
fn a_setting_with_a_disadvantage_is_a_warning_with_its_remedy() {
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
      listing workflows then sorts all of them instead of reading the first ones from an index: it takes minutes instead of milliseconds (temporal#12209)
      SET PERSIST optimizer_switch = 'prefer_ordering_index=on'
    Warning: innodb_flush_log_at_trx_commit = 2
      not crash-safe: a crash of the machine may lose the last second of commits that Temporal has acknowledged; with 0, even a crash of MySQL alone may lose them
      SET PERSIST innodb_flush_log_at_trx_commit = 1
    Warning: sync_binlog = 0
      not crash-safe: after a crash of the machine, recovery rolls back acknowledged commits that are not in the binary log, and replicas may differ
      SET PERSIST sync_binlog = 1
    Warning: time zone Europe/Berlin
      Temporal writes UTC into the TIMESTAMP columns of `cluster_membership`; MySQL reads it as local time and refuses the hour that is skipped when daylight saving time begins (ERROR 1292), so for that hour the Temporal processes do not find each other
      SET PERSIST time_zone = '+00:00'
    Warning: require_secure_transport = OFF
      the profile requires TLS, but this server also accepts unencrypted connections
      SET PERSIST require_secure_transport = ON
    ");
}

#[test]
fn encryption_matters_only_if_it_is_required() {
    let plain = found(|facts| facts.tls_version = String::new());
    insta::assert_snapshot!(text(&plain), @"
    Warning: a connection without TLS
      the profile requires TLS; without it, workflow data can be read on the network
      give the server a certificate, and give the clients its authority's certificate
    ");
    let facts = Facts {
        require_secure_transport: false,
        tls_version: String::new(),
        ..good()
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
fn the_settings_of_each_product_are_parsed() {
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
    assert_eq!(Facts::of_answers(rows(&mysql)), Ok(good()));

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
