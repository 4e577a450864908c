//! The life of the container, including changes from outside the harness.

use backend::Readiness;
use model::plan::{Observed, State};
use mysql::Client;

use super::fixture::{DEADLINE, Fixture, container, schema};
use crate::record::ContainerRecord;

#[tokio::test]
#[ignore = "needs docker"]
async fn data_survives_a_kill_a_lost_container_and_a_replacement_and_is_removed_with_the_database()
{
    let mut fixture = Fixture::new().await;
    assert_eq!(fixture.observed(&[]).await, Vec::<String>::new());
    fixture.prepare(&[]).await.expect("prepared");
    fixture.up().await;
    let live = fixture.mysql.observe(&[]).await.expect("Docker answers");
    let desired = fixture.prepared().desire();
    for (observed, desired) in live.iter().zip(&desired) {
        let Observed { id, state, .. } = observed;
        assert_eq!(
            (id, state),
            (&desired.id, &State::Live(desired.digest.clone()))
        );
    }
    assert_eq!(live.len(), 2);
    let query = "INSERT INTO temporal_visibility.schema_version \
                 (version_partition, db_name, curr_version) VALUES (9, 'kept', '0')";
    fixture.ask(query).await;
    let kept = "SELECT COUNT(*) FROM temporal_visibility.schema_version WHERE db_name = 'kept'";
    let one = vec![vec![Some("1".to_owned())]];

    fixture
        .mysql
        .container()
        .kill()
        .await
        .expect("Docker answers");
    let name = fixture.mysql.names().container().to_owned();
    assert_eq!(
        fixture.observed(&[]).await,
        ["container/mysql is dead: it exited with code 137"]
    );
    fixture
        .mysql
        .container()
        .start_again()
        .await
        .expect("it starts");
    fixture.wait_until_ready(&container()).await;
    assert_eq!(fixture.ask(kept).await, one);
    assert!(
        fixture
            .mysql
            .container()
            .usage()
            .await
            .expect("it runs")
            .as_millis()
            > 0
    );

    let removed = fixture.engine.remove_container(&name).await;
    removed.expect("Docker answers");
    assert_eq!(
        fixture.observed(&[]).await,
        ["container/mysql is dead: its container is gone, but other parts of it remain"]
    );
    let readiness = fixture
        .mysql
        .ready(&container(), fixture.prepared.as_ref())
        .await;
    assert_eq!(
        readiness,
        Readiness::Never("its container is gone".to_owned())
    );
    fixture.up().await;
    assert_eq!(fixture.ask(kept).await, one);

    let before = fixture.prepared().desire();
    let sets = ["database.mysql.max-connections=300"];
    fixture.prepare(&sets).await.expect("prepared");
    assert_ne!(before[0].digest, fixture.prepared().desire()[0].digest);
    fixture.make(&container()).await;
    fixture.wait_until_ready(&container()).await;
    assert_eq!(fixture.ask(kept).await, one);
    let allowed = fixture.ask("SELECT @@max_connections").await;
    assert_eq!(allowed, [[Some("300".to_owned())]]);

    fixture.down().await;
}

#[tokio::test]
#[ignore = "needs docker"]
async fn a_changed_password_is_reset_by_a_restart() {
    let mut fixture = Fixture::new().await;
    fixture.prepare(&[]).await.expect("prepared");
    fixture.up().await;
    fixture.ask("ALTER USER USER() IDENTIFIED BY 'other'").await;
    let Readiness::Never(reason) = fixture
        .mysql
        .ready(&container(), fixture.prepared.as_ref())
        .await
    else {
        panic!("nobody can sign in");
    };
    assert!(reason.contains("refuses user `temporal`"), "{reason}");
    fixture
        .mysql
        .container()
        .kill()
        .await
        .expect("Docker answers");
    fixture
        .mysql
        .container()
        .start_again()
        .await
        .expect("it starts");
    fixture.wait_until_ready(&schema()).await;
    fixture.down().await;
}

#[tokio::test]
#[ignore = "needs docker"]
async fn clients_must_encrypt_and_trust_the_certificate() {
    let (mut fixture, mut plain) = (Fixture::new().await, Fixture::new().await);
    fixture.prepare(&[]).await.expect("prepared");
    let sets = ["database.mysql.tls=off"];
    plain.prepare(&sets).await.expect("prepared");
    fixture.up().await;
    plain.up().await;
    let mut access = fixture.mysql.connect_options().expect("it was made");
    for host in ["127.0.0.1", "localhost"] {
        host.clone_into(&mut access.host);
        let connected = Client::connect(&access, None, DEADLINE).await;
        connected.unwrap_or_else(|error| panic!("{host}: {error:?}"));
    }
    assert!(
        plain
            .mysql
            .connect_options()
            .expect("it was made")
            .roots
            .is_none()
    );
    assert_eq!(plain.prepared().roots_file(), None);
    let roots = fixture.prepared().roots_file().expect("it has TLS");
    let roots = fs_err::read_to_string(roots).expect("written");
    assert_eq!(access.roots.as_deref(), Some(roots.as_str()));

    access.roots = None;
    let refused = Client::connect(&access, None, DEADLINE).await;
    assert!(refused.is_err());
    fixture.down().await;
    plain.down().await;
}

#[tokio::test]
#[ignore = "needs docker"]
async fn later_commands_find_the_database_with_the_records_of_the_state_folder() {
    let mut fixture = Fixture::new().await;
    fixture.prepare(&[]).await.expect("prepared");
    assert!(fixture.mysql.container().log().is_none());
    fixture.up().await;
    let prepared = fixture.prepared().connect_options();
    let address = crate::address(&fixture.state);
    fixture.forget_prepared();
    let found = fixture.mysql.connect_options().expect("it was made");
    assert_eq!(found.port, prepared.port);
    assert_eq!(found.password, prepared.password);
    assert_eq!(found.roots, prepared.roots);
    assert_eq!(crate::address(&fixture.state), address);
    fixture
        .mysql
        .container()
        .collect_log(None)
        .await
        .expect("written");
    let log = fixture.mysql.container().log().expect("written");
    let log = fs_err::read_to_string(log.path).expect("written");
    assert!(log.contains("ready for connections"), "{log}");
    let record = ContainerRecord::read(&fixture.state).expect("readable");
    let image = record.damaged_as_none().expect("it was made").image;
    assert_eq!(image.reference, "mysql:8.4");
    assert!(image.id.starts_with("sha256:"));
    fixture.down().await;
}
