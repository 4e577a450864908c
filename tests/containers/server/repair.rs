//! What dies or changes behind the harness's back is missed, and comes back.

use fs_err as fs;
use support::{Look as _, eventually, get};

use crate::needs::{DOCKER, LINUX};
use crate::place::{Place, docker};

testing::tests!(
    [LINUX, DOCKER];
    blocking:
    what_dies_behind_its_back_is_missed_and_repaired,
    a_repaired_database_is_ready_when_a_workflow_of_any_history_shard_can_be_started,
    another_password_on_either_side_is_missed_and_repaired,
);

const MYSQL: [&str; 1] = ["container/mysql"];

impl Place {
    /// Waits until a workflow ends well that greets `name`.
    #[track_caller]
    pub(super) fn greets(&self, name: &str) {
        let url = format!(
            "http://{}/sync?name={name}",
            self.address("worker-0", "starter")
        );
        let greeting = Some((200, format!("Hello {name}!")));
        eventually("a greeting", || (get(&url) == greeting).then_some(()));
    }

    /// Whether the server can describe the workflow that greeted `name`.
    fn knows(&self, name: &str) -> bool {
        let frontend = self.address("temporal-frontend-0", "http");
        let url = format!("http://{frontend}/api/v1/namespaces/default/workflows/{name}");
        match eventually("an answer", || get(&url).filter(|(code, _)| *code < 500)) {
            (200, _) => true,
            (404, _) => false,
            other => panic!("{url}: {other:?}"),
        }
    }
}

fn what_dies_behind_its_back_is_missed_and_repaired() {
    let place = Place::server();
    place.up();
    place.greets("Ada");
    let mysql = place.database();

    place.kill("temporal-matching-0");
    assert_eq!(place.dead(), ["process/temporal-matching-0"]);
    place.up().shows("1 replaced");
    place.greets("Grace");

    docker(&["rm", "--force", &mysql]);
    assert_eq!(place.dead(), MYSQL);
    place.up();
    assert!(place.knows("Ada"), "the data was left");

    let pids = place.pids();
    docker(&["pause", &mysql]);
    assert_eq!(place.dead(), MYSQL);
    place.up();
    assert!(place.knows("Ada"), "the data was left");
    assert_eq!(place.pids(), pids, "the database is where it was");
    a_database_that_hangs_ends_the_wait(&place);

    docker(&["rm", "--force", &mysql]);
    docker(&["volume", "rm", &format!("{mysql}-data")]);
    let dead = place.dead();
    assert!(
        dead.contains(&"process/temporal-history-0".to_owned()),
        "{dead:?}"
    );
    place.up();
    assert_eq!(place.dead(), [""; 0]);
    assert!(!place.knows("Ada"), "the data is gone");
    place.greets("Hedy");
    place.down();
}

/// The moment after a repair is the one in which a server may serve and own no history shard.
fn a_repaired_database_is_ready_when_a_workflow_of_any_history_shard_can_be_started() {
    let place = Place::server();
    let place = place.set("temporal.history-shards=128");
    place.up();
    docker(&["rm", "--force", &place.database()]);
    place.up();
    // No `error-rate` speaks of starts that are refused or have no clear answer: one is too many.
    let scenario = "apiVersion: harness/v1\nkind: Scenario\nname: starts\ndescription: Starts\n\
                    workload:\n  - name: hello\n    executor:\n      constant-arrival-rate: \
                    {rate: 20/s, arrivals: uniform, max-in-flight: 500}\n    workflow:\n      \
                    type: Workflow\n      input: [\"{{ name }}\"]\n    timeout: 60s\n\
                    phases: {baseline: 4s, drain: 60s}\nexpect: {generator-delay: 30s}\n";
    fs::write(place.root().join("starts.yaml"), scenario).expect("writable");
    place.harness(&["test", "starts.yaml"]).run().exits(0);
    place.down();
}

/// Docker calls it running, and it answers nobody.
fn a_database_that_hangs_ends_the_wait(place: &Place) {
    let mysql = place.database();
    docker(&["kill", "--signal=STOP", &mysql]);
    let status = place.harness(&["status"]).run();
    let status = status.shows("took longer than 3s to answer");
    let row = status
        .stdout
        .lines()
        .find(|line| line.starts_with(MYSQL[0]));
    assert!(row.is_some_and(|row| row.contains("not-ready")), "{status}");
    let up = place.harness(&["up", "--set", "database.mysql.ready-timeout=5s"]);
    let up = up.run().exits(69);
    up.says("`container/mysql` was not ready within 5s: MySQL at 127.0.0.1:")
        .says("took longer than 3s to answer");
    docker(&["kill", "--signal=CONT", &mysql]);
    place.up().shows("everything was already up");
    place.greets("Katherine");
}

fn another_password_on_either_side_is_missed_and_repaired() {
    let place = Place::server();
    place.up();
    place.greets("Ada");

    place.sql("ALTER USER USER() IDENTIFIED BY 'of somebody else'");
    assert_eq!(place.dead(), MYSQL);
    place.up().shows("1 replaced");
    place.sql("SELECT 1");
    place.greets("Grace");

    let other = "1".repeat(place.password().len());
    fs::write(place.password_file(), &other).expect("it is ours");
    assert_eq!(place.dead(), MYSQL);
    place.up();
    assert_eq!(place.password(), other, "nobody makes another one");
    place.sql("SELECT 1");
    assert!(place.knows("Ada"), "the data was left");
    place.greets("Hedy");
    place.up().shows("everything was already up");
    place.down();
}
