use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::session::{self, Target};
use super::{Outcome, view};
use crate::backend::Backend as _;
use crate::error::{CommandError, Exit};
use crate::tool::{Environment, Family, Tool};
use crate::ui::Ui;

/// How long the desktop may take to start a browser.
const DEADLINE: Duration = Duration::from_secs(10);

/// Open the web console or the starter in a browser, and print the address
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  harness open web\n  harness open starter --print")]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// What to open
    #[arg(value_enum)]
    what: What,
    /// Only print the address
    #[arg(long)]
    print: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    /// Temporal's web console
    Web,
    /// The worker's HTTP starter
    Starter,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let session = session::look(&args.target)?;
    let endpoints = session::on_backend!(session, |session| session.backend.endpoints());
    let (name, path) = match args.what {
        What::Web => ("web", "/"),
        What::Starter => ("starter", "/sync"),
    };
    let endpoint = view::find(&endpoints, name).ok_or_else(|| {
        CommandError::new(Exit::Unavailable, format!("`{name}` is not up"))
            .hint(format!("run `harness up{}` first", args.target.suffix()))
    })?;
    let url = format!("http://{}{path}", endpoint.address);
    ui.text(&url);
    ui.json(&serde_json::json!({"url": url}));
    if !args.print && !in_browser(&url).await {
        ui.say("no browser could be started here; open the address yourself");
    }
    Ok(Exit::Ok)
}

/// Hands the address to the desktop; false where there is none.
async fn in_browser(url: &str) -> bool {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let environment = Environment::of_process();
    let Ok(tool) = Tool::new(program, Family::Desktop, &environment, DEADLINE) else {
        return false;
    };
    let opened = tool
        .arguments([url])
        .output(&CancellationToken::new())
        .await;
    opened.is_ok()
}
