//! Node ports that an aborted request has left allocated.

use std::cell::RefCell;

use tokio::time::timeout;

use super::*;
use crate::{Way, workload};

const PORT: u16 = 30_299;

/// A group with a Service on a node port.
fn reached(namespace: &TestNamespace, component: &str) -> Group {
    let part = fixture::part(&namespace.site, component);
    let way = Way::NodePort([("http", PORT)].into());
    let mut group = namespace.group(component, 1, SHELL, STAYS);
    group.objects = vec![workload::service(&part, component, &[("http", 80)], &way)];
    group
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn a_port_that_an_aborted_request_allocated_is_lost() {
    let namespace = TestNamespace::new("test-node-port").await;
    let group = reached(&namespace, "web");
    let lost = async || {
        namespace
            .cluster
            .lost_port([&group])
            .await
            .expect("an answer")
    };
    assert_eq!(lost().await, None);
    namespace.apply(&group).await;
    assert_eq!(lost().await, None, "it has the port itself");

    // The duration of a request differs between machines.
    let deadlines = RefCell::new((1..=60).map(Duration::from_millis).cycle());
    let words = RefCell::new(None);
    namespace
        .until("a request was given up in the middle", async || {
            namespace
                .cluster
                .delete(&group.id)
                .await
                .expect("it is gone");
            let deadline = deadlines.borrow_mut().next();
            let deadline = deadline.expect("the iterator is endless");
            let given_up = timeout(deadline, namespace.cluster.apply(&group)).await;
            if given_up.is_err() {
                words.replace(lost().await);
            }
            words.borrow().is_some()
        })
        .await;
    let words = words.into_inner().expect("the wait has ended with it");
    assert!(
        words.contains(&format!("{PORT}: provided port is already allocated")),
        "{words}"
    );
    assert_eq!(namespace.existing(&group.id).await, [""; 0]);
}
