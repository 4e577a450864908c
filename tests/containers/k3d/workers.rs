//! Several workers in one cluster.

use support::{Look as _, get};

use crate::endpoint::endpoint;
use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::Place;

testing::tests!(
    [LINUX, DOCKER, K3D];
    blocking:
    each_worker_is_a_deployment_and_one_of_them_has_the_starter,
);

fn each_worker_is_a_deployment_and_one_of_them_has_the_starter() {
    let place = Place::k3d_with_two_workers();
    let up = place.harness(&["up", "--output", "json"]).run().exits(0);
    let starter = endpoint(&up.json(), "starter");
    assert_eq!(
        get(&format!("http://{starter}/sync?name=Ada")),
        Some((200, "Hello Ada!".to_owned()))
    );
    let states = place.states();
    for worker in ["deployment/worker-mail", "deployment/worker-orders"] {
        let ready = (worker.to_owned(), "ready".to_owned());
        assert!(states.contains(&ready), "{states:?}");
    }
    let again = place.harness(&["up"]).run().exits(0);
    again.shows("everything was already up");
    let logs = place.harness(&["logs", "worker-mail"]).run().exits(0);
    assert!(logs.stdout.contains("worker-mail-"), "{logs}");
    place.harness(&["render", "--validate"]).run().exits(0);
    place.down();
}
