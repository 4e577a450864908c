//! The built-in Azure behind TLS on the loopback.

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
use tokio::task::JoinHandle;
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

/// How the built-in Azure is run.
#[derive(Debug)]
pub struct Options {
    /// Its time.
    pub clock: Clock,
    /// Who may use it and how it speaks. Its address is set by [`Simulator::start`].
    pub settings: Settings,
    /// What goes wrong.
    pub script: Script,
    /// A folder that its state is read from and written to, so that what follows a killed process
    /// finds its cloud again, at the same port if that is free.
    pub folder: Option<Utf8PathBuf>,
    /// The port that it has to listen on; else the one that it had before, if that is free, or any.
    pub port: Option<u16>,
}

impl Options {
    /// A cloud of its own, sixty times as fast as Azure, that nothing goes wrong in.
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

/// The built-in Azure that runs until it is shut down or dropped.
#[derive(Debug)]
pub struct Simulator {
    /// Where Azure Resource Manager, the directory and the price list are.
    pub base_url: String,
    /// The certificate of the authority that signed its own (PEM).
    pub ca_pem: String,
    /// What time it was in it when it was started.
    pub started: Timestamp,
    /// What was asked and answered.
    pub recorder: Recorder,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

struct Served {
    cloud: Mutex<Cloud>,
    clock: Clock,
    recorder: Recorder,
    file: Option<Utf8PathBuf>,
}

impl Simulator {
    /// Starts one on a port of the loopback that is free.
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
        let server = tokio::spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the built-in Azure has ended");
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

    /// Ends it when the requests that are under way have been answered.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.server).await {
            tracing::warn!(%error, "the built-in Azure has ended");
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
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
    // A file is written while the cloud stands still, so that no answer is ahead of what is saved.
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
        // Whoever is rehearsed with may be killed before it hears the answer.
        cut_point::reached();
        match saved {
            Ok(()) => sent(answer),
            Err(error) => {
                tracing::error!(%error, "the built-in Azure's state was not saved");
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
            // Lets go what was written, so that the client sees a beginning.
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
