//! Local ports that forward to pods without a Service.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use model::topology::ServiceName;
use testing::docker_engine::SHELL;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::test_namespace::TestNamespace;
use crate::{Forwards, Group, Object, pod};

/// A program that prints the name of its pod and then echoes all data, for any number of clients on
/// the loopback address.
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

/// How long an ending connection may take.
const END_DEADLINE: Duration = Duration::from_secs(30);

fn echo(namespace: &TestNamespace, replicas: u16) -> Group {
    let mut group = namespace.group("echo", replicas, SHELL, ECHO);
    for object in &mut group.objects {
        if let Object::Deployment(deployment) = object {
            let template = &mut deployment.spec.as_mut().expect("it has one").template;
            let pods = template.spec.as_mut().expect("it has one");
            // Each connection needs a process.
            pods.containers[0].resources = Some(pod::resources("1m", "16Mi", "512Mi"));
        }
    }
    group
}

/// A connection on which a pod has sent its name.
async fn greeted(address: SocketAddr) -> Option<(String, BufReader<TcpStream>)> {
    let stream = TcpStream::connect(address)
        .await
        .expect("the port accepts it");
    let mut stream = BufReader::new(stream);
    let mut name = String::new();
    let read = timeout(END_DEADLINE, stream.read_line(&mut name)).await;
    let length = read.expect("it sends data or ends").ok()?;
    (length > 0).then(|| (name.trim().to_owned(), stream))
}

/// Like [`greeted`], but waits until a pod listens.
async fn greeted_at_last(
    namespace: &TestNamespace,
    address: SocketAddr,
) -> (String, BufReader<TcpStream>) {
    namespace
        .until("a pod answers", async || greeted(address).await.is_some())
        .await;
    greeted(address).await.expect("it still answers")
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn many_concurrent_connections_reach_pods_that_listen_only_on_loopback() {
    let namespace = TestNamespace::new("test-forward").await;
    let group = echo(&namespace, 2);
    namespace.apply(&group).await;
    namespace.until_ready(&group.id).await;
    let forwards = Forwards::new(namespace.cluster.clone());
    let name = ServiceName::new("echo");
    let address = forwards.open(&name, PORT, None).expect("it listens");
    assert!(address.ip().is_loopback());
    let again = forwards
        .open(&name, PORT, Some(1))
        .expect("it still listens");
    assert_eq!(again, address);
    let taken = forwards.open(&ServiceName::new("other"), PORT, Some(address.port()));
    let taken = taken.expect_err("the port is taken");
    assert!(
        taken.hints[0].to_string().contains("use another port"),
        "{taken}"
    );
    for _ in 0..2 {
        greeted_at_last(&namespace, address).await;
    }

    let talks = (0..50_u8).map(async |number| {
        let (pod, stream) = greeted(address).await.expect("a pod answers");
        // More data than all buffers on the way can hold.
        let said = vec![number; 1 << 20];
        let (mut from, mut to) = stream.into_inner().into_split();
        let speak = async {
            to.write_all(&said).await.expect("it is sent");
            // Closes only the sending side, so the remaining data still arrives.
            to.shutdown().await.expect("ended");
        };
        let mut heard = vec![0; said.len()];
        let ((), read) = tokio::join!(speak, from.read_exact(&mut heard));
        read.expect("all data comes back");
        assert!(heard == said, "{number} heard something else");
        pod
    });
    let talks = timeout(2 * END_DEADLINE, join_all(talks)).await;
    let mut pods = talks.expect("all connections end");
    pods.sort();
    pods.dedup();
    assert_eq!(pods.len(), 2, "they take turns");

    drop(forwards);
    let closed = async || TcpStream::connect(address).await.is_err();
    namespace.until("the port is closed", closed).await;
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn a_connection_ends_with_its_pod_and_the_next_one_uses_the_next_pod() {
    let namespace = TestNamespace::new("test-forward-kill").await;
    let group = echo(&namespace, 1);
    namespace.apply(&group).await;
    namespace.until_ready(&group.id).await;
    let name = ServiceName::new("echo");
    let forwards = Forwards::new(namespace.cluster.clone());
    let address = forwards.open(&name, PORT, None).expect("it listens");
    let (first, mut stream) = greeted_at_last(&namespace, address).await;

    namespace.kill(&name).await;
    let mut rest = Vec::new();
    let end = timeout(END_DEADLINE, stream.read_to_end(&mut rest)).await;
    let _ = end.expect("it ends with its pod");
    assert_eq!(rest, b"");
    assert!(greeted(address).await.is_none(), "nobody is there");

    namespace.bring_back(&name, 1).await;
    let (second, _) = greeted_at_last(&namespace, address).await;
    assert_ne!(first, second);
}
