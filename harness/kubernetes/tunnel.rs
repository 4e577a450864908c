//! One connection to a port of a pod by way of the API server: the port-forward of Kubernetes, as it
//! is spoken over a WebSocket.
//!
//! The first byte of each message is a channel: 0 is what is said, 1 what went wrong; the first
//! message on either repeats the port. Sources: `pkg/kubelet/cri/streaming/portforward/websocket.go`
//! and `k8s.io/apiserver/pkg/util/wsstream` of Kubernetes.
//!
//! kube's own loop for it ends what comes from the pod once the client has nothing more to say, and
//! lets neither direction go on while the other one is stuck. Here each goes at its own pace: a side
//! that does not read holds up the one that speaks to it, and no other.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use k8s_openapi::api::core::v1::Pod;
use kube::Resource as _;
use kube::core::Request;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::time::{Instant, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Bytes, Error as Fault, Message};

use super::Cluster;
use super::cluster::call;
use super::error::Error;

const DATA: u8 = 0;

/// How much of what a client says goes into one message.
const PIECE: usize = 32 << 10;

/// How often a tunnel is tried that nobody uses: gateways forget connections that are silent for a
/// few minutes.
const PING: Duration = Duration::from_secs(30);

/// After what silence of the API server, which answers each ping, it is taken for gone.
const GONE: Duration = Duration::from_secs(75);

/// How long either side may be silent once the other has nothing more to say. The protocol cannot
/// tell a pod that its client only listens, and TCP does not say whether one still does.
const SILENCE: Duration = Duration::from_secs(2);

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The pod has ended it.
    Pod,
    /// The client has.
    Client,
    /// It broke between them; whoever is left is told so.
    Broken(String),
}

impl Cluster {
    /// Opens a tunnel to a port of a pod. That something listens there shows only afterwards.
    pub(super) async fn tunnel(
        &self,
        pod: &str,
        port: u16,
    ) -> Result<WebSocketStream<impl AsyncRead + AsyncWrite + Unpin + Send + use<>>, Error> {
        let pods = Pod::url_path(&(), Some(&self.namespace));
        let request = Request::new(pods).portforward(pod, &[port]);
        let request = request.map_err(kube::Error::BuildRequest);
        let connect = async { self.client.connect(request?).await };
        let connection = call(format!("open port {port} of pod `{pod}`"), connect).await?;
        Ok(connection.into_stream())
    }
}

/// Copies both ways until either side, or the way between them, has come to its end.
pub(super) async fn copy<S>(mut client: TcpStream, pod: WebSocketStream<S>) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (from_client, to_client) = client.split();
    let (to_pod, from_pod) = pod.split();
    let mut up = ToPod {
        client: from_client,
        pod: to_pod,
    };
    let mut down = FromPod {
        pod: from_pod,
        client: to_client,
        pending: Bytes::new(),
        greeted: [false; 2],
    };
    let end = tokio::select! {
        end = down.run() => end,
        last = up.run() => match last {
            Last::Word => down.finish().await,
            Last::Sign => End::Client,
        },
    };
    match end {
        End::Pod => {
            // To close what still has something to be read would take back what was sent.
            let _ = down.client.shutdown().await;
            let _ = timeout(SILENCE, up.discard()).await;
        }
        End::Client => {}
        End::Broken(_) => {
            let _ = down.client.as_ref().set_zero_linger();
        }
    }
    let _ = timeout(SILENCE, up.pod.close()).await;
    end
}

/// What was last heard of a client.
enum Last {
    /// It has nothing more to say, and may still listen.
    Word,
    /// It is gone.
    Sign,
}

/// From the client to the pod.
struct ToPod<'a, S> {
    client: ReadHalf<'a>,
    pod: SplitSink<WebSocketStream<S>, Message>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ToPod<'_, S> {
    async fn run(&mut self) -> Last {
        let mut pings = interval_at(Instant::now() + PING, PING);
        let mut buffer = vec![DATA; 1 + PIECE];
        loop {
            let message = tokio::select! {
                read = self.client.read(&mut buffer[1..]) => match read {
                    Ok(0) => return Last::Word,
                    Ok(length) => Message::Binary(Bytes::copy_from_slice(&buffer[..=length])),
                    Err(_) => return Last::Sign,
                },
                _ = pings.tick() => Message::Ping(Bytes::new()),
            };
            // Why it cannot be sent is known where messages are received.
            if self.pod.send(message).await.is_err() {
                return Last::Word;
            }
        }
    }

    /// Reads what nobody is there for any more.
    async fn discard(&mut self) {
        let mut buffer = vec![0; PIECE];
        while let Ok(1..) = self.client.read(&mut buffer).await {}
    }
}

/// From the pod to the client.
struct FromPod<'a, S> {
    pod: SplitStream<WebSocketStream<S>>,
    client: WriteHalf<'a>,
    /// What was received and is not written yet.
    pending: Bytes,
    /// Which channels have repeated the port.
    greeted: [bool; 2],
}

impl<S: AsyncRead + AsyncWrite + Unpin> FromPod<'_, S> {
    async fn run(&mut self) -> End {
        loop {
            if let Err(end) = self.step().await {
                return end;
            }
        }
    }

    /// Goes on for a client that has nothing more to say, as long as the pod has.
    async fn finish(&mut self) -> End {
        loop {
            match timeout(SILENCE, self.step()).await {
                Ok(Ok(())) => {}
                Ok(Err(end)) => return end,
                Err(_) => return End::Client,
            }
        }
    }

    /// One message, or a part of one. May be dropped at any time and called again.
    async fn step(&mut self) -> Result<(), End> {
        if !self.pending.is_empty() {
            let written = self.client.write_buf(&mut self.pending).await;
            return written.map(|_| ()).map_err(|_| End::Client);
        }
        let Ok(message) = timeout(GONE, self.pod.next()).await else {
            return Err(End::Broken("the API server is silent".to_owned()));
        };
        match message {
            Some(Ok(Message::Binary(bytes))) => self.take(bytes),
            Some(Ok(Message::Close(_)) | Err(Fault::ConnectionClosed)) | None => Err(End::Pod),
            Some(Ok(_)) => Ok(()),
            Some(Err(fault)) => Err(End::Broken(fault.to_string())),
        }
    }

    fn take(&mut self, mut message: Bytes) -> Result<(), End> {
        let unclear = || End::Broken("the API server speaks another protocol".to_owned());
        let channel = message.first().copied().ok_or_else(unclear)?;
        let data = message.split_off(1);
        let greeted = self.greeted.get_mut(usize::from(channel));
        if !std::mem::replace(greeted.ok_or_else(unclear)?, true) {
            return if data.len() == 2 {
                Ok(())
            } else {
                Err(unclear())
            };
        }
        if channel == DATA {
            self.pending = data;
            return Ok(());
        }
        let why = String::from_utf8_lossy(&data).trim().to_owned();
        if why.is_empty() {
            return Ok(());
        }
        Err(End::Broken(why))
    }
}

#[cfg(test)]
mod tests;
