//! What `up` refuses, and what it leaves alone when it does.

use support::Look as _;

use crate::needs::{DOCKER, LINUX};
use crate::place::{Place, docker};

testing::tests!(
    [LINUX, DOCKER];
    blocking:
    what_cannot_run_is_refused_before_anything_is_made,
    what_runs_is_left_alone_where_something_else_is_refused,
);

fn what_cannot_run_is_refused_before_anything_is_made() {
    let place = Place::server();
    few_connections(&place);
    assert_eq!(place.containers(), [""; 0]);
    place
        .harness(&["up"])
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .run()
        .exits(69)
        .says("no Docker engine answers at unix:///nowhere/docker.sock");
    assert!(place.processes().is_empty());
    place.assert_nothing_is_left(&[]);
}

fn what_runs_is_left_alone_where_something_else_is_refused() {
    let place = Place::server();
    place.up();
    let (pids, containers) = (place.pids(), place.containers());
    few_connections(&place);
    place
        .harness(&["up", "--set", "database.mysql.version=\"8.0\""])
        .run()
        .exits(65)
        .says("MySQL 8.0 cannot read the data of MySQL 8.4")
        .says("hint: Set `database.mysql.version` in the profile to 8.4");
    place
        .harness(&["up", "--set", "temporal.history-shards=8"])
        .run()
        .exits(65)
        .says("temporal.history-shards is 8, but the database has 4")
        .says("hint: Set `temporal.history-shards` in the profile to 4, or run `harness down");

    let database = place.database();
    docker(&["network", "disconnect", "bridge", &database]);
    let up = place.harness(&["up", "--set", "database.mysql.ready-timeout=5s"]);
    let up = up.run().exits(69);
    up.says("`container/mysql` was not ready within 5s: MySQL does not answer at 127.0.0.1:")
        .says("hint: Run `harness logs mysql --profile server --set ")
        .says(" --set database.mysql.ready-timeout=5s`. If it runs and does not answer, restart it with ")
        .says("`harness down --profile server --set ");
    docker(&["network", "connect", "bridge", &database]);
    place.greets("Ada");
    place.up().shows("everything was already up");

    assert_eq!(place.pids(), pids);
    assert_eq!(place.containers(), containers);
    place.down();
}

/// A database that has fewer connections than Temporal's processes may open.
fn few_connections(place: &Place) {
    place
        .harness(&["up", "--set", "database.mysql.max-connections=50"])
        .run()
        .exits(65)
        .says("database.mysql.max-connections is 50, but the Temporal processes may open 130")
        .says("hint: Set `database.mysql.max-connections` in the profile to 130 or more");
}
