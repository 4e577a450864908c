//! What has to be known to use the built-in Azure, and what to paste into a shell.

use azure_simulator::{Settings, Simulator};
use base::shell::word;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp, Unit};
use serde::Serialize;

use super::folder::Kept;
use crate::ui::Table;

/// The audience of tokens for Azure Resource Manager.
const AUDIENCE: &str = "https://management.azure.com";

/// What `rehearse serve --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Served {
    /// Azure Resource Manager, which is everything else as well.
    resource_manager: String,
    /// The directory, as `AZURE_AUTHORITY_HOST` takes it.
    authority: String,
    /// Where it says where it is.
    metadata: String,
    /// What tokens are asked for.
    scope: String,
    /// The certificate to trust (PEM).
    ca_file: Utf8PathBuf,
    tenant: String,
    subscription: String,
    client: String,
    /// The client's secret, mode 0600, without a line's end.
    secret_file: Utf8PathBuf,
    /// Where its state is.
    state: Utf8PathBuf,
    /// Whether nothing was kept there before.
    new: bool,
    /// How many resources there were in it when it was started.
    resources: usize,
    /// How many times as fast as Azure it is.
    speed: u32,
    /// What time it was there when it was started: its clock is as fast as the rest, and never goes back.
    clock: Timestamp,
    /// The process to send SIGTERM to.
    pid: u32,
    /// Lines for a shell.
    commands: Commands,
}

/// Lines for a POSIX shell.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Commands {
    az: Vec<String>,
    clients: Vec<String>,
    curl: Vec<String>,
}

impl Served {
    pub(super) fn new(
        simulator: &Simulator,
        settings: &Settings,
        speed: u32,
        folder: &Utf8Path,
        kept: Kept,
    ) -> Self {
        let base = &simulator.base_url;
        let mut served = Self {
            resource_manager: base.to_owned(),
            authority: base.to_owned(),
            metadata: format!("{base}/metadata/endpoints?api-version=2022-09-01"),
            scope: format!("{AUDIENCE}/.default"),
            ca_file: folder.join("authority.pem"),
            tenant: settings.tenant.clone(),
            subscription: settings.subscription.clone(),
            client: settings.client.clone(),
            secret_file: folder.join("secrets/client"),
            state: folder.to_owned(),
            new: kept == Kept::Nothing,
            resources: match kept {
                Kept::Nothing => 0,
                Kept::Azure(resources) => resources,
            },
            speed,
            clock: simulator.started,
            pid: std::process::id(),
            commands: Commands {
                az: Vec::new(),
                clients: Vec::new(),
                curl: Vec::new(),
            },
        };
        served.commands = Commands {
            az: served.az(),
            clients: served.clients(),
            curl: served.curl(),
        };
        served
    }

    fn az(&self) -> Vec<String> {
        let (base, client, tenant) = (&self.resource_manager, &self.client, &self.tenant);
        let secret = word(&format!("@{}", self.secret_file));
        vec![
            // Beside the user's own login.
            format!(
                "export AZURE_CONFIG_DIR={}",
                word(self.state.join("az").as_str())
            ),
            format!("export REQUESTS_CA_BUNDLE={}", word(self.ca_file.as_str())),
            "export AZURE_CORE_INSTANCE_DISCOVERY=false".to_owned(),
            "export AZURE_CORE_COLLECT_TELEMETRY=false".to_owned(),
            format!("az cloud register --name rehearsal --endpoint-resource-manager {base}"),
            "az cloud set --name rehearsal".to_owned(),
            format!(
                "az login --service-principal --username {client} --password {secret} --tenant {tenant}"
            ),
        ]
    }

    fn clients(&self) -> Vec<String> {
        let ca = word(self.ca_file.as_str());
        let exports = [
            ("AZURE_AUTHORITY_HOST", self.authority.clone()),
            ("AZURE_TENANT_ID", self.tenant.clone()),
            ("AZURE_CLIENT_ID", self.client.clone()),
            ("AZURE_SUBSCRIPTION_ID", self.subscription.clone()),
            (
                "AZURE_CLIENT_SECRET",
                format!("\"$(cat {})\"", word(self.secret_file.as_str())),
            ),
            ("REQUESTS_CA_BUNDLE", ca.clone()),
            ("SSL_CERT_FILE", ca.clone()),
            ("NODE_EXTRA_CA_CERTS", ca),
        ];
        let exports = exports.map(|(name, value)| format!("export {name}={value}"));
        exports.into()
    }

    fn curl(&self) -> Vec<String> {
        let Self {
            resource_manager: base,
            tenant,
            subscription,
            client,
            scope,
            ..
        } = self;
        let ca = word(self.ca_file.as_str());
        let secret = word(&format!("client_secret@{}", self.secret_file));
        vec![
            format!(
                "token=\"$(curl --silent --cacert {ca} --data grant_type=client_credentials --data client_id={client} --data-urlencode {secret} --data scope={scope} {base}/{tenant}/oauth2/v2.0/token | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\""
            ),
            format!(
                // Not in the command line of curl, which everybody on the machine may read.
                "printf 'Authorization: Bearer %s\\n' \"$token\" | curl --cacert {ca} --header @- '{base}/subscriptions/{subscription}/resourcegroups?api-version=2024-11-01'"
            ),
        ]
    }
}

/// Which Azure it is: a mistyped folder is a new one.
pub(super) fn state(served: &Served) -> String {
    let Served {
        state,
        new,
        resources,
        ..
    } = served;
    if *new {
        format!("· a new, empty Azure in {state}")
    } else {
        let plural = if *resources == 1 { "" } else { "s" };
        format!("· the Azure of {state}, with {resources} resource{plural}")
    }
}

/// The same for people.
pub(super) fn text(served: &Served) -> String {
    let mut table = Table::new(["WHAT", "VALUE"]);
    for (what, value) in [
        ("resource manager", served.resource_manager.as_str()),
        ("authority (Entra)", &served.authority),
        ("metadata", &served.metadata),
        ("scope of tokens", &served.scope),
        ("CA file", served.ca_file.as_str()),
        ("tenant", &served.tenant),
        ("subscription", &served.subscription),
        ("client id", &served.client),
        ("client secret", &format!("in {}", served.secret_file)),
        ("state", served.state.as_str()),
        ("speed", &format!("{} times as fast as Azure", served.speed)),
        ("its clock", &clock(served)),
    ] {
        table.row([what, value].map(str::to_owned));
    }
    let base = &served.resource_manager;
    let Commands { az, clients, curl } = &served.commands;
    let lines = |commands: &[String]| commands.join("\n");
    format!(
        "{}\n\n# az\n{}\n\n# Microsoft's clients; besides, where a client is made: base_url=\"{base}\",\n# credential_scopes=[\"{}\"], and disable_instance_discovery=True for its credential\n{}\n\n# curl\n{}",
        table.render(),
        lines(az),
        served.scope,
        lines(clients),
        lines(curl)
    )
}

/// What time it is there. It may be later than here: the clock is as fast as everything there, and
/// goes on from where it was.
fn clock(served: &Served) -> String {
    let clock = served.clock.round(Unit::Second).unwrap_or(served.clock);
    let ahead = served.clock.duration_since(Timestamp::now());
    if ahead > SignedDuration::from_secs(1) {
        let ahead = model::quantity::Duration::from_secs(ahead.unsigned_abs().as_secs());
        format!("{clock}, {ahead} ahead of this machine's")
    } else {
        clock.to_string()
    }
}
