//! One connection to a port of a pod through the API server: the port-forward protocol of
//! Kubernetes over a WebSocket.
//!
//! The first byte of each message is a channel: 0 has data, 1 has an error. The first message of
//! each channel repeats the port. Sources: `pkg/kubelet/cri/streaming/portforward/websocket.go` and
//! `k8s.io/apiserver/pkg/util/wsstream` of Kubernetes.
//!
//! kube's own copy loop ends the data from the pod when the client closes its sending side, and one
//! blocked direction also blocks the other. Here the directions are independent: a side that does
//! not read only blocks the side that sends to it.

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

/// The maximum size of a message with client data.
const PIECE: usize = 32 << 10;

/// How often an idle tunnel is pinged. Gateways drop connections that are silent for a few minutes.
const PING: Duration = Duration::from_secs(30);

/// How long the API server, which answers each ping, may be silent before the connection counts as
/// broken.
const GONE: Duration = Duration::from_secs(75);

/// How long one side may be silent after the other has ended or closed its sending side. The
/// protocol cannot report a half-closed connection to the pod, and TCP does not show whether the
/// client still reads.
const SILENCE: Duration = Duration::from_secs(2);

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The pod ended it.
    Pod,
    /// The client ended it.
    Client,
    /// The connection broke. The remaining side is notified.
    Broken(String),
}

impl Cluster {
    /// Opens a tunnel to a port of a pod. Whether a program listens there shows only later.
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

/// Copies in both directions until one side or the connection ends.
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
            ClientEnd::HalfClosed => down.finish().await,
            ClientEnd::Closed => End::Client,
        },
    };
    match end {
        End::Pod => {
            // Closing a socket with unread data would discard the data that was sent.
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

/// How the client's data ended.
enum ClientEnd {
    /// The client closed its sending side, and may still read.
    HalfClosed,
    /// The client is gone.
    Closed,
}

/// From the client to the pod.
struct ToPod<'a, S> {
    client: ReadHalf<'a>,
    pod: SplitSink<WebSocketStream<S>, Message>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ToPod<'_, S> {
    async fn run(&mut self) -> ClientEnd {
        let mut pings = interval_at(Instant::now() + PING, PING);
        let mut buffer = vec![DATA; 1 + PIECE];
        loop {
            let message = tokio::select! {
                read = self.client.read(&mut buffer[1..]) => match read {
                    Ok(0) => return ClientEnd::HalfClosed,
                    Ok(length) => Message::Binary(Bytes::copy_from_slice(&buffer[..=length])),
                    Err(_) => return ClientEnd::Closed,
                },
                _ = pings.tick() => Message::Ping(Bytes::new()),
            };
            // The receiving side reports why sending failed.
            if self.pod.send(message).await.is_err() {
                return ClientEnd::HalfClosed;
            }
        }
    }

    /// Reads and discards the client's data.
    async fn discard(&mut self) {
        let mut buffer = vec![0; PIECE];
        while let Ok(1..) = self.client.read(&mut buffer).await {}
    }
}

/// From the pod to the client.
struct FromPod<'a, S> {
    pod: SplitStream<WebSocketStream<S>>,
    client: WriteHalf<'a>,
    /// Data that is received but not written yet.
    pending: Bytes,
    /// The channels that have repeated the port.
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

    /// Continues for a client that closed its sending side, as long as the pod sends.
    async fn finish(&mut self) -> End {
        loop {
            match timeout(SILENCE, self.step()).await {
                Ok(Ok(())) => {}
                Ok(Err(end)) => return end,
                Err(_) => return End::Client,
            }
        }
    }

    /// Handles one message or a part of it. May be dropped at any time and called again.
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
        let unclear = || End::Broken("the API server uses another protocol".to_owned());
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
