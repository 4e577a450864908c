//! Network checks that all backends share.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use base::causes::innermost;
use temporal::{Client, Poller};

use super::namespaces;

/// How long one check may take.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// A client of a frontend, for one check.
pub async fn client(frontend: SocketAddr, namespace: &str) -> Result<Client, String> {
    let client = namespaces::client(frontend, namespace, DEADLINE).await;
    client.map_err(|error| format!("frontend {frontend}: {}", innermost(&error)))
}

/// Whether the gRPC health check of a frontend says SERVING.
pub async fn serving(address: SocketAddr) -> Result<(), String> {
    let client = client(address, "default").await?;
    let health = client.check_health(DEADLINE).await;
    health.map_err(|error| format!("frontend {address}: {error}"))
}

/// Whether an HTTP GET succeeds.
pub async fn http_ok(http: &reqwest::Client, url: &str) -> Result<(), String> {
    let response = http
        .get(url)
        .timeout(DEADLINE)
        .send()
        .await
        .map_err(|error| format!("GET {url}: {}", innermost(&error)))?;
    if response.status().is_success() {
        Ok(())
    } else {
        Err(format!("GET {url}: {}", response.status()))
    }
}

/// Whether a pod of a service is among the pollers of a task queue. An identity that names no pod
/// may belong to any worker, so it counts.
pub fn polled_by(pollers: &[Poller], pods: &BTreeSet<String>) -> bool {
    let ours =
        |poller: &Poller| process_in(&poller.identity).is_none_or(|(_, host)| pods.contains(host));
    pollers.iter().any(ours)
}

/// The process in a poller's identity, and its host, which in a pod is the pod's name. By default,
/// SDKs use identities such as `1@worker-6d5f8-x2vwq`.
pub fn process_in(identity: &str) -> Option<(i32, &str)> {
    let (pid, rest) = identity.split_once('@')?;
    let host = rest.split('@').next()?;
    Some((pid.parse().ok()?, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_names_a_process_only_in_the_form_that_sdks_give_it() {
        for (identity, process) in [
            ("1@worker-6d5f8-x2vwq", (1, "worker-6d5f8-x2vwq")),
            ("1@worker-6d5f8-x2vwq@queue", (1, "worker-6d5f8-x2vwq")),
            ("4711@host", (4711, "host")),
            ("4711@host@queue", (4711, "host")),
        ] {
            assert_eq!(process_in(identity), Some(process), "{identity}");
        }
        for other in ["my-worker", "worker-0@host", "4711", "@host"] {
            assert_eq!(process_in(other), None, "{other}");
        }
    }
}
