//! The HTTP server: bind, serve, drain.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Additional time beyond the request timeout to write the last answers.
const MARGIN: Duration = Duration::from_secs(1);

/// Serves in a separate task, which ends on drop.
pub(super) struct HttpServer {
    task: JoinSet<io::Result<()>>,
    stop: CancellationToken,
    address: SocketAddr,
}

impl HttpServer {
    /// Binds the address and starts to serve.
    pub(super) async fn serve(address: SocketAddr, router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let mut task = JoinSet::new();
        task.spawn(
            axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .into_future(),
        );
        Ok(Self {
            task,
            stop,
            address,
        })
    }

    /// The address of the server. Its port is the actual one if port 0 was requested.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting connections and waits for running requests, each of which may take `limit`.
    pub(super) async fn drain(mut self, limit: Duration) {
        self.stop.cancel();
        let ended = timeout(limit.saturating_add(MARGIN), self.task.join_next()).await;
        if ended.is_err() {
            tracing::warn!("closed connections that were still open");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::extract::State;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;

    use super::*;

    #[derive(Clone, Default)]
    struct Gate {
        entered: Arc<Notify>,
        open: Arc<Notify>,
    }

    async fn pass(State(gate): State<Gate>) -> &'static str {
        gate.entered.notify_one();
        gate.open.notified().await;
        "through"
    }

    #[tokio::test]
    async fn a_running_request_ends_but_no_other_is_accepted() {
        let gate = Gate::default();
        let router = Router::new().route("/", get(pass)).with_state(gate.clone());
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = HttpServer::serve(local, router).await.expect("a free port");
        let address = server.address();
        let mut stream = TcpStream::connect(address).await.expect("listening");
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .expect("sent");
        gate.entered.notified().await;

        let stop = server.stop.clone();
        let mut draining = JoinSet::new();
        draining.spawn(server.drain(Duration::from_secs(10)));
        stop.cancelled().await;
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        gate.open.notify_one();

        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .expect("closed after the answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("through"), "{answer}");
        let drained = draining.join_next().await.expect("it was begun");
        drained.expect("did not panic");
    }
}
