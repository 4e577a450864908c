//! `harness doctor`.

use artifact::{Pin, ServerSearch, TemporalSearch};
use base::news::Listener;
use base::tool::Environment;
use tokio_util::sync::CancellationToken;

use super::VerbResult;
use super::session::{self, Target};
use crate::doctor::{self, Check, Status};
use crate::error::{CommandError, Exit};
use crate::ui::{Table, Ui};

/// Show what this machine can run, and how to fix what is missing
///
/// Exits 0 if this machine can run at least backend `process`, else 69.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  harness doctor\n  harness doctor --output json")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

pub(super) async fn run(args: &Args, ui: &mut Ui) -> VerbResult {
    let loaded = session::load(&args.target);
    let profile = loaded.profile();
    let environment = Environment::of_process();
    let news = Listener::silent();
    let pin = Pin::current();
    let fetched = pin.as_ref().map_or("", |pin| &pin.version.server);
    let version = match &profile {
        Ok(profile) => &profile.temporal.settings.version,
        Err(_) => fetched,
    };
    let (folder, cancel) = (
        session::working_directory()?.join(".harness"),
        CancellationToken::new(),
    );
    let temporal = TemporalSearch {
        server: version,
        explicit: profile
            .as_ref()
            .ok()
            .and_then(|profile| profile.backend.cli()),
        pin: pin.as_ref(),
        fallback: &folder,
        environment: &environment,
        news: &news,
        cancel: &cancel,
    };
    let server = ServerSearch {
        version,
        fallback: &folder,
        environment: &environment,
        news: &news,
        cancel: &cancel,
    };
    let mut checks = doctor::checks(&doctor::probe(&temporal, &server).await);
    checks.extend(profile.as_ref().err().map(broken_profile));
    ui.text(text(&checks));
    ui.json(&serde_json::json!({ "checks": checks }));
    let needed = checks
        .iter()
        .filter(|check| check.enables == "backend process");
    let well = needed.into_iter().all(|check| check.status == Status::Ok);
    Ok(if well { Exit::Ok } else { Exit::Unavailable })
}

/// A broken profile is a failed check, so that `doctor` still prints the others.
fn broken_profile(error: &CommandError) -> Check {
    Check {
        name: "profile".to_owned(),
        status: Status::Broken,
        found: error.source.to_string(),
        fix: Some("fix the profile, or name another with `--profile`".to_owned()),
        enables: "backend process".to_owned(),
    }
}

fn text(checks: &[Check]) -> String {
    let mut table = Table::new(["CHECK", "STATUS", "FOUND"]);
    for check in checks {
        let status = match check.status {
            Status::Ok => "ok",
            Status::Missing => "missing",
            Status::Broken => "broken",
        };
        table.row([check.name.clone(), status.to_owned(), check.found.clone()]);
    }
    let fixes = checks.iter().filter_map(|check| {
        let fix = check.fix.as_ref()?;
        Some(format!("{} (for {}):\n  {fix}", check.name, check.enables))
    });
    let paragraphs: Vec<String> = std::iter::once(table.render()).chain(fixes).collect();
    paragraphs.join("\n\n")
}
