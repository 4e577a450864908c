//! `down`.

use insta::assert_snapshot;
use support::world::World;

#[test]
fn down_removes_each_before_what_it_relies_on() {
    assert_snapshot!(World::up().run("down -p simulated"), @"
    everything is down: 8 removed
    --- stderr
    … remove replica/temporal-worker-0: no longer needed
    ✓ remove replica/temporal-worker-0: done in [time]
    … remove replica/web-0: no longer needed
    ✓ remove replica/web-0: done in [time]
    … remove replica/worker-0: no longer needed
    ✓ remove replica/worker-0: done in [time]
    … remove replica/worker-1: no longer needed
    ✓ remove replica/worker-1: done in [time]
    … remove replica/temporal-frontend-0: no longer needed
    ✓ remove replica/temporal-frontend-0: done in [time]
    … remove replica/temporal-history-0: no longer needed
    ✓ remove replica/temporal-history-0: done in [time]
    … remove replica/temporal-matching-0: no longer needed
    ✓ remove replica/temporal-matching-0: done in [time]
    … remove replica/mysql-0: no longer needed
    ✓ remove replica/mysql-0: done in [time]
    --- exit 0
    ");
}

#[test]
fn down_where_nothing_is_or_ever_was_up_is_no_error() {
    let world = World::new();
    assert_snapshot!(world.run("down -p simulated"), @"
    nothing is up: there is no state folder
    --- exit 0
    ");
    world.run("up -p simulated");
    world.run("down -p simulated");
    assert_snapshot!(world.run("down -p simulated"), @"
    nothing was running
    --- exit 0
    ");
}

#[test]
fn down_takes_what_is_there_whatever_the_profile_says_today() {
    let world = World::up();
    let down = world.run("down -p simulated --set worker.replicas=1 --output json");
    let removed = down.json()["removed"].as_array().expect("a list").len();
    assert_eq!(removed, 8, "{down}");
}

#[test]
fn purging_needs_leave() {
    let world = World::up();
    assert_snapshot!(world.run("down -p simulated --purge"), @"
    --- stderr
    error: `--purge` would remove [folder]/.harness/simulated with its database, logs and reports
      hint: Add `--yes` to remove them, or omit `--purge` to keep them.
    --- exit 77
    ");
    assert_eq!(world.run("status -p simulated").code, 0, "all is still up");
}

#[test]
fn purging_with_leave_removes_all_but_the_lock() {
    let world = World::up();
    let down = world.run("down -p simulated --purge --yes");
    let left: Vec<_> = fs_err::read_dir(world.state())
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["lock"]);
    assert_snapshot!(down.stdout, @"
    everything is down: 8 removed
    removed logs in [folder]/.harness/simulated
    ");
}
