//! Ports of the nodes that a request which was given up has left to nobody.

use std::cell::RefCell;

use tokio::time::timeout;

use super::*;
use crate::{Way, workload};

const PORT: u16 = 30_299;

/// The address of a component, on a port of the nodes.
fn reached(place: &Place, component: &str) -> Group {
    let part = fixture::part(&place.site, component);
    let way = Way::NodePort([("http", PORT)].into());
    let mut group = place.group(component, 1, SHELL, STAYS);
    group.objects = vec![workload::service(&part, component, &[("http", 80)], &way)];
    group
}

#[tokio::test]
async fn a_port_that_an_aborted_request_has_allocated_is_lost() {
    let Some(place) = Place::new("test-node-port").await else {
        return;
    };
    let group = reached(&place, "web");
    let lost = async || place.cluster.lost_port([&group]).await.expect("an answer");
    assert_eq!(lost().await, None);
    place.apply(&group).await;
    assert_eq!(lost().await, None, "it has the port itself");

    // How long making it takes differs from machine to machine.
    let deadlines = RefCell::new((1..=60).map(Duration::from_millis).cycle());
    place
        .until("a request was given up in the middle", async || {
            place.cluster.delete(&group.id).await.expect("it is gone");
            let deadline = deadlines.borrow_mut().next();
            let deadline = deadline.expect("it goes on for ever");
            let given_up = timeout(deadline, place.cluster.apply(&group)).await;
            given_up.is_err() && lost().await.is_some()
        })
        .await;
    let words = lost().await.expect("it stays lost");
    assert!(
        words.contains(&format!("{PORT}: provided port is already allocated")),
        "{words}"
    );
    assert_eq!(place.there(&group.id).await, [""; 0]);
}
