//! What disappears behind the harness's back is missed, and comes back.

use std::process::Command;

use support::{Look as _, eventually};

use crate::needs::{DOCKER, K3D, LINUX};
use crate::place::{Place, docker};

testing::tests!(
    [LINUX, DOCKER, K3D];
    blocking:
    what_is_deleted_behind_its_back_is_missed_and_repaired,
    an_image_that_nobody_has_is_an_error_before_anything_is_made,
);

fn what_is_deleted_behind_its_back_is_missed_and_repaired() {
    let place = Place::k3d();
    let place = place
        .set("backend.k3d.agents=1")
        .set("worker.ready-timeout=3m");
    place.up();
    let cluster = place.cluster();

    kubectl(
        &cluster,
        &[
            "delete",
            "pod",
            "--selector=app.kubernetes.io/component=web",
        ],
    );
    eventually("another pod", || {
        let ready = ("deployment/web".to_owned(), "ready".to_owned());
        place.states().contains(&ready).then_some(())
    });

    kubectl(&cluster, &["delete", "deployment", "web"]);
    assert_eq!(place.dead(), ["deployment/web"]);
    place.up().shows("1 replaced");

    lose_the_port_of_the_web_console(&cluster);
    place.up().says(&format!("replace cluster/{cluster}: "));
    assert_eq!(place.dead(), [""; 0]);

    docker(&["rm", "--force", &place.database()]);
    assert_eq!(place.dead(), ["container/mysql"]);
    place.up();

    let data = format!("{}-data", place.database());
    docker(&["rm", "--force", &place.database()]);
    docker(&["volume", "rm", &data]);
    assert_eq!(
        place.dead(),
        ["container/mysql".to_owned(), format!("cluster/{cluster}")]
    );
    place.up();

    docker(&[
        "rm",
        "--force",
        "--volumes",
        &format!("k3d-{cluster}-agent-0"),
    ]);
    assert_eq!(place.dead(), [format!("cluster/{cluster}")]);
    place.up();
    assert_eq!(place.dead(), [""; 0]);
    an_image_that_is_no_worker_ends_the_wait_at_once(&place);

    let mut k3d = Command::new("k3d");
    k3d.args(["cluster", "delete", &cluster]);
    // It would edit the kubeconfig of whoever it takes for the user.
    k3d.env("KUBECONFIG", place.root().join("kubeconfig"));
    assert!(k3d.status().expect("k3d runs").success());
    assert_eq!(place.dead(), [format!("cluster/{cluster}")]);
    docker(&["stop", "--time=1", &place.database()]);
    assert_eq!(
        place.dead(),
        ["container/mysql".to_owned(), format!("cluster/{cluster}")]
    );
    place.down();
}

/// An image that is there, and ends as soon as it is started.
fn an_image_that_is_no_worker_ends_the_wait_at_once(place: &Place) {
    let wrong = [
        "up",
        "--set",
        "worker.run={image: \"debian:bookworm-slim\"}",
    ];
    let up = place.harness(&wrong).run().exits(69);
    // A wait that goes on until its deadline would say that the worker was not ready in time.
    let up = up
        .says("`deployment/worker` failed: pod `worker-")
        .says("` keeps exiting with code 0");
    let evidence = up.stderr.lines().find_map(|line| {
        let (_, folder) = line.split_once("See the evidence in ")?;
        Some(folder.strip_suffix('.')?.to_owned())
    });
    let evidence = camino::Utf8PathBuf::from(evidence.expect("a hint"));
    for file in ["events.txt", "pods.yaml", "objects.yaml"] {
        let text = fs_err::read_to_string(evidence.join(file)).expect("it is there");
        assert!(!text.is_empty(), "{file} is empty");
    }
}

fn an_image_that_nobody_has_is_an_error_before_anything_is_made() {
    let place = Place::k3d();
    let place = place.set("worker.run={image: \"127.0.0.1:1/worker:none\"}");
    let up = place.harness(&["up"]).run().exits(69);
    up.says("image 127.0.0.1:1/worker:none is not on this machine and could not be pulled");
    assert_eq!(place.containers(), [""; 0]);
}

/// As a request that is given up in the middle does: the port is allocated, and the Service that it
/// was allocated for is not there.
fn lose_the_port_of_the_web_console(cluster: &str) {
    kubectl(cluster, &["delete", "service", "web"]);
    let make = [
        "create",
        "service",
        "nodeport",
        "other",
        "--namespace=default",
    ];
    kubectl(
        cluster,
        &[&make[..], &["--tcp=80", "--node-port=30280"]].concat(),
    );
}

/// What a user does with the cluster by hand.
fn kubectl(cluster: &str, arguments: &[&str]) {
    let server = format!("k3d-{cluster}-server-0");
    let kubectl = ["exec", &server, "kubectl", "--namespace=temporal"];
    docker(&[&kubectl, arguments].concat());
}
