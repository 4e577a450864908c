//! A database that dies in the middle of a run.

use support::deaths::{await_event, deaths, lines, start};

use crate::needs::{DOCKER, LINUX};
use crate::place::{Place, docker};

testing::tests!([LINUX, DOCKER]; blocking: a_database_that_is_killed_in_mid_run_is_the_reason);

fn a_database_that_is_killed_in_mid_run_is_the_reason() {
    let place = Place::server();
    let test = start(&place, &["quiet"]);
    await_event(&test, "phase-started");
    docker(&["kill", &place.database()]);
    let test = test.wait().exits(2);
    let deaths = deaths(&place, &test);
    assert_eq!(deaths[0]["replica"], "mysql", "{test}");
    let status = deaths[0]["status"].as_str().expect("text");
    assert_eq!(status, "its container ended: it exited with code 137");
    assert!(!lines(&deaths[0]).is_empty(), "{test}");
    place.assert_nothing_is_left(&[]);
}
