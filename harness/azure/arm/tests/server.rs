//! An HTTPS server with its own certificate authority. Each request gets the next scripted answer.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::Listener;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::arm::{Arm, Clock, Credential, Endpoints, Kind, Options, Recorder};

/// One scripted answer. `{base}` in headers and body is the server's address.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    cut: bool,
}

impl Reply {
    pub(crate) fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
            cut: false,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn json(mut self, body: impl Into<Value>) -> Self {
        self.body = body.into().to_string();
        self
    }

    /// Closes the connection in the middle of the body.
    pub(crate) fn cut(mut self) -> Self {
        self.cut = true;
        self
    }
}

/// A request that the server received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Method, path and query.
    pub(crate) line: String,
    /// Headers, as `name: value`.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

#[derive(Default)]
struct Script {
    replies: Mutex<VecDeque<Reply>>,
    received: Mutex<Vec<Received>>,
}

pub(crate) struct Server {
    _served: JoinSet<std::io::Result<()>>,
    base: String,
    ca: String,
    script: Arc<Script>,
    pub(crate) clock: Clock,
}

impl Server {
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        // Installs the crypto provider, which the TLS server needs as well.
        let _ = base::http::builder();
        let ca_key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca = params.self_signed(&ca_key).expect("an authority");
        let issuer = rcgen::Issuer::new(params, ca_key);
        let key = rcgen::KeyPair::generate().expect("a key");
        let names = vec!["127.0.0.1".to_owned()];
        let params = rcgen::CertificateParams::new(names).expect("an address");
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        let private = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der());
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private.expect("a key"))
            .expect("the key belongs to the certificate");
        let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("https://{}", tcp.local_addr().expect("bound"));
        let script = Arc::new(Script::default());
        script.replies.lock().expect("unpoisoned").extend(replies);
        let app = axum::Router::new()
            .fallback(answer)
            .with_state((Arc::clone(&script), base.clone()));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut served = JoinSet::new();
        served.spawn(async move { axum::serve(Tls { tcp, acceptor }, app).await });
        Self {
            _served: served,
            base,
            ca: ca.pem(),
            script,
            clock: Clock::skipping(),
        }
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        Endpoints::custom(&self.base, self.ca.as_bytes()).expect("an address")
    }

    /// A client whose tokens are `token-1`, `token-2` and so on.
    pub(crate) fn client(&self) -> Arm {
        self.client_with(None)
    }

    pub(crate) fn client_with(&self, recorder: Option<Recorder>) -> Arm {
        let tokens = Arc::new(Tokens::default());
        let credential = Credential::new(Kind::ClientSecret, move || Ok(Arc::clone(&tokens) as _));
        Arm::new(Options {
            endpoints: self.endpoints(),
            credential: credential.expect("made"),
            correlation_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            clock: self.clock.clone(),
            recorder,
        })
        .expect("a client")
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.script.received.lock().expect("unpoisoned").clone()
    }

    /// Method, path and query of each request.
    pub(crate) fn lines(&self) -> String {
        let lines: Vec<_> = self.received().into_iter().map(|it| it.line).collect();
        lines.join("\n")
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }
}

async fn answer(
    State((script, base)): State<(Arc<Script>, String)>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await;
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?")));
    script.received.lock().expect("unpoisoned").push(Received {
        line: format!("{} {}", parts.method, parts.uri),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body.unwrap_or_default()).into_owned(),
    });
    let reply = script.replies.lock().expect("unpoisoned").pop_front();
    let reply = reply.unwrap_or_else(|| Reply::new(418));
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value.replace("{base}", &base));
    }
    let body = Bytes::from(reply.body.replace("{base}", &base));
    let body = if reply.cut {
        let half = Ok(body.slice(..body.len() / 2));
        let end = Err(std::io::Error::other("cut"));
        Body::from_stream(futures_util::stream::iter([half, end]))
    } else {
        Body::from(body)
    };
    response.body(body).expect("an answer")
}

struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            if let Ok((stream, address)) = self.tcp.accept().await
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// Returns a new token for each call.
#[derive(Debug, Default)]
struct Tokens(AtomicUsize);

#[async_trait::async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let n = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let expires = OffsetDateTime::now_utc() + Duration::hours(1);
        Ok(AccessToken::new(format!("token-{n}"), expires))
    }
}
