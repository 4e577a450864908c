//! `harness outputs`.

use std::collections::BTreeMap;

use base::causes::in_one_line;
use base::hint::{Hint, Verb};
use model::profile::azure::Exposure;
use places::azure::{AzureBackend, Facts};
use serde::Serialize;

use super::session::{self, Session, Target, backend_error};
use super::{VerbResult, in_azure};
use crate::error::{CommandError, Exit};
use crate::ui::{Table, Ui};

/// The path of the starter that starts a workflow. The caller appends a name.
const STARTS: &str = "/async?name=";

/// Print the names and addresses of a promoted topology in Azure
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
    /// Why the cluster could not be asked for addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    unseen: Option<String>,
}

/// A service that users reach from outside.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entrance {
    /// `cluster-ip`, `internal` or `public`.
    exposure: &'static str,
    /// Its address, if it has one.
    address: Option<String>,
    /// Why the address is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let session = in_azure::look(session::load(&args.target)).await?;
    let outputs = of(&session).await?;
    ui.text(text(&outputs));
    ui.say(way_in(&session, &args.target));
    ui.json(&outputs);
    tell_unseen(&outputs, ui);
    Ok(match outputs.unseen {
        Some(_) => Exit::Unavailable,
        None => Exit::Ok,
    })
}

/// Warns if the addresses are unknown.
pub(super) fn tell_unseen(outputs: &Outputs, ui: &mut Ui) {
    if let Some(why) = &outputs.unseen {
        ui.say(format!("! could not read the addresses: {why}"));
    }
}

/// The outputs of a session's topology.
pub(super) async fn of(session: &Session<AzureBackend>) -> Result<Outputs, CommandError> {
    let azure = in_azure::place(&session.profile)?;
    let facts = Facts::look(&session.backend.stack).await;
    let facts = facts.map_err(backend_error)?;
    let facts = facts.ok_or_else(|| {
        CommandError::new(Exit::Unavailable, "nothing has been promoted")
            .hint(Hint::run(Verb::Promote).words(" first."))
    })?;
    let (addresses, unseen) = match session.backend.link.addresses().await {
        Ok(addresses) => (addresses, None),
        Err(error) => (BTreeMap::new(), Some(in_one_line(&error))),
    };
    let nothing_runs = session.backend.site.without_cluster();
    let entrance = |service: &str, exposure: &Exposure| {
        let address = addresses.get(service).map(|base| way(service, base));
        let note = match exposure {
            _ if address.is_some() => None,
            _ if nothing_runs => Some("no workload runs"),
            Exposure::ClusterIp => Some("only inside the cluster"),
            _ if unseen.is_some() => Some("unknown"),
            Exposure::Internal | Exposure::Public(_) => Some("none yet"),
        };
        Entrance {
            exposure: match exposure {
                Exposure::ClusterIp => "cluster-ip",
                Exposure::Internal => "internal",
                Exposure::Public(_) => "public",
            },
            address,
            note,
        }
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
        unseen,
    })
}

/// The URL that a user opens for a service.
fn way(service: &str, base: &str) -> String {
    match service {
        "starter" => format!("{base}{STARTS}"),
        _ => base.to_owned(),
    }
}

/// How to reach the services.
pub(super) fn way_in(session: &Session<AzureBackend>, target: &Target) -> String {
    if session.backend.site.without_cluster() {
        return "· no workload runs: the rehearsal has no cluster without Docker and k3d"
            .to_owned();
    }
    let open = Hint::from(Verb::OpenWeb).words(" forwards a port to this machine");
    format!("· {}", target.complete(open))
}

/// The outputs as text.
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
        ("gate overridden", facts.gate_override.as_ref()),
        ("may be destroyed from", facts.expires.as_ref()),
    ] {
        if let Some(name) = name {
            names.row([what.to_owned(), name.clone()]);
        }
    }
    let mut ways = Table::new(["ENTRANCE", "EXPOSURE", "ADDRESS"]);
    for (name, entrance) in &outputs.entrances {
        let Entrance {
            exposure,
            address,
            note,
        } = entrance;
        let address = address.as_deref().or(*note).unwrap_or_default();
        ways.row([*name, *exposure, address].map(str::to_owned));
    }
    format!("{}\n\n{}", names.render(), ways.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entrance_is_shown_as_a_url_to_use() {
        let base = "http://20.1.2.3:8080";
        assert_eq!(way("web", base), base);
        assert_eq!(way("starter", base), "http://20.1.2.3:8080/async?name=");
    }
}
