//! For tests: a mirror on this machine that counts its requests and gives one answer to all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How the mirror answers.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// These bytes.
    Whole(Vec<u8>),
    /// Half of these bytes, although the header promises all of them.
    Cut(Vec<u8>),
    /// The file that the URL ends in, or 404.
    Files(Vec<(&'static str, Vec<u8>)>),
    /// 404.
    NotFound,
}

/// The response to a request: the status, the promised length, and the bytes that are sent.
type Response<'a> = (&'static str, usize, &'a [u8]);

impl Answer {
    fn to(&self, request: &[u8]) -> Response<'_> {
        const MISSING: Response<'static> = ("404 Not Found", 0, &[]);
        match self {
            Self::Whole(bytes) => ("200 OK", bytes.len(), bytes),
            Self::Cut(bytes) => ("200 OK", bytes.len(), &bytes[..bytes.len() / 2]),
            Self::Files(files) => {
                let request = String::from_utf8_lossy(request);
                let path = request.split(' ').nth(1).unwrap_or_default();
                let mut files = files.iter();
                let found = files.find(|(name, _)| path.ends_with(name));
                found.map_or(MISSING, |(_, bytes)| ("200 OK", bytes.len(), bytes))
            }
            Self::NotFound => MISSING,
        }
    }
}

pub(super) struct Mirror {
    pub(super) base: String,
    requests: Arc<AtomicUsize>,
    asked: Arc<Semaphore>,
    answers: Arc<Semaphore>,
    _server: JoinSet<()>,
}

impl Mirror {
    /// A mirror that answers at once.
    pub(super) async fn start(answer: Answer) -> Self {
        let mirror = Self::start_held(answer).await;
        mirror.release();
        mirror
    }

    /// A mirror that answers nothing until it is released.
    pub(super) async fn start_held(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(AtomicUsize::new(0));
        let asked = Arc::new(Semaphore::new(0));
        let answers = Arc::new(Semaphore::new(0));
        let mut server = JoinSet::new();
        let (count, tell, may_answer) = (requests.clone(), asked.clone(), answers.clone());
        server.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tell.add_permits(1);
                let _permit = may_answer.acquire().await;
                // Some tests let the client hang up.
                let _ = respond(connection, &answer).await;
            }
        });
        Self {
            base: format!("http://{address}"),
            requests,
            asked,
            answers,
            _server: server,
        }
    }

    /// Lets the mirror answer from now on.
    pub(super) fn release(&self) {
        self.answers.add_permits(1);
    }

    /// Waits until the mirror has a request.
    pub(super) async fn asked(&self) {
        self.asked.acquire().await.expect("never closed").forget();
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn respond(mut connection: TcpStream, answer: &Answer) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if connection.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let (status, promised, body) = answer.to(&request);
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {promised}\r\nconnection: close\r\n\r\n");
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body).await?;
    connection.shutdown().await
}
