//! Ports that somebody else has.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};

use support::{Look as _, Place};

#[test]
fn a_taken_port_is_stepped_over_and_both_are_told() {
    let place = Place::new();
    place.up();
    let wanted = place.address("worker-0", "starter");
    place.down();

    let somebody = TcpListener::bind(wanted).expect("it is free again");
    let up = place.up();
    let used = place.address("worker-0", "starter").port();
    let wanted = wanted.port();
    up.shows(&format!("port {wanted} was taken, using {used}"));
    assert!(place.answers("worker-0"));
    // Its port is free again, and the replica that listens elsewhere stays where it is.
    drop(somebody);
    place.up().shows("everything was already up");
    place.down();
}

#[test]
fn a_port_that_was_taken_while_its_replica_was_dead_is_stepped_over() {
    let place = Place::new();
    place.up();
    let wanted = place.address("temporal", "grpc");
    place.kill("temporal");
    let _somebody = TcpListener::bind(wanted).expect("its owner is dead");
    // The workers have the old address: they are replaced too.
    let up = place.up();
    let used = place.address("temporal", "grpc").port();
    up.shows(&format!("port {} was taken, using {used}", wanted.port()));
    assert!(place.answers("worker-0") && place.answers("worker-1"));
    place.harness(&["down"]).run().exits(0);
}

#[test]
fn a_pinned_port_that_is_taken_is_an_error_before_anything_starts() {
    let somebody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = somebody.local_addr().expect("bound").port();
    let place = Place::new().set(format!("starter.port={port}"));
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says(&format!(
            "port {port}, pinned for `worker`, is used by another program"
        ))
        .says("hint: Stop that program, or remove the port from the profile");
    assert!(place.processes().is_empty());
    place.down();

    drop(somebody);
    place.up();
    assert_eq!(place.address("worker-0", "starter").port(), port);
    place.down();
}

#[test]
fn two_working_folders_are_up_side_by_side() {
    let one = Place::new();
    let other = Place::beside(&one);
    one.up();
    other.up();
    let ports = |place: &Place| BTreeSet::from_iter(place.ports());
    assert!(ports(&one).is_disjoint(&ports(&other)));
    one.down();
    assert!(
        other.answers("worker-0"),
        "another folder's `down` is not its own"
    );
    other.down();
}
