//! `harness outputs`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::session::{Session, Target, backend_error};
use super::{Outcome, in_azure};
use crate::backend::azure::{AzureBackend, Facts};
use crate::error::{CommandError, Exit};
use crate::profile::azure::Exposure;
use crate::ui::{Table, Ui};

/// Print what a promoted topology is called in Azure, and how it is reached
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness outputs -p azure
  harness outputs -p azure --output json")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

/// What `outputs --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Outputs {
    profile: String,
    #[serde(flatten)]
    facts: Facts,
    entrances: BTreeMap<&'static str, Entrance>,
}

/// How users come in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entrance {
    /// `cluster-ip`, `internal` or `public`.
    exposure: &'static str,
    /// Where it is, if it has an address of its own.
    address: Option<String>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let session = in_azure::look(&args.target).await?;
    let outputs = of(&session).await?;
    ui.text(text(&outputs));
    ui.say(way_in(&session, &args.target.suffix()));
    ui.json(&outputs);
    Ok(Exit::Ok)
}

/// What there is to say of a session's topology.
pub(super) async fn of(session: &Session<AzureBackend>) -> Result<Outputs, CommandError> {
    let azure = in_azure::place(&session.profile)?;
    let facts = session.backend.facts().await.map_err(backend_error)?;
    let facts = facts.ok_or_else(|| {
        CommandError::new(Exit::Unavailable, "nothing is promoted")
            .hint("run `harness promote` first")
    })?;
    let addresses = session.backend.addresses().await;
    let entrance = |service: &str, exposure: &Exposure| Entrance {
        exposure: match exposure {
            Exposure::ClusterIp => "cluster-ip",
            Exposure::Internal => "internal",
            Exposure::Public(_) => "public",
        },
        address: addresses.get(service).cloned(),
    };
    Ok(Outputs {
        profile: session.profile.name.to_string(),
        facts,
        entrances: BTreeMap::from([
            (
                "frontend",
                entrance("temporal-frontend", &Exposure::ClusterIp),
            ),
            ("web", entrance("web", &azure.expose.web)),
            ("starter", entrance("starter", &azure.expose.starter)),
        ]),
    })
}

/// How the entrances are used; `suffix` names the profile in commands.
pub(super) fn way_in(session: &Session<AzureBackend>, suffix: &str) -> String {
    if session.backend.without_cluster() {
        return "· nothing runs: without Docker and k3d there is no cluster to rehearse the rest in"
            .to_owned();
    }
    format!("· `harness open web{suffix}` forwards a port to this machine")
}

/// The same for people.
pub(super) fn text(outputs: &Outputs) -> String {
    let facts = &outputs.facts;
    let mut names = Table::new(["WHAT", "NAME"]);
    for (what, name) in [
        ("topology", facts.topology.as_ref()),
        ("subscription", Some(&facts.subscription)),
        ("resource group", Some(&facts.resource_group)),
        ("region", Some(&facts.region)),
        ("cluster", Some(&facts.cluster)),
        ("registry", facts.registry.as_ref()),
        ("mysql", facts.mysql.as_ref()),
        ("gate passed by", facts.gate_override.as_ref()),
        ("may be destroyed from", facts.expires.as_ref()),
    ] {
        if let Some(name) = name {
            names.row([what.to_owned(), name.clone()]);
        }
    }
    let mut ways = Table::new(["ENTRANCE", "EXPOSURE", "ADDRESS"]);
    for (name, Entrance { exposure, address }) in &outputs.entrances {
        let address = address.clone().unwrap_or_default();
        ways.row([(*name).to_owned(), (*exposure).to_owned(), address]);
    }
    format!("{}\n\n{}", names.render(), ways.render())
}
