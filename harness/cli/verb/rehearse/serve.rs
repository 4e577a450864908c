//! `harness rehearse serve`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use azure_simulator::{Clock, Hooks, Options, Settings, Simulator};
use backend::event::Events;
use backend::state::{self, Lock};
use base::causes::in_one_line;
use base::file::{create_private, present, write_atomically};
use base::hint::{Hint, Verb};
use base::secret::Secret;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};

use super::folder::{self, ANOTHER, unusable};
use super::view::{self, Served};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::VerbResult;
use crate::verb::azure_fault::{self, AzureFault, Scene};
use crate::verb::place;
use crate::verb::session::{SERVE, working_directory};
use crate::verb::shutdown::Shutdown;

/// The default state folder. No profile's name contains a dot.
const FOLDER: &str = ".harness/rehearse.serve";

/// The interval at which Azure lets a client poll an operation, in seconds.
const LOOK: u32 = 15;

/// Run the built-in Azure until Ctrl-C, for `az`, Microsoft's clients and curl
///
/// Listens on 127.0.0.1 with TLS, and prints its address, its credentials and the commands to paste
/// into a shell. The state folder keeps its resources, its port and the client's secret for the
/// next start.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness rehearse serve
  harness rehearse serve --port 8443 --output json
  harness rehearse serve --state .harness/azure.rehearsal   the resources of a rehearsal of `azure`
  harness rehearse serve --speed 1 --fault throttled        as slow as Azure, and throttled")]
pub(super) struct Args {
    /// Port to listen on [default: the previous port, else any free port]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// State folder: new, empty, served before, or of a rehearsal [default:
    /// .harness/rehearse.serve]
    #[arg(long, value_name = "FOLDER")]
    state: Option<Utf8PathBuf>,
    /// Speed relative to Azure [default: 60]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    speed: Option<u32>,
    /// Fault to inject; may be repeated
    #[arg(long, value_enum, value_name = "FAULT")]
    fault: Vec<AzureFault>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let speed = match args.speed {
        Some(speed) => speed,
        None => place::speed(&Environment::of_process())?,
    };
    let root = working_directory()?;
    let folder = root.join(args.state.as_deref().unwrap_or(Utf8Path::new(FOLDER)));
    let kept = folder::look(&folder)?;
    let _lock = own(&folder).await?;
    let secret_file = folder.join("secrets/client");
    let ca_file = folder.join("authority.pem");
    create_private(&folder.join("secrets")).map_err(unusable)?;
    let settings = Settings {
        secret: Secret::of_file(&secret_file).map_err(unusable)?,
        pace: speed,
        retry_after: (LOOK / speed).max(1),
        hooks: Arc::new(Behind {
            kubeconfig: folder.join("run/kubeconfig.yaml"),
        }),
        ..Settings::invented()
    };
    let options = Options {
        clock: Clock::faster(speed),
        settings: settings.clone(),
        script: azure_fault::script(&args.fault, &Scene::any()),
        folder: Some(folder.join("cloud")),
        port: args.port,
    };
    // Listens before the start, so that Ctrl-C also ends the start.
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events, "the built-in Azure stops")?;
    let simulator = Simulator::start(options).await;
    let simulator = simulator.map_err(|error| not_started(error, args.port))?;
    write_atomically(&ca_file, simulator.ca_pem.as_bytes()).map_err(unusable)?;
    let served = Served::new(&simulator, &settings, speed, &folder, kept);
    ui.say(view::state(&served));
    ui.text(view::text(&served));
    ui.json(&served);
    ui.say("· running until Ctrl-C");
    let asked = shutdown.asked.clone();
    ui.follow(&mut receiver, async {
        asked.cancelled().await;
        // Does not wait for clients that keep their connection open.
        let ended = shutdown.insisted.run_until_cancelled(simulator.shutdown());
        let _ = tokio::time::timeout(GRACE, ended).await;
    })
    .await;
    Ok(Exit::Ok)
}

/// How long open requests may take after Ctrl-C.
const GRACE: Duration = Duration::from_secs(2);

/// Locks the folder: two servers in one folder would overwrite each other's state.
async fn own(folder: &Utf8Path) -> Result<Lock, CommandError> {
    create_private(folder).map_err(unusable)?;
    let lock = Lock::acquire(&folder.join("lock"), SERVE, Duration::ZERO).await;
    let lock = lock.map_err(unusable)?;
    lock.map_err(|holder| {
        let busy = state::Error::Busy {
            path: folder.to_owned(),
            holder,
        };
        CommandError::new(Exit::Unavailable, busy).hint(
            Hint::say("Stop that command, or run ")
                .command(Verb::Serve)
                .words(" in another folder."),
        )
    })
}

fn not_started(error: azure_simulator::Error, port: Option<u16>) -> CommandError {
    let hint = match (&error, port) {
        (azure_simulator::Error::Listen { .. }, Some(_)) => {
            "Name another port with `--port`, or omit it to use a free one.".to_owned()
        }
        (azure_simulator::Error::Read { path, source }, _)
            if source.kind() == io::ErrorKind::InvalidData =>
        {
            format!("Remove {path} to start fresh, or name another folder with `--state`.")
        }
        _ => ANOTHER.to_owned(),
    };
    CommandError::new(Exit::Unavailable, error).hint(hint)
}

/// The workload behind it: the k3d cluster of a rehearsal, if the folder has one.
struct Behind {
    kubeconfig: Utf8PathBuf,
}

impl Hooks for Behind {
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        match present(fs_err::read_to_string(&self.kubeconfig)) {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Ok(nowhere(cluster)),
            Err(error) => Err(format!(
                "the cluster {cluster} does not run: {}",
                in_one_line(&error)
            )),
        }
    }
}

/// The kubeconfig of a cluster that does not run, in the form of one without local accounts:
/// <https://learn.microsoft.com/azure/aks/kubelogin-authentication>. Names below `invalid` never
/// resolve.
fn nowhere(cluster: &str) -> String {
    format!(
        "\
apiVersion: v1
kind: Config
clusters:
- name: {cluster}
  cluster:
    server: https://{cluster}.hcp.rehearsal.invalid:443
contexts:
- name: {cluster}
  context:
    cluster: {cluster}
    user: clusterUser_{cluster}
current-context: {cluster}
preferences: {{}}
users:
- name: clusterUser_{cluster}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --environment, AzurePublicCloud, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630]
      env: null
      provideClusterInfo: false
"
    )
}
