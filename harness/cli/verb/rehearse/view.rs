//! How to use the built-in Azure: its addresses and credentials, and the commands to paste into a
//! shell.

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
    /// The address of Azure Resource Manager, which serves the other endpoints too.
    resource_manager: String,
    /// The authority (Entra ID), as `AZURE_AUTHORITY_HOST` takes it.
    authority: String,
    /// The address of the cloud's metadata.
    metadata: String,
    /// The scope of tokens.
    scope: String,
    /// The certificate to trust (PEM).
    ca_file: Utf8PathBuf,
    tenant: String,
    subscription: String,
    client: String,
    /// The file with the client's secret: mode 0600, no trailing newline.
    secret_file: Utf8PathBuf,
    /// The state folder.
    state: Utf8PathBuf,
    /// Whether the state folder was empty.
    new: bool,
    /// The number of resources at the start.
    resources: usize,
    /// The speed relative to Azure.
    speed: u32,
    /// The simulated time at the start. The simulated clock runs at `speed`, and never goes back.
    clock: Timestamp,
    /// The process id, to send SIGTERM to.
    pid: u32,
    commands: Commands,
}

/// Commands for a POSIX shell.
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
            // A folder of its own, to keep the user's own login.
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
                // The token is not in curl's command line, which every user of the machine can
                // read.
                "printf 'Authorization: Bearer %s\\n' \"$token\" | curl --cacert {ca} --header @- '{base}/subscriptions/{subscription}/resourcegroups?api-version=2024-11-01'"
            ),
        ]
    }
}

/// Says whether the built-in Azure is new, so that a mistyped folder is noticed.
pub(super) fn state(served: &Served) -> String {
    let Served {
        state,
        new,
        resources,
        ..
    } = served;
    if *new {
        format!("· new, empty built-in Azure in {state}")
    } else {
        let plural = if *resources == 1 { "" } else { "s" };
        format!("· built-in Azure of {state}, with {resources} resource{plural}")
    }
}

/// The output as text.
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
        ("clock", &clock(served)),
    ] {
        table.row([what, value].map(str::to_owned));
    }
    let base = &served.resource_manager;
    let Commands { az, clients, curl } = &served.commands;
    let lines = |commands: &[String]| commands.join("\n");
    format!(
        "{}\n\n# az\n{}\n\n# Microsoft's clients; also set where a client is created: \
         base_url=\"{base}\",\n# credential_scopes=[\"{}\"], and disable_instance_discovery=True \
         for its credential\n{}\n\n# curl\n{}",
        table.render(),
        lines(az),
        served.scope,
        lines(clients),
        lines(curl)
    )
}

/// The simulated time, and how far it is ahead of this machine's clock.
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
