//! Clients and pods that end, flood and fall silent, with a test in place of the API server.

use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::*;

const ERROR: u8 = 1;

/// A client, a pod, and what goes on between them.
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
            line.says(channel, &80_u16.to_le_bytes()).await;
        }
        line
    }

    /// The pod, or what speaks for it, says something.
    async fn says(&mut self, channel: u8, text: &[u8]) {
        let message = [&[channel], text].concat();
        let sent = self.pod.send(Message::Binary(message.into())).await;
        sent.expect("it is sent");
    }

    /// What the pod hears next.
    async fn hears(&mut self) -> Vec<u8> {
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
async fn a_client_that_has_nothing_more_to_say_still_hears_the_whole_answer() {
    let mut line = Line::new().await;
    line.client.write_all(b"question").await.expect("written");
    line.client.shutdown().await.expect("ended");
    assert_eq!(line.hears().await, b"\0question");
    for part in [b"long ".as_slice(), b"answer"] {
        line.says(DATA, part).await;
    }
    line.pod.close(None).await.expect("ended");
    let mut answer = String::new();
    let heard = line.client.read_to_string(&mut answer).await;
    heard.expect("a clean end");
    assert_eq!(answer, "long answer");
    assert_eq!(line.end().await, End::Pod);
}

#[tokio::test]
async fn a_client_that_leaves_a_pod_that_says_nothing_ends_the_connection() {
    let mut line = Line::new().await;
    line.client.shutdown().await.expect("ended");
    assert_eq!(line.end().await, End::Client);
    while let Some(Ok(message)) = line.pod.next().await {
        assert!(!message.is_binary(), "{message:?}");
    }
}

#[tokio::test]
async fn a_pod_that_ends_while_its_client_speaks_loses_nothing_of_what_it_said() {
    let mut line = Line::new().await;
    line.client.write_all(b"unread").await.expect("written");
    line.says(DATA, b"last words").await;
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
async fn a_port_that_refuses_resets_the_connection_and_says_why() {
    let mut line = Line::new().await;
    line.says(ERROR, b"dial: connection refused\n").await;
    let mut heard = Vec::new();
    let reset = line.client.read_to_end(&mut heard).await;
    let reset = reset.expect_err("no clean end");
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    let why = "dial: connection refused".to_owned();
    assert_eq!(line.end().await, End::Broken(why));
}

#[tokio::test]
async fn a_way_that_breaks_is_no_end_of_what_a_pod_says() {
    let mut line = Line::new().await;
    line.says(DATA, b"half of").await;
    let mut heard = [0; 7];
    line.client.read_exact(&mut heard).await.expect("it comes");
    drop(line.pod);
    let mut rest = Vec::new();
    let end = line.client.read_to_end(&mut rest).await;
    let end = end.expect_err("no clean end");
    assert_eq!(end.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_up_its_pod_and_can_still_speak() {
    let mut line = Line::new().await;
    let piece = vec![7; PIECE];
    let flood = async {
        loop {
            line.says(DATA, &piece).await;
        }
    };
    // As much as the buffers of the system take, and then no more.
    let held = timeout(Duration::from_millis(500), flood).await;
    held.expect_err("it is held up");
    line.client.write_all(b"enough").await.expect("written");
    assert_eq!(line.hears().await, b"\0enough");
}

#[tokio::test]
async fn what_is_no_port_forward_ends_it() {
    for message in [b"".as_slice(), b"\x02ab"] {
        let mut line = Line::new().await;
        let sent = line
            .pod
            .send(Message::Binary(Bytes::copy_from_slice(message)));
        sent.await.expect("it is sent");
        let other = "the API server speaks another protocol".to_owned();
        assert_eq!(line.end().await, End::Broken(other));
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_answers_no_ping_is_gone() {
    let mut line = Line::new().await;
    // Nothing is read from `line.pod`, so nothing is answered.
    let silent = "the API server is silent".to_owned();
    assert_eq!(line.end().await, End::Broken(silent));
}
