//! The state of a schema, derived from the recorded steps.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;

use super::super::judge::{Found, judge};
use super::super::manifest::Manifest;
use super::super::object::Object;
use super::super::{State, Store, Version};

/// A version with major number 1.
fn version(minor: u16) -> Version {
    Version { major: 1, minor }
}

/// A complete schema of a version, with some objects added and others removed.
fn found(store: Store, minor: u16, more: &[&str], less: &[&str]) -> Found {
    let objects = Manifest::of(store);
    let objects = objects.objects(version(minor));
    let mut objects: BTreeSet<Object> = objects.into_iter().cloned().collect();
    objects.extend(more.iter().map(|text| object(text)));
    for text in less {
        assert!(objects.remove(&object(text)), "{text} is part of 1.{minor}");
    }
    Found {
        version: Some(version(minor)),
        objects,
    }
}

/// An object, in the notation of the recorded steps.
fn object(text: &str) -> Object {
    let (kind, name) = text.split_once(' ').expect("two words");
    Object::parse(kind, name).expect("a part of a schema")
}

/// The state for the newest release.
fn state(store: Store, found: &Found) -> State {
    let manifest = Manifest::of(store);
    judge(&manifest, "db", found, store.expected("1.32.0"))
}

#[test]
fn a_whole_schema_is_judged_by_its_version() {
    use State::{Current, Newer, Older};

    let whole = |minor| found(Store::Default, minor, &[], &[]);
    assert_eq!(state(Store::Default, &whole(19)), Current(version(19)));
    assert_eq!(state(Store::Default, &whole(18)), Older(version(18)));
    let manifest = Manifest::of(Store::Default);
    let for_release = |minor, release| {
        let expected = Store::Default.expected(release);
        judge(&manifest, "db", &whole(minor), expected)
    };
    assert_eq!(for_release(19, "1.30.4"), Newer(version(19)));
    assert_eq!(for_release(19, "1.99.0"), Current(version(19)));
    let nothing = Found {
        version: Some(Version::NONE),
        ..Found::default()
    };
    assert_eq!(judge(&manifest, "db", &nothing, None), Older(Version::NONE));
}

#[test]
fn a_database_without_anything_of_temporal_is_empty() {
    let mut foreign = Found::default();
    assert_eq!(state(Store::Default, &foreign), State::Empty);
    foreign.objects.insert(object("table schema_version"));
    foreign.objects.insert(object("table invoices"));
    assert_eq!(state(Store::Default, &foreign), State::Empty);
}

#[test]
fn objects_that_no_update_has_are_ignored() {
    let index = "index executions_visibility.own";
    let own = found(
        Store::Visibility,
        13,
        &[index],
        &["index executions_visibility.by_status"],
    );
    assert_eq!(state(Store::Visibility, &own), State::Older(version(13)));
}

#[test]
fn a_table_alone_does_not_stop_the_tool() {
    let table = found(Store::Default, 17, &["table tasks_v2"], &[]);
    assert_eq!(state(Store::Default, &table), State::Older(version(17)));
}

#[test]
fn additions_of_an_update_are_undone_in_reverse_order() {
    let more = [
        "column executions_visibility.TemporalExternalPayloadSizeBytes",
        "column executions_visibility.TemporalExternalPayloadCount",
        "index executions_visibility.by_temporal_external_payload_size_bytes",
    ];
    let half = found(Store::Visibility, 13, &more, &[]);
    assert_json_snapshot!(state(Store::Visibility, &half), @r#"
    {
      "half-applied": {
        "version": "1.13",
        "towards": "1.14",
        "applied": [
          "added column executions_visibility.TemporalExternalPayloadSizeBytes",
          "added column executions_visibility.TemporalExternalPayloadCount",
          "added index executions_visibility.by_temporal_external_payload_size_bytes"
        ],
        "remedy": [
          "DROP INDEX `by_temporal_external_payload_size_bytes` ON `db`.`executions_visibility`;",
          "ALTER TABLE `db`.`executions_visibility` DROP COLUMN `TemporalExternalPayloadCount`;",
          "ALTER TABLE `db`.`executions_visibility` DROP COLUMN `TemporalExternalPayloadSizeBytes`;"
        ]
      }
    }
    "#);
}

#[test]
fn dropped_objects_are_created_again() {
    let less = [
        "index executions_visibility.by_root_workflow_id",
        "index executions_visibility.by_root_run_id",
        "column executions_visibility.root_workflow_id",
    ];
    let half = found(Store::Visibility, 5, &[], &less);
    assert_json_snapshot!(state(Store::Visibility, &half), @r#"
    {
      "half-applied": {
        "version": "1.5",
        "towards": "1.6",
        "applied": [
          "dropped index executions_visibility.by_root_workflow_id",
          "dropped index executions_visibility.by_root_run_id",
          "dropped column executions_visibility.root_workflow_id"
        ],
        "remedy": [
          "ALTER TABLE `db`.`executions_visibility` ADD `root_workflow_id` varchar(255) DEFAULT NULL;",
          "ALTER TABLE `db`.`executions_visibility` ADD KEY `by_root_run_id` (`namespace_id`,`root_run_id`,(coalesce(`close_time`,cast(_utf8mb4'9999-12-31 23:59:59' as datetime))) DESC,`start_time` DESC,`run_id`);",
          "ALTER TABLE `db`.`executions_visibility` ADD KEY `by_root_workflow_id` (`namespace_id`,`root_workflow_id`,(coalesce(`close_time`,cast(_utf8mb4'9999-12-31 23:59:59' as datetime))) DESC,`start_time` DESC,`run_id`);"
        ]
      }
    }
    "#);
}

#[test]
fn a_column_that_was_dropped_and_created_again_is_kept() {
    let less = ["index executions_visibility.by_root_run_id"];
    let half = found(Store::Visibility, 5, &[], &less);
    let State::HalfApplied { remedy, .. } = state(Store::Visibility, &half) else {
        panic!("the tool would drop the index first, and there is none");
    };
    assert_eq!(remedy.len(), 1, "{remedy:?}");
    assert!(remedy[0].contains("ADD KEY `by_root_run_id`"), "{remedy:?}");
}

#[test]
fn a_dropped_column_of_a_create_table_statement_is_created_again() {
    let columns = [
        "column cluster_metadata.immutable_data",
        "column cluster_metadata.immutable_data_encoding",
    ];
    let whole = found(Store::Default, 3, &columns, &[]);
    assert_eq!(state(Store::Default, &whole), State::Older(version(3)));
    let half = found(Store::Default, 3, &columns[1..], &[]);
    let State::HalfApplied { remedy, .. } = state(Store::Default, &half) else {
        panic!("the tool would drop the column twice");
    };
    let made = "ALTER TABLE `db`.`cluster_metadata` ADD `immutable_data` mediumblob;";
    assert_eq!(remedy, [made]);
}

#[test]
fn a_dropped_table_is_created_again() {
    let half = found(Store::Default, 7, &[], &["table tiered_storage_tasks"]);
    assert_json_snapshot!(state(Store::Default, &half), @r#"
    {
      "half-applied": {
        "version": "1.7",
        "towards": "1.8",
        "applied": [
          "dropped table tiered_storage_tasks"
        ],
        "remedy": [
          "CREATE TABLE `db`.`tiered_storage_tasks` (`shard_id` int NOT NULL, `task_id` bigint NOT NULL, `data` mediumblob NOT NULL, `data_encoding` varchar(16) NOT NULL, PRIMARY KEY (`shard_id`,`task_id`) ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;"
        ]
      }
    }
    "#);
}

#[test]
fn a_filled_table_is_dropped_and_the_objects_in_a_new_table_go_with_it() {
    let first = Found {
        version: Some(Version::NONE),
        objects: ["table namespaces", "table namespace_metadata"]
            .map(object)
            .into(),
    };
    let State::HalfApplied { remedy, .. } = state(Store::Default, &first) else {
        panic!("the tool would insert the row twice");
    };
    let dropped = [
        "DROP TABLE `db`.`namespace_metadata`;",
        "DROP TABLE `db`.`namespaces`;",
    ];
    assert_eq!(remedy, dropped);

    let table = "table chasm_search_attributes";
    let index = "index chasm_search_attributes.by_temporal_bool_01";
    let half = found(Store::Visibility, 10, &[table, index], &[]);
    let State::HalfApplied { remedy, .. } = state(Store::Visibility, &half) else {
        panic!("the tool would make the index twice");
    };
    assert_eq!(remedy, ["DROP TABLE `db`.`chasm_search_attributes`;"]);
}

/// A wrong version makes objects look too new. Dropping them would lose their data.
#[test]
fn nothing_is_undone_if_the_version_is_wrong_or_missing() {
    let mut wrong = found(Store::Default, 19, &[], &[]);
    for recorded in [Some(version(12)), Some(Version::NONE), None] {
        wrong.version = recorded;
        let State::HalfApplied {
            towards,
            remedy,
            applied,
            ..
        } = state(Store::Default, &wrong)
        else {
            panic!("{recorded:?} is not the version of this");
        };
        assert_eq!((towards, remedy.len()), (version(19), 0));
        assert_eq!(applied, ["added table current_chasm_executions"]);
    }
}

#[test]
fn versions_are_ordered_by_number_and_written_as_text() {
    let parsed: Version = "1.9".parse().expect("a version");
    assert!(parsed < "1.10".parse().expect("a version"));
    assert_eq!(serde_json::json!(version(10)), "1.10");
    for text in ["", "1", "1.x", "v1.2", "1.2.3"] {
        assert!(text.parse::<Version>().is_err(), "{text}");
    }
}

#[test]
fn an_invalid_line_is_the_error() {
    let lines = [
        "+ table a",
        "1.0\n+ view a",
        "1.0\n* table a",
        "1.0\n- table a",
    ];
    for text in lines {
        let line = text.lines().last().expect("a line");
        assert_eq!(Manifest::parse(text).map(|_| ()), Err(line.to_owned()));
    }
}
