//! `harness open`.

use std::net::SocketAddr;
use std::time::Duration;

use backend::event::Events;
use backend::{Backend as _, Host as _};
use base::causes::in_one_line;
use base::hint::{Hint, Verb};
use base::tool::{Environment, Family, Tool};
use kubernetes::Entrance;
use places::azure::AzureBackend;
use tokio_util::sync::CancellationToken;

use super::abandoned;
use super::any_backend::on_any_backend;
use super::session::{self, AnySession, Session, Target};
use super::shutdown::Shutdown;
use super::{VerbResult, view};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// How often the port forward into Azure is renewed.
const RENEWAL: Duration = Duration::from_mins(10);

/// How long the desktop may take to start a browser.
const DEADLINE: Duration = Duration::from_secs(10);

/// Open the web console or the starter in a browser, and print the address
///
/// For a topology in Azure, forwards the port to this machine until the command ends.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness open web
  harness open starter --print
  harness open frontend -p azure --port 7233   until Ctrl-C")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// What to open
    #[arg(value_enum)]
    what: What,
    /// Print the address without opening it
    #[arg(long)]
    print: bool,
    /// Local port to forward to Azure [default: any free port]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Temporal's web console
    Web,
    /// The worker's HTTP starter
    Starter,
    /// Temporal's frontend, gRPC
    Frontend,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Starter => "starter",
            Self::Frontend => "frontend",
        }
    }

    fn entrance(self) -> Entrance {
        match self {
            Self::Web => Entrance::Web,
            Self::Starter => Entrance::Starter,
            Self::Frontend => Entrance::Frontend,
        }
    }

    /// The URL that a user opens.
    fn url(self, address: SocketAddr) -> String {
        match self {
            Self::Web => format!("http://{address}/"),
            Self::Starter => format!("http://{address}/sync"),
            Self::Frontend => address.to_string(),
        }
    }
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let loaded = session::load(&args.target);
    let endpoints = match session::look(&loaded).await {
        Ok(AnySession::Azure(session)) => return forward(&args, &session, ui).await,
        Ok(AnySession::Process(session))
            if session.place.cluster.is_some() && args.what != What::Starter =>
        {
            let message = format!(
                "the `{}` of an existing cluster is not part of the topology",
                args.what.name()
            );
            return Err(CommandError::new(Exit::Unavailable, message)
                .hint("Open the address that the operator of the cluster gave you."));
        }
        Ok(session) => {
            refuse_port(&args)?;
            session::on_backend!(session, |session| session.backend.hosts().endpoints().await)
        }
        Err(error) => {
            let abandoned = abandoned::look(&loaded, error, ui)?;
            refuse_port(&args)?;
            on_any_backend!(&abandoned.backend, |backend| backend
                .hosts()
                .endpoints()
                .await)
        }
    };
    let name = args.what.name();
    let endpoint = view::find(&endpoints, name).ok_or_else(|| {
        CommandError::new(Exit::Unavailable, format!("`{name}` is not up"))
            .hint(Hint::run(Verb::Up).words(" first."))
    })?;
    show(&args, endpoint.address, ui).await;
    Ok(Exit::Ok)
}

fn refuse_port(args: &Args) -> Result<(), CommandError> {
    if args.port.is_none() {
        return Ok(());
    }
    let here = "`--port` applies only to a topology in Azure";
    Err(CommandError::new(Exit::Usage, here)
        .hint("Set `starter.port`, `web.port` or `temporal.port` in the profile."))
}

/// Forwards a port of the cluster until Ctrl-C.
async fn forward(args: &Args, session: &Session<AzureBackend>, ui: &mut Ui) -> VerbResult {
    let (events, _unheard) = Events::channel();
    let shutdown = Shutdown::listen(events, "the port forward ends")?;
    let entrance = args.what.entrance();
    let link = &session.backend.link;
    let forwarded = link.forward(entrance, &session.topology, args.port);
    let Some(forwarded) = shutdown.asked.run_until_cancelled(forwarded).await else {
        return Ok(Exit::Ok);
    };
    let address = forwarded.map_err(session::backend_error)?;
    show(args, address, ui).await;
    ui.say("· forwarding until Ctrl-C");
    // The token that new connections need expires.
    loop {
        let renewed = shutdown
            .asked
            .run_until_cancelled(tokio::time::sleep(RENEWAL))
            .await;
        if renewed.is_none() {
            return Ok(Exit::Ok);
        }
        let forwarded = link.forward(entrance, &session.topology, args.port);
        if let Err(error) = forwarded.await {
            ui.say(format!(
                "· could not renew the port forward: {}",
                in_one_line(&error)
            ));
        }
    }
}

async fn show(args: &Args, address: SocketAddr, ui: &mut Ui) {
    let url = args.what.url(address);
    ui.text(&url);
    ui.json(&serde_json::json!({"url": url}));
    let browses = !args.print && args.what != What::Frontend;
    if browses && !in_browser(&url).await {
        ui.say("could not start a browser; open the address yourself");
    }
}

/// Opens the address with the desktop's opener; false if that fails.
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
