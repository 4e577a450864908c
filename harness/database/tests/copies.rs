//! The snapshot, and databases that are copied from it.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::event::Kind;
use base::news::News;
use bollard::models::ContainerConfig;
use bollard::query_parameters::{CommitContainerOptionsBuilder, InspectContainerOptions};
use docker::ContainerSpec;
use mysql::schema::Store;
use testing::docker_engine::{api, remove_image};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::fixture::{Fixture, container, image_tool, schema};

/// An image with an additional label, so that nobody else has its snapshot.
struct OwnImage {
    tag: String,
}

impl OwnImage {
    async fn make(fixture: &Fixture) -> Self {
        let engine = &fixture.engine;
        let tag = format!("8.4.{}", std::process::id());
        let cancel = CancellationToken::new();
        let provided = engine.provide_image("mysql:8.4", fixture.events.listener(), &cancel);
        provided.await.expect("the image is here or can be pulled");
        let spec = ContainerSpec {
            name: format!("harness-test-{tag}-image"),
            image: "mysql:8.4".to_owned(),
            entrypoint: Some(vec!["/bin/true".to_owned()]),
            owner: fixture.owner().to_owned(),
            ..ContainerSpec::default()
        };
        engine.start_container(&spec).await.expect("it runs");
        let original = api().inspect_image("mysql:8.4").await;
        let original = original.expect("it is here").config.expect("of an image");
        let config = ContainerConfig {
            entrypoint: original.entrypoint,
            cmd: original.cmd,
            labels: Some([("dev.harness.test".to_owned(), tag.clone())].into()),
            ..ContainerConfig::default()
        };
        let options = CommitContainerOptionsBuilder::default()
            .container(&spec.name)
            .repo("mysql")
            .tag(&tag)
            .build();
        let made = api().commit_container(options, config).await;
        made.expect("an image is made");
        engine
            .remove_container(&spec.name)
            .await
            .expect("the test made it");
        Self { tag }
    }

    async fn remove(self) {
        let image = format!("mysql:{}", self.tag);
        remove_image(&image).await;
    }
}

/// The definitions of both schemas.
async fn dump(fixture: &Fixture) -> BTreeMap<String, String> {
    let mut dump = BTreeMap::new();
    for store in Store::ALL {
        let database = store.database();
        let tables = fixture.ask(&format!("SHOW TABLES FROM {database}")).await;
        for table in tables.into_iter().flatten().flatten() {
            let table = format!("{database}.{table}");
            let made = fixture.ask(&format!("SHOW CREATE TABLE {table}")).await;
            dump.insert(table, text(made));
        }
        for (part, query) in [
            (
                "columns",
                "SELECT * FROM information_schema.columns WHERE table_schema = '{}' ORDER BY table_name, ordinal_position",
            ),
            (
                "indexes",
                "SELECT table_name, index_name, seq_in_index, column_name, expression, non_unique, index_type FROM information_schema.statistics WHERE table_schema = '{}' ORDER BY 1, 2, 3",
            ),
            (
                "version",
                "SELECT version_partition, db_name, curr_version, min_compatible_version FROM {}.schema_version",
            ),
            (
                "history",
                "SELECT old_version, new_version, manifest_md5 FROM {}.schema_update_history ORDER BY update_time, new_version",
            ),
        ] {
            let rows = fixture.ask(&query.replace("{}", database)).await;
            dump.insert(format!("{database}: {part}"), text(rows));
        }
    }
    dump
}

fn text(rows: Vec<Vec<Option<String>>>) -> String {
    let row = |row: Vec<Option<String>>| {
        let fields: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
        fields.join(" | ")
    };
    rows.into_iter().map(row).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
#[ignore = "needs docker"]
async fn a_copy_of_the_snapshot_equals_a_new_database() {
    let (mut first, mut second) = (Fixture::new().await, Fixture::new().await);
    let image = OwnImage::make(&first).await;
    let version = format!("database.mysql.version={}", image.tag);
    let sets = [version.as_str()];

    interrupt(&mut first, &sets).await;
    first.prepare_with(&sets, image_tool()).await.expect("made");
    assert!(
        told_progress(&mut first),
        "making it takes long enough for progress"
    );
    let left = first.engine.owned(first.owner()).await.expect("a list");
    assert_eq!(left, [], "the helpers of the snapshot are gone");
    second.prepare(&sets).await.expect("found");
    assert!(!told_progress(&mut second), "the snapshot exists");

    for fixture in [&first, &second] {
        fixture.up().await;
    }
    let copy = dump(&first).await;
    assert!(copy.len() > 40, "{:?}", copy.keys());
    assert_eq!(copy, dump(&second).await);
    let which = "SELECT @@server_uuid";
    assert_ne!(first.ask(which).await, second.ask(which).await);

    for store in Store::ALL {
        let drop = format!("DROP DATABASE {}", store.database());
        first.ask(&drop).await;
    }
    assert_eq!(
        first.observed(&[]).await,
        [
            "container/mysql lives",
            "schema/temporal is dead: `temporal` has no schema"
        ]
    );
    first.make(&schema()).await;
    first.wait_until_ready(&schema()).await;
    assert_eq!(copy, dump(&first).await);

    let golden = golden(&first);
    first.down().await;
    second.down().await;
    let mut late = Fixture::new().await;
    late.prepare(&sets).await.expect("found");
    let removed = late.engine.remove_volume(&golden).await;
    removed.expect("nothing uses it");
    let error = late.mysql.make(&container(), late.prepared()).await;
    let error = error.expect_err("there is nothing to copy");
    assert!(error.to_string().contains(&golden), "{error}");
    late.down().await;
    image.remove().await;
}

/// Interrupts the making of a snapshot while MySQL initialises, and checks that nothing is left.
async fn interrupt(fixture: &mut Fixture, sets: &[&str]) {
    let engine = fixture.engine.clone();
    let name = fixture.mysql.names().helper("build");
    let cancel = fixture.cancel.clone();
    let once_it_is_made = async {
        while engine.container(&name).await.expect("an answer").is_none() {
            sleep(Duration::from_millis(20)).await;
        }
        cancel.cancel();
    };
    let (prepared, ()) = tokio::join!(fixture.prepare(sets), once_it_is_made);
    let error = prepared.expect_err("it was interrupted");
    assert_eq!(error.to_string(), "interrupted");
    let left = engine.owned(fixture.owner()).await.expect("a list");
    assert_eq!(left, []);
    assert!(told_progress(fixture));
    fixture.cancel = CancellationToken::new();
}

fn told_progress(fixture: &mut Fixture) -> bool {
    let mut told = false;
    while let Ok(event) = fixture.heard.try_recv() {
        told |= matches!(event.kind, Kind::News(News::Progress { .. }));
    }
    told
}

/// The snapshot volume that a database is copied from.
fn golden(fixture: &Fixture) -> String {
    fixture.prepared().snapshot.volume()
}

#[tokio::test]
#[ignore = "needs docker"]
async fn an_interrupted_copy_is_made_again() {
    let mut fixture = Fixture::new().await;
    fixture.prepare(&[]).await.expect("prepared");
    // A killed command leaves a part of the data without the mark of a complete copy.
    let data = fixture.mysql.names().data();
    let labels = [(docker::OWNER.to_owned(), fixture.owner().to_owned())].into();
    let made = fixture.engine.create_volume(&data, &labels).await;
    made.expect("a volume");
    let spec = ContainerSpec {
        name: fixture.mysql.names().helper("test"),
        image: "mysql:8.4".to_owned(),
        entrypoint: Some(vec!["/bin/sh".to_owned(), "-ec".to_owned()]),
        arguments: vec!["mkdir /data/mysql; echo part >/data/ibdata1".to_owned()],
        owner: fixture.owner().to_owned(),
        mounts: vec![docker::Mount {
            volume: data,
            target: "/data".to_owned(),
            read_only: false,
        }],
        ..ContainerSpec::default()
    };
    let cancel = CancellationToken::new();
    let ran = fixture
        .engine
        .run_container(&spec, super::fixture::DEADLINE, &cancel);
    assert_eq!(ran.await.expect("it runs").0, 0);
    assert_eq!(
        fixture.observed(&[]).await,
        ["container/mysql is dead: its container is gone, but other parts of it remain"]
    );

    fixture.up().await;
    fixture.down().await;
}

#[tokio::test]
#[ignore = "needs docker"]
async fn docker_inspect_shows_no_password_and_no_key() {
    let mut fixture = Fixture::new().await;
    fixture.prepare(&[]).await.expect("prepared");
    fixture.make(&container()).await;
    let name = fixture.mysql.names().container();
    let options = None::<InspectContainerOptions>;
    let shown = api().inspect_container(name, options).await;
    let shown = serde_json::to_string(&shown.expect("it exists")).expect("JSON");
    assert!(shown.contains("--require-secure-transport=ON"));
    for file in ["mysql", "mysql-key.pem"] {
        let path = fixture.state.secrets().join(file);
        let secret = fs_err::read_to_string(path).expect("written");
        let telling = secret.lines().find(|line| !line.starts_with("---"));
        assert!(!shown.contains(telling.expect("not empty")), "{file}");
    }
    fixture.down().await;
}
