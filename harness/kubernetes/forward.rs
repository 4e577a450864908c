//! Ports of services in a cluster, on this machine: what `kubectl port-forward` does, without it,
//! for many connections at once, and for as long as there is any pod.

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
use super::look::Look;
use super::tunnel;

/// How long a client may have to wait for a pod.
const CONNECT: Duration = Duration::from_secs(10);

/// How long nobody is let in after that was not possible: no more files may be opened, for example.
const PAUSE: Duration = Duration::from_millis(100);

/// The ports that are open on this machine. They are closed, and their connections ended, when this
/// is dropped.
///
/// A client that no pod is there for has its connection reset, as one that came to a Service without
/// pods would.
#[derive(Debug)]
pub struct Forwards {
    /// How to get to the pods, from now on.
    cluster: watch::Sender<Cluster>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    addresses: BTreeMap<(ServiceName, u16), SocketAddr>,
    /// A listener each, which has its connections.
    listeners: JoinSet<()>,
}

impl Forwards {
    /// No port yet.
    pub fn new(cluster: Cluster) -> Self {
        Self {
            cluster: watch::Sender::new(cluster),
            open: Mutex::default(),
        }
    }

    /// From now on goes by another connection, such as with a token that has not expired. What is
    /// connected stays so.
    pub fn renew(&self, cluster: Cluster) {
        self.cluster.send_replace(cluster);
    }

    /// Listens on 127.0.0.1 and passes each connection on to `port` of a pod of `service`, in turn,
    /// that is ready at that moment; no pod has to be there yet. `wanted_local` is the port to listen
    /// on, by default a free one. What is open already stays where it is. To be called in a runtime.
    ///
    /// # Errors
    ///
    /// Another program has the wanted port.
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

/// What connections are passed on to.
#[derive(Debug, Clone)]
struct Target {
    cluster: watch::Receiver<Cluster>,
    service: ServiceName,
    port: u16,
}

impl Target {
    /// Takes connections in; they end with it.
    async fn serve(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        for turn in 0.. {
            let client = loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((client, _)) => break client,
                        Err(error) => {
                            tracing::warn!(service = %self.service, %error, "nobody is let in");
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
                    _ => format!("no pod could be reached within {} s", CONNECT.as_secs()),
                })
            }
        };
        tracing::debug!(%service, port = self.port, ?end, "a connection ended");
    }

    /// Connects to the first that can be reached of the pods that are ready, beginning with the one
    /// whose turn it is.
    async fn connect(
        &self,
        turn: usize,
    ) -> Result<WebSocketStream<impl AsyncRead + AsyncWrite + Unpin + Send + use<>>, Error> {
        let cluster = self.cluster.borrow().clone();
        let look = cluster.look().await?;
        let mut failed = Error::NoPod {
            service: self.service.clone(),
        };
        for pod in in_turn(&look, &self.service, turn) {
            match cluster.tunnel(pod, self.port).await {
                Ok(tunnel) => return Ok(tunnel),
                Err(error) => failed = error,
            }
        }
        cluster.look_again().await;
        Err(failed)
    }
}

/// The pods of a service that are ready and to stay, beginning with the one whose turn it is.
fn in_turn<'a>(look: &'a Look, service: &'a ServiceName, turn: usize) -> Vec<&'a str> {
    let pods = look.pods_of(service.as_str()).filter(|pod| serves(pod));
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
    fn the_pods_of_a_service_that_are_ready_and_stay_take_turns() {
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
        let look = Look::of(Vec::new(), Vec::new(), pods.into());
        let web = ServiceName::new("web");
        assert_eq!(in_turn(&look, &web, 0), ["web-1", "web-3"]);
        assert_eq!(in_turn(&look, &web, 1), ["web-3", "web-1"]);
        assert_eq!(in_turn(&look, &web, 2), ["web-1", "web-3"]);
        assert!(in_turn(&look, &ServiceName::new("none"), 7).is_empty());
    }
}
