//! Ports of pods that nobody may come in to, on this machine.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use model::topology::ServiceName;
use testing::docker_engine::SHELL;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::place::Place;
use crate::{Forwards, Group, Object, pod};

/// A program that says the name of its pod and then whatever it is told, to anybody who comes by the
/// loopback address, as many as they are.
const ECHO: &str = r#"exec perl -MIO::Socket::INET -e '
$SIG{CHLD} = "IGNORE";
$all = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8080, Listen => 128,
    ReuseAddr => 1) or die $@;
while ($one = $all->accept) {
    if (fork) { close $one; next }
    close $all;
    syswrite $one, "$ENV{HOSTNAME}\n";
    while (sysread $one, $text, 65536) {
        for ($done = 0; $done < length $text; $done += $more) {
            $more = syswrite $one, $text, length($text) - $done, $done or exit;
        }
    }
    exit;
}'"#;

const PORT: u16 = 8080;

/// How long a connection that ends may take to do so.
const PATIENCE: Duration = Duration::from_secs(30);

fn echo(place: &Place, replicas: u16) -> Group {
    let mut group = place.group("echo", replicas, SHELL, ECHO);
    for object in &mut group.objects {
        if let Object::Deployment(deployment) = object {
            let template = &mut deployment.spec.as_mut().expect("it has one").template;
            let pods = template.spec.as_mut().expect("it has one");
            // Each connection is a process.
            pods.containers[0].resources = Some(pod::resources("1m", "16Mi", "512Mi"));
        }
    }
    group
}

/// A connection on which a pod has said its name.
async fn greeted(address: SocketAddr) -> Option<(String, BufReader<TcpStream>)> {
    let stream = TcpStream::connect(address).await.expect("it is let in");
    let mut stream = BufReader::new(stream);
    let mut name = String::new();
    let read = timeout(PATIENCE, stream.read_line(&mut name)).await;
    let length = read.expect("it says something, or ends").ok()?;
    (length > 0).then(|| (name.trim().to_owned(), stream))
}

/// As [`greeted`], once a pod listens.
async fn greeted_at_last(place: &Place, address: SocketAddr) -> (String, BufReader<TcpStream>) {
    place
        .until("a pod answers", async || greeted(address).await.is_some())
        .await;
    greeted(address).await.expect("it goes on answering")
}

#[tokio::test]
async fn many_connections_at_once_come_by_the_loopback_of_pods_that_let_nobody_in() {
    let Some(place) = Place::new("test-forward").await else {
        return;
    };
    let group = echo(&place, 2);
    place.apply(&group).await;
    place.until_ready(&group.id).await;
    let forwards = Forwards::new(place.cluster.clone());
    let name = ServiceName::new("echo");
    let address = forwards.open(&name, PORT, None).expect("it listens");
    assert!(address.ip().is_loopback());
    let again = forwards.open(&name, PORT, Some(1)).expect("it still does");
    assert_eq!(again, address);
    let taken = forwards.open(&ServiceName::new("other"), PORT, Some(address.port()));
    let taken = taken.expect_err("the port is taken");
    assert!(
        taken.hints[0].to_string().contains("another one"),
        "{taken}"
    );
    for _ in 0..2 {
        greeted_at_last(&place, address).await;
    }

    let talks = (0..50_u8).map(async |number| {
        let (pod, stream) = greeted(address).await.expect("a pod answers");
        // More than all buffers on the way can hold.
        let said = vec![number; 1 << 20];
        let (mut from, mut to) = stream.into_inner().into_split();
        let speak = async {
            to.write_all(&said).await.expect("it is heard");
            // Nothing more to say; what is still to come comes.
            to.shutdown().await.expect("ended");
        };
        let mut heard = vec![0; said.len()];
        let ((), read) = tokio::join!(speak, from.read_exact(&mut heard));
        read.expect("all of it comes back");
        assert!(heard == said, "{number} heard something else");
        pod
    });
    let talks = timeout(2 * PATIENCE, join_all(talks)).await;
    let mut pods = talks.expect("all of them come to an end");
    pods.sort();
    pods.dedup();
    assert_eq!(pods.len(), 2, "they take turns");

    drop(forwards);
    let closed = async || TcpStream::connect(address).await.is_err();
    place.until("the port is closed", closed).await;
}

#[tokio::test]
async fn a_connection_ends_with_its_pod_and_the_next_one_finds_the_next_pod() {
    let Some(place) = Place::new("test-forward-kill").await else {
        return;
    };
    let group = echo(&place, 1);
    place.apply(&group).await;
    place.until_ready(&group.id).await;
    let name = ServiceName::new("echo");
    let forwards = Forwards::new(place.cluster.clone());
    let address = forwards.open(&name, PORT, None).expect("it listens");
    let (first, mut stream) = greeted_at_last(&place, address).await;

    place.kill(&name).await;
    let mut rest = Vec::new();
    let end = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    let _ = end.expect("it ends with its pod");
    assert_eq!(rest, b"");
    assert!(greeted(address).await.is_none(), "nobody is there");

    place.bring_back(&name, 1).await;
    let (second, _) = greeted_at_last(&place, address).await;
    assert_ne!(first, second);
}
