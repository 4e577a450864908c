//! Clients and pods that end, flood and fall silent, with the test as the API server.

use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::*;

const ERROR: u8 = 1;

/// A client, a pod, and the copy between them.
struct Line {
    client: TcpStream,
    pod: WebSocketStream<DuplexStream>,
    copied: JoinSet<End>,
}

impl Line {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (near, far) = tokio::io::duplex(PIECE);
        let near = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
        let pod = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
        let mut copied = JoinSet::new();
        copied.spawn(copy(accepted.expect("a client").0, near));
        let client = client.expect("connected");
        let mut line = Self {
            client,
            pod,
            copied,
        };
        for channel in [DATA, ERROR] {
            line.send(channel, &80_u16.to_le_bytes()).await;
        }
        line
    }

    /// Sends a message from the pod's side.
    async fn send(&mut self, channel: u8, text: &[u8]) {
        let message = [&[channel], text].concat();
        let sent = self.pod.send(Message::Binary(message.into())).await;
        sent.expect("it is sent");
    }

    /// The next data that the pod's side receives.
    async fn receive(&mut self) -> Vec<u8> {
        loop {
            match self.pod.next().await.expect("a message").expect("whole") {
                Message::Binary(message) => return message.to_vec(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not data: {other:?}"),
            }
        }
    }

    async fn end(&mut self) -> End {
        let end = self.copied.join_next().await.expect("one is copied");
        end.expect("it does not panic")
    }
}

#[tokio::test]
async fn a_half_closed_client_still_receives_the_whole_answer() {
    let mut line = Line::new().await;
    line.client.write_all(b"question").await.expect("written");
    line.client.shutdown().await.expect("ended");
    assert_eq!(line.receive().await, b"\0question");
    for part in [b"long ".as_slice(), b"answer"] {
        line.send(DATA, part).await;
    }
    line.pod.close(None).await.expect("ended");
    let mut answer = String::new();
    let heard = line.client.read_to_string(&mut answer).await;
    heard.expect("a clean end");
    assert_eq!(answer, "long answer");
    assert_eq!(line.end().await, End::Pod);
}

#[tokio::test]
async fn a_half_closed_client_and_a_silent_pod_end_the_connection() {
    let mut line = Line::new().await;
    line.client.shutdown().await.expect("ended");
    assert_eq!(line.end().await, End::Client);
    while let Some(Ok(message)) = line.pod.next().await {
        assert!(!message.is_binary(), "{message:?}");
    }
}

#[tokio::test]
async fn data_of_a_pod_that_ends_while_its_client_sends_is_not_lost() {
    let mut line = Line::new().await;
    line.client.write_all(b"unread").await.expect("written");
    line.send(DATA, b"last words").await;
    line.pod.close(None).await.expect("ended");
    let mut heard = String::new();
    line.client
        .read_to_string(&mut heard)
        .await
        .expect("a clean end");
    assert_eq!(heard, "last words");
    drop(line.client);
    let end = line.copied.join_next().await.expect("one is copied");
    assert_eq!(end.expect("it does not panic"), End::Pod);
}

#[tokio::test]
async fn a_refusing_port_resets_the_connection_with_a_reason() {
    let mut line = Line::new().await;
    line.send(ERROR, b"dial: connection refused\n").await;
    let mut heard = Vec::new();
    let reset = line.client.read_to_end(&mut heard).await;
    let reset = reset.expect_err("no clean end");
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    let why = "dial: connection refused".to_owned();
    assert_eq!(line.end().await, End::Broken(why));
}

#[tokio::test]
async fn a_broken_connection_is_not_a_clean_end() {
    let mut line = Line::new().await;
    line.send(DATA, b"half of").await;
    let mut heard = [0; 7];
    line.client
        .read_exact(&mut heard)
        .await
        .expect("the data arrives");
    drop(line.pod);
    let mut rest = Vec::new();
    let end = line.client.read_to_end(&mut rest).await;
    let end = end.expect_err("no clean end");
    assert_eq!(end.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_client_that_does_not_read_blocks_its_pod_and_can_still_send() {
    let mut line = Line::new().await;
    let piece = vec![7; PIECE];
    let flood = async {
        loop {
            line.send(DATA, &piece).await;
        }
    };
    // The system's buffers accept some data, and then the sender is blocked.
    let held = timeout(Duration::from_millis(500), flood).await;
    held.expect_err("the sender is blocked");
    line.client.write_all(b"enough").await.expect("written");
    assert_eq!(line.receive().await, b"\0enough");
}

#[tokio::test]
async fn a_message_of_another_protocol_ends_the_connection() {
    for message in [b"".as_slice(), b"\x02ab"] {
        let mut line = Line::new().await;
        let sent = line
            .pod
            .send(Message::Binary(Bytes::copy_from_slice(message)));
        sent.await.expect("it is sent");
        let other = "the API server uses another protocol".to_owned();
        assert_eq!(line.end().await, End::Broken(other));
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_server_without_ping_answers_counts_as_gone() {
    let mut line = Line::new().await;
    // Nothing reads from `line.pod`, so no ping is answered.
    let silent = "the API server is silent".to_owned();
    assert_eq!(line.end().await, End::Broken(silent));
}
