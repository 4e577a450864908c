//! Forwards local ports to services in a cluster, like `kubectl port-forward`, but without that
//! program, for many connections at a time, and across replaced pods.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::causes::in_one_line;
use k8s_openapi::api::core::v1::Pod;
use model::topology::ServiceName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;

use super::Cluster;
use super::error::Error;
use super::snapshot::Snapshot;
use super::tunnel;

/// How long a client may wait for a pod.
const CONNECT: Duration = Duration::from_secs(10);

/// How long to wait after a failed accept, for example when no more files can be opened.
const PAUSE: Duration = Duration::from_millis(100);

/// Open local ports. On drop, the ports are closed and their connections end.
///
/// If there is no pod for a client, its connection is reset, as by a Service without pods.
#[derive(Debug)]
pub struct Forwards {
    /// The current connection to the cluster.
    cluster: watch::Sender<Cluster>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    addresses: BTreeMap<(ServiceName, u16), SocketAddr>,
    /// One task per listener, which also owns its connections.
    listeners: JoinSet<()>,
}

impl Forwards {
    /// Opens no port yet.
    pub fn new(cluster: Cluster) -> Self {
        Self {
            cluster: watch::Sender::new(cluster),
            open: Mutex::default(),
        }
    }

    /// Uses another connection to the cluster from now on, for example with a new token. Existing
    /// connections continue.
    pub fn renew(&self, cluster: Cluster) {
        self.cluster.send_replace(cluster);
    }

    /// Listens on 127.0.0.1 and forwards each connection to `port` of a pod of `service` that is
    /// ready at that moment, in turn. The service need not have a pod yet. `wanted_local` is the
    /// local port; without it, a free port is used. A service that is forwarded already keeps its
    /// port. Must be called in a tokio runtime.
    ///
    /// # Errors
    ///
    /// Another program uses the wanted port.
    pub fn open(
        &self,
        service: &ServiceName,
        port: u16,
        wanted_local: Option<u16>,
    ) -> Result<SocketAddr, backend::Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (service.clone(), port);
        if let Some(address) = open.addresses.get(&name) {
            return Ok(*address);
        }
        let local = wanted_local.unwrap_or_default();
        let (listener, address) = listen(local).map_err(|source| Error::Listen {
            service: service.clone(),
            port: local,
            source,
        })?;
        let target = Target {
            cluster: self.cluster.subscribe(),
            service: service.clone(),
            port,
        };
        open.listeners.spawn(target.serve(listener));
        open.addresses.insert(name, address);
        Ok(address)
    }
}

fn listen(port: u16) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// The service and port that connections are forwarded to.
#[derive(Debug, Clone)]
struct Target {
    cluster: watch::Receiver<Cluster>,
    service: ServiceName,
    port: u16,
}

impl Target {
    /// Accepts connections until it is dropped, which also ends them.
    async fn serve(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        for turn in 0.. {
            let client = loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((client, _)) => break client,
                        Err(error) => {
                            tracing::warn!(service = %self.service, %error, "could not accept a connection");
                            sleep(PAUSE).await;
                        }
                    },
                    Some(_) = connections.join_next() => {}
                }
            };
            connections.spawn(self.clone().pass_on(client, turn));
        }
    }

    async fn pass_on(self, client: TcpStream, turn: usize) {
        let service = &self.service;
        let end = match timeout(CONNECT, self.connect(turn)).await {
            Ok(Ok(pod)) => {
                let _ = client.set_nodelay(true);
                tunnel::copy(client, pod).await
            }
            failed => {
                let _ = client.set_zero_linger();
                tunnel::End::Broken(match failed {
                    Ok(Err(error)) => in_one_line(&error),
                    _ => format!("could not reach a pod within {} s", CONNECT.as_secs()),
                })
            }
        };
        tracing::debug!(%service, port = self.port, ?end, "a connection ended");
    }

    /// Connects to the first reachable one of the ready pods, beginning with the one whose turn it
    /// is.
    async fn connect(
        &self,
        turn: usize,
    ) -> Result<WebSocketStream<impl AsyncRead + AsyncWrite + Unpin + Send + use<>>, Error> {
        let cluster = self.cluster.borrow().clone();
        let snapshot = cluster.snapshot().await?;
        let mut failed = Error::NoPod {
            service: self.service.clone(),
        };
        for pod in in_turn(&snapshot, &self.service, turn) {
            match cluster.tunnel(pod, self.port).await {
                Ok(tunnel) => return Ok(tunnel),
                Err(error) => failed = error,
            }
        }
        cluster.discard_snapshot().await;
        Err(failed)
    }
}

/// The ready pods of a service that are not being deleted, beginning with the one whose turn it is.
fn in_turn<'a>(snapshot: &'a Snapshot, service: &'a ServiceName, turn: usize) -> Vec<&'a str> {
    let pods = snapshot.pods_of(service.as_str()).filter(|pod| serves(pod));
    let mut names: Vec<&str> = pods
        .filter_map(|pod| pod.metadata.name.as_deref())
        .collect();
    names.sort_unstable();
    if !names.is_empty() {
        let first = turn % names.len();
        names.rotate_left(first);
    }
    names
}

fn serves(pod: &Pod) -> bool {
    let conditions = pod
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let mut conditions = conditions.into_iter().flatten();
    pod.metadata.deletion_timestamp.is_none()
        && conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(name: &str, component: &str, ready: &str) -> Value {
        json!({
            "metadata": {"name": name, "labels": {"app.kubernetes.io/component": component}},
            "status": {"conditions": [{"type": "Ready", "status": ready}]},
        })
    }

    #[test]
    fn the_ready_pods_of_a_service_take_turns() {
        let mut going = pod("web-0", "web", "True");
        going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        let pods = [
            going,
            pod("web-3", "web", "True"),
            pod("web-1", "web", "True"),
            pod("web-2", "web", "False"),
            pod("worker-1", "worker", "True"),
        ];
        let pods = pods.map(|pod| serde_json::from_value(pod).expect("a pod"));
        let snapshot = Snapshot::of(Vec::new(), Vec::new(), pods.into());
        let web = ServiceName::new("web");
        assert_eq!(in_turn(&snapshot, &web, 0), ["web-1", "web-3"]);
        assert_eq!(in_turn(&snapshot, &web, 1), ["web-3", "web-1"]);
        assert_eq!(in_turn(&snapshot, &web, 2), ["web-1", "web-3"]);
        assert!(in_turn(&snapshot, &ServiceName::new("none"), 7).is_empty());
    }
}
