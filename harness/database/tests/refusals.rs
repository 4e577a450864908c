//! Refusals before any harm is done.

use docker::ContainerSpec;

use super::fixture::{Fixture, container};

#[tokio::test]
#[ignore = "needs docker"]
async fn too_few_connections_are_an_error_before_anything_starts() {
    let mut fixture = Fixture::new().await;
    let sets = ["database.mysql.max-connections=100"];
    let error = fixture.prepare(&sets).await.expect_err("too few");
    insta::assert_snapshot!(error.to_string(), @"database.mysql.max-connections is 100, but the Temporal processes may open 130");
    insta::assert_snapshot!(base::hint::join(&error.hints, "\n"), @"Set `database.mysql.max-connections` in the profile to 130 or more, or reduce the replicas under `temporal.roles`.");
    let made = fixture.engine.owned(fixture.owner()).await.expect("a list");
    assert_eq!(made, []);
}

#[tokio::test]
#[ignore = "needs docker"]
async fn an_older_mysql_is_refused_on_the_data_of_a_newer_one() {
    let mut fixture = Fixture::new().await;
    fixture.prepare(&[]).await.expect("prepared");
    fixture.make(&container()).await;
    let sets = ["database.mysql.version=8.0"];
    let error = fixture.prepare(&sets).await.expect_err("it is older");
    insta::assert_snapshot!(error.to_string(), @"MySQL 8.0 cannot read the data of MySQL 8.4");
    insta::assert_snapshot!(base::hint::join(&error.hints, "\n"), @"Set `database.mysql.version` in the profile to 8.4, or run `harness down` to delete the data.");
    fixture.down().await;
}

#[tokio::test]
#[ignore = "needs docker"]
async fn a_container_of_another_owner_is_named_and_not_touched() {
    let mut fixture = Fixture::new().await;
    fixture.prepare(&[]).await.expect("prepared");
    let theirs = ContainerSpec {
        name: fixture.mysql.names().container().to_owned(),
        image: "mysql:8.4".to_owned(),
        entrypoint: Some(vec!["/bin/sleep".to_owned(), "60".to_owned()]),
        owner: format!("{}/other", fixture.owner()),
        ..ContainerSpec::default()
    };
    let before = fixture.engine.start_container(&theirs).await;
    let before = before.expect("it starts");
    assert_eq!(fixture.observed(&[]).await, Vec::<String>::new());
    let error = fixture.mysql.make(&container(), fixture.prepared()).await;
    let error = error.expect_err("the name is taken").to_string();
    assert!(error.contains(&theirs.name), "{error}");
    assert!(error.contains(&theirs.owner), "{error}");
    fixture.remove(&container()).await;
    let after = fixture.engine.container(&theirs.name).await;
    assert_eq!(after.expect("an answer"), Some(before));
    let removed = fixture.engine.remove_container(&theirs.name).await;
    removed.expect("the test made it");
    fixture.down().await;
}
