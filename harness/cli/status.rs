//! `harness status`.

use serde::Serialize;

use super::session::{self, Session, Target};
use super::{Outcome, view};
use crate::backend::{Backend, Endpoint, Place, Readiness};
use crate::error::{CommandError, Exit};
use crate::plan::{ResourceId, State};
use crate::ui::{Table, Ui};

/// Show what runs, whether it is ready, and where
///
/// Exits 0 if everything that was brought up is ready, else 69.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  harness status\n  harness status --output json")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

/// What `status --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Status {
    profile: String,
    place: Place,
    resources: Vec<Row>,
    endpoints: Vec<Endpoint>,
}

/// One resource.
#[derive(Debug, Serialize)]
struct Row {
    id: ResourceId,
    state: &'static str,
    reason: Option<String>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let session = session::look(&args.target).await?;
    session::on_backend!(session, |session| show(session, ui).await)
}

async fn show<B: Backend>(session: &Session<B>, ui: &mut Ui) -> Outcome {
    let rows = rows(&session.backend).await?;
    let endpoints = session.backend.endpoints().await;
    let ready = !rows.is_empty() && rows.iter().all(|row| row.state == "ready");
    if rows.is_empty() {
        ui.text(format!("profile {}: nothing is up", session.profile.name));
        let others = session::others_up(&session.state);
        if !others.is_empty() {
            ui.text(format!("up here under another name: {}", others.join(", ")));
        }
    } else {
        let mut table = Table::new(["RESOURCE", "STATE", ""]);
        for row in &rows {
            let reason = row.reason.clone().unwrap_or_default();
            table.row([row.id.to_string(), row.state.to_owned(), reason]);
        }
        ui.text(table.render());
        if !endpoints.is_empty() {
            ui.text("");
            ui.text(view::endpoints(&endpoints));
        }
    }
    ui.json(&Status {
        profile: session.profile.name.to_string(),
        place: session.backend.place(),
        resources: rows,
        endpoints,
    });
    Ok(if ready { Exit::Ok } else { Exit::Unavailable })
}

async fn rows<B: Backend>(backend: &B) -> Result<Vec<Row>, CommandError> {
    let observed = backend.observe(&[]).await.map_err(session::backend_error)?;
    let mut rows = Vec::new();
    for resource in observed {
        let (state, reason) = match resource.state {
            State::Dead { reason } => ("dead", Some(reason)),
            State::Live(_) => match backend.ready(&resource.id).await {
                Readiness::Ready => ("ready", None),
                Readiness::NotYet(reason) | Readiness::Never(reason) => ("not-ready", Some(reason)),
            },
        };
        rows.push(Row {
            id: resource.id,
            state,
            reason,
        });
    }
    Ok(rows)
}
