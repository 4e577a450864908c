//! What `up` makes of a database whose schema is not the one that it made.

use support::{Finished, Look as _};

use crate::needs::{DOCKER, LINUX};
use crate::place::Place;

testing::tests!(
    [LINUX, DOCKER];
    blocking:
    a_schema_that_is_newer_or_half_applied_is_refused_and_an_older_one_is_updated,
);

/// How an update to visibility's schema 1.14 looks that ended before its last step.
const HALF: &str = "UPDATE temporal_visibility.schema_version SET curr_version = '1.13'; \
    DROP INDEX by_temporal_external_payload_count ON temporal_visibility.executions_visibility";

/// Takes the last update of the default store back as a whole.
const OLDER: &str = "UPDATE temporal.schema_version SET curr_version = '1.18'; \
    DROP TABLE temporal.current_chasm_executions";

fn a_schema_that_is_newer_or_half_applied_is_refused_and_an_older_one_is_updated() {
    let place = Place::server();
    place.up();
    let versions = versions(&place);
    // Who reads a schema that it does not know is a process of Temporal's.
    place.kill_everything();

    place.sql("UPDATE temporal.schema_version SET curr_version = '1.99'");
    refused(&place, 65)
        .says("the schema of `temporal` has version 1.99, which is newer than Temporal 1.32.0")
        .says("hint: Set `temporal.version` in the profile to the newer release, or run `harness down");

    place.sql(OLDER);
    place.sql(HALF);
    let half = refused(&place, 69)
        .says(
            "the update of `temporal_visibility` from schema version 1.13 to 1.14 was interrupted",
        )
        .says("hint: Undo the interrupted update in database `temporal_visibility`");
    assert_eq!(
        self::versions(&place),
        ["1.18", "1.13"],
        "neither is touched"
    );
    let is_sql = |line: &&str| line.starts_with("DROP ") || line.starts_with("ALTER ");
    let remedy: Vec<_> = half.stderr.lines().map(str::trim).filter(is_sql).collect();
    assert_eq!(remedy.len(), 3, "{half}");
    place.sql(&remedy.join(" "));

    place.up();
    assert_eq!(self::versions(&place), versions);
    let tables = place.sql("SHOW TABLES IN temporal LIKE 'current_chasm_executions'");
    assert_eq!(tables, ["current_chasm_executions"]);
    assert_eq!(place.dead(), [""; 0]);
    place.greets("Ada");
    place.down();
}

/// `up` ends in an error with no process started.
#[track_caller]
fn refused(place: &Place, code: i32) -> Finished {
    let up = place.harness(&["up"]).run().exits(code);
    let processes = place.processes();
    assert!(processes.is_empty(), "started: {processes:?}");
    assert_eq!(place.states().len(), 10, "nothing else is given up");
    up
}

/// The versions that the tool wrote down.
fn versions(place: &Place) -> Vec<String> {
    place.sql(
        "SELECT curr_version FROM temporal.schema_version; \
         SELECT curr_version FROM temporal_visibility.schema_version",
    )
}
