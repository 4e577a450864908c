//! Serves the built-in Azure with TLS on the loopback address.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{self, Bytes};
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response as Answer};
use base::cut_point;
use base::file::present;
use camino::Utf8PathBuf;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use reqwest::Url;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::cloud::Cloud;
use super::fault::Script;
use super::message::{Body, Request, Response};
use super::recorder::Recorder;
use super::registry::Blobs;
use super::settings::Settings;
use super::state::State;
pub use error::Error;
use listen::Listener;

mod error;
mod listen;

#[derive(Debug)]
pub struct Options {
    pub clock: Clock,
    /// Who may use it, and in which dialect it answers. [`Simulator::start`] sets its address.
    pub settings: Settings,
    /// The faults.
    pub script: Script,
    /// The folder that holds the state. The next process continues from it, on the same port if
    /// that is free.
    pub folder: Option<Utf8PathBuf>,
    /// The port to listen on. With `None`, it takes the previous port if that is free, or any free
    /// port.
    pub port: Option<u16>,
}

impl Options {
    /// A new cloud without faults. Its clock runs sixty times as fast as real time.
    pub fn invented() -> Self {
        Self {
            clock: Clock::faster(60),
            settings: Settings::invented(),
            script: Script::default(),
            folder: None,
            port: None,
        }
    }
}

/// A running built-in Azure. It runs until it is shut down or dropped.
#[derive(Debug)]
pub struct Simulator {
    /// The address of Azure Resource Manager, of the directory and of the price list.
    pub base_url: String,
    /// The certificate of the authority that signed the server's certificate (PEM).
    pub ca_pem: String,
    /// The cloud's time at the start.
    pub started: Timestamp,
    /// The requests and responses.
    pub recorder: Recorder,
    stop: CancellationToken,
    server: JoinSet<()>,
}

struct Served {
    cloud: Mutex<Cloud>,
    clock: Clock,
    recorder: Recorder,
    file: Option<Utf8PathBuf>,
}

impl Simulator {
    /// Starts a built-in Azure on the loopback address.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let Options {
            clock,
            mut settings,
            script,
            folder,
            port,
        } = options;
        let file = folder.as_ref().map(|folder| folder.join("cloud.json"));
        let mut state = file.as_ref().map(load).transpose()?.unwrap_or_default();
        let clock = match state.asked {
            Some(asked) => clock.not_before(asked),
            None => clock,
        };
        let listener = match port {
            Some(port) => Listener::bind_to(port).await?,
            None => Listener::bind(state.port).await?,
        };
        state.port = Some(listener.port());
        settings.base_url = format!("https://127.0.0.1:{}", listener.port());
        let base_url = settings.base_url.clone();
        let mut cloud = Cloud::new(settings, state, script);
        if let Some(folder) = folder {
            let blobs = folder.join("blobs");
            fs_err::create_dir_all(&blobs).map_err(|source| Error::Read {
                path: folder,
                source,
            })?;
            cloud = cloud.with_blobs(Blobs::Folder(blobs));
        }
        let recorder = Recorder::new();
        let started = clock.now();
        let shared = Served {
            cloud: Mutex::new(cloud),
            clock,
            recorder: recorder.clone(),
            file,
        };
        let router = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::new(shared));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let ca_pem = listener.authority().to_owned();
        let mut server = JoinSet::new();
        server.spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the built-in Azure stopped with an error");
            }
        });
        Ok(Self {
            base_url,
            ca_pem,
            started,
            recorder,
            stop,
            server,
        })
    }

    /// Stops it after the requests in progress are answered.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if let Some(Err(error)) = self.server.join_next().await {
            tracing::warn!(%error, "the built-in Azure stopped with an error");
        }
    }
}

fn load(path: &Utf8PathBuf) -> Result<State, Error> {
    let failed = |source| Error::Read {
        path: path.clone(),
        source,
    };
    let bytes = present(fs_err::read(path)).map_err(failed)?;
    bytes.map_or(Ok(State::default()), |bytes| {
        serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))
    })
}

async fn answer(
    Shared(served): Shared<Arc<Served>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let text = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    };
    let headers: Vec<(String, String)> = headers.iter().map(text).collect();
    let host = headers.iter().find(|(name, _)| name == "host");
    let host = host.map_or("127.0.0.1", |(_, host)| host.as_str());
    let Ok(url) = Url::parse(&format!("https://{host}{uri}")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let request = Request {
        method: method.to_string(),
        url,
        headers,
        body: body.to_vec(),
    };
    // The cloud stays locked while the state is written, so a response never precedes its saved
    // state.
    tokio::task::spawn_blocking(move || served.handle(&request))
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

impl Served {
    fn handle(&self, request: &Request) -> Answer {
        cut_point::reached();
        let mut cloud = self.cloud.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = cloud.handle(self.clock.now(), request);
        self.recorder.record(request, &answer);
        let saved = self.file.as_ref().map_or(Ok(()), |file| {
            let bytes = serde_json::to_vec(cloud.state())?;
            base::file::write_atomically(file, &bytes)
        });
        drop(cloud);
        // A rehearsal may be killed before it receives the response.
        cut_point::reached();
        match saved {
            Ok(()) => sent(answer),
            Err(error) => {
                tracing::error!(%error, "could not save the state of the built-in Azure");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn sent(answer: Response) -> Answer {
    let mut built = Answer::builder().status(answer.status);
    for (name, value) in &answer.headers {
        built = built.header(name, value);
    }
    let bytes = match answer.body {
        Body::Empty => Vec::new(),
        Body::Json(document) => document.to_string().into_bytes(),
        Body::Bytes(bytes) => bytes,
    };
    let body = if answer.cut {
        built = built.header("Content-Length", (bytes.len() + 1).to_string());
        let half = bytes[..bytes.len() / 2].to_vec();
        let broken = stream::once(async {
            // Flushes the first half, so that the client receives it.
            tokio::task::yield_now().await;
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        });
        body::Body::from_stream(stream::iter([Ok(half)]).chain(broken))
    } else {
        body::Body::from(bytes)
    };
    built
        .body(body)
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
