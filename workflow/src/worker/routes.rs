//! The HTTP routes of the starter. They use Temporal only through [`Starter`].

use std::time::Duration;

use crate::{Name, name};
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use super::causes;
use super::starter::{Refusal, Started, Starter};

/// `GET /ping`, `/sync` and `/async`. Each request is answered within about `limit`.
pub(super) fn router<S: Starter>(starter: S, limit: Duration) -> Router {
    Router::new()
        .route("/ping", get(async || "pong"))
        .route("/sync", get(sync::<S>))
        .route("/async", get(start_only::<S>))
        .with_state(Greeter { starter, limit })
}

#[derive(Clone)]
struct Greeter<S> {
    starter: S,
    limit: Duration,
}

#[derive(Deserialize)]
struct Parameters {
    name: Option<String>,
    id: Option<String>,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("{parameter} {source}")]
    Parameter {
        parameter: &'static str,
        source: name::Error,
    },
    #[error(transparent)]
    Query(#[from] QueryRejection),
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error(
        "workflow ID={workflow_id} may have started, because Temporal did not answer within {limit:?}"
    )]
    StartDeadline { workflow_id: Name, limit: Duration },
    #[error("workflow ID={}, RunID={} has no result within {limit:?} and continues",
        started.workflow_id, started.run_id)]
    ResultDeadline { started: Started, limit: Duration },
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Parameter { .. } | Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::Refusal(Refusal::AlreadyRunning { .. }) => StatusCode::CONFLICT,
            Self::Refusal(Refusal::Refused { .. } | Refusal::NotCompleted { .. }) => {
                StatusCode::BAD_GATEWAY
            }
            Self::Refusal(Refusal::Unreachable { .. }) => StatusCode::SERVICE_UNAVAILABLE,
            Self::StartDeadline { .. } | Self::ResultDeadline { .. } => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = causes::one_line(&self);
        if self.status().is_server_error() {
            tracing::warn!(status = self.status().as_u16(), "{text}");
        }
        (self.status(), text).into_response()
    }
}

type Parsed = Result<Query<Parameters>, QueryRejection>;

async fn sync<S: Starter>(
    State(greeter): State<Greeter<S>>,
    asked: Parsed,
) -> Result<String, Problem> {
    let deadline = Instant::now() + greeter.limit;
    let started = start(&greeter, asked, deadline).await?;
    match timeout_at(deadline, greeter.starter.result(&started)).await {
        Ok(greeting) => Ok(greeting?),
        Err(_) => Err(Problem::ResultDeadline {
            started,
            limit: greeter.limit,
        }),
    }
}

async fn start_only<S: Starter>(
    State(greeter): State<Greeter<S>>,
    asked: Parsed,
) -> Result<(StatusCode, String), Problem> {
    let deadline = Instant::now() + greeter.limit;
    let Started {
        workflow_id,
        run_id,
    } = start(&greeter, asked, deadline).await?;
    let text = format!("Started workflow ID={workflow_id}, RunID={run_id}");
    Ok((StatusCode::ACCEPTED, text))
}

async fn start<S: Starter>(
    greeter: &Greeter<S>,
    asked: Parsed,
    deadline: Instant,
) -> Result<Started, Problem> {
    let Query(Parameters { name, id }) = asked?;
    let name = parameter("name", name)?.unwrap_or_default();
    let workflow_id = parameter("id", id)?.unwrap_or_else(|| name.clone());
    match timeout_at(deadline, greeter.starter.start(&workflow_id, &name)).await {
        Ok(started) => Ok(started?),
        Err(_) => Err(Problem::StartDeadline {
            workflow_id,
            limit: greeter.limit,
        }),
    }
}

fn parameter(parameter: &'static str, text: Option<String>) -> Result<Option<Name>, Problem> {
    text.map(|text| text.parse())
        .transpose()
        .map_err(|source| Problem::Parameter { parameter, source })
}

#[cfg(test)]
mod tests;
