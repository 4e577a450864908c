//! Actions: `POST` requests to a resource.

use std::time::Duration;

use azure::resource_type;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::begin::{announced, arm, begin};
use super::cloud::Cloud;
use super::handler::document_of;
use super::id::ResourceId;
use super::kind::{self, kind_of};
use super::lookup;
use super::message::{Request, Response};
use super::operation::{Act, Headers};
use super::power;
use super::refusal::Refusal;
use super::settings::Settings;
use super::state::{Progress, Resource, State};
use super::upgrade::upgrade_image;

/// How long a server is unavailable during a restart without failover.
const RESTART: Duration = Duration::from_secs(45);

/// How long a failover to the standby takes: 60 to 120 s, by
/// <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-high-availability>.
const FAILOVER: Duration = Duration::from_secs(90);

/// Runs the action that the last segment of `id` names.
pub(super) fn act(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
    version: &str,
) -> Result<Response, Refusal> {
    let target = id.without_last();
    let kind = kind_of(&target, version)?;
    match (kind.name, id.name().to_lowercase().as_str()) {
        (resource_type::CLUSTER | resource_type::SERVER, "start") => {
            power::switch(cloud, now, id, &target, Act::Start)
        }
        (resource_type::CLUSTER | resource_type::SERVER, "stop") => {
            power::switch(cloud, now, id, &target, Act::Stop)
        }
        (resource_type::CLUSTER, "listclusterusercredential") => {
            credential_of(&cloud.settings, &cloud.state, &target, "clusterUser")
        }
        (resource_type::CLUSTER, "listclusteradmincredential") => {
            lookup::found(&cloud.state, &target).and_then(local_accounts)?;
            credential_of(&cloud.settings, &cloud.state, &target, "clusterAdmin")
        }
        (resource_type::POOL, "upgradenodeimageversion") => upgrade_image(cloud, now, id, &target),
        (resource_type::SERVER, "restart") => {
            let wanted = failover_of(&document_of(request)?)?;
            restart(cloud, now, id, &target, wanted)
        }
        (resource_type::SERVER, "failover") => restart(cloud, now, id, &target, Failover::Wanted),
        (kind, _) => {
            let message = format!(
                "The simulated Azure does not support the action '{}' of '{kind}'.",
                id.name()
            );
            Err(Refusal::new(405, "HttpMethodNotAllowed", message))
        }
    }
}

fn credential_of(
    settings: &Settings,
    state: &State,
    id: &ResourceId,
    name: &str,
) -> Result<Response, Refusal> {
    let cluster = lookup::found(state, id)?;
    if matches!(cluster.progress, Progress::Creating | Progress::Deleting) {
        let state = json!(cluster.progress);
        let message = format!(
            "Operation is not allowed because the managed cluster '{}' is in provisioning state {state}.",
            id.name()
        );
        return Err(Refusal::conflict("OperationNotAllowed", message));
    }
    let hooks = &settings.hooks;
    let text = hooks
        .kubeconfig(id.name())
        // The hook has no kubeconfig before its cluster exists and after it is deleted. Azure
        // answers the same while a cluster is created.
        .map_err(|why| Refusal::conflict("OperationNotAllowed", why))?;
    let value = STANDARD.encode(text);
    Ok(Response::json(
        200,
        json!({"kubeconfigs": [{"name": name, "value": value}]}),
    ))
}

fn restart(
    cloud: &mut Cloud,
    now: Timestamp,
    act: &ResourceId,
    id: &ResourceId,
    failover: Failover,
) -> Result<Response, Refusal> {
    let server = lookup::found(&cloud.state, id)?;
    if failover == Failover::Wanted && !has_standby(server) {
        let message = format!(
            "Failover is not supported for the server '{}': high availability is not enabled.",
            id.name()
        );
        return Err(Refusal::bad("HANotEnabled", message));
    }
    if server.progress == Progress::Failed {
        let message = format!("The server '{}' is not ready.", id.name());
        return Err(Refusal::conflict("ServerNotReady", message));
    }
    kind::check_idle(&cloud.state, id)?;
    power::check_running(&cloud.state, id, "RestartServer")?;
    let (begun, takes) = match failover {
        Failover::Wanted => (Act::Failover, FAILOVER),
        Failover::No => (Act::Restart, RESTART),
    };
    let operation = begin(&mut cloud.state, now, &id.key(), begun, Some(now + takes));
    arm(cloud, "POST", &act.to_string(), &operation);
    cloud.settings.hooks.mysql_restart(id.name());
    Ok(announced(
        cloud,
        Response::empty(202),
        &operation,
        Headers::Location,
    ))
}

/// Refuses administrator credentials if the cluster has its local accounts disabled.
///
/// <https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad>
fn local_accounts(cluster: &Resource) -> Result<(), Refusal> {
    if cluster.document["properties"]["disableLocalAccounts"] != true {
        return Ok(());
    }
    let message = "Getting static credential is not allowed because this cluster is set to disable local accounts.";
    Err(Refusal::bad("BadRequest", message).of_aks())
}

/// Whether a restart fails over to the standby.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failover {
    No,
    Wanted,
}

/// Reads the body of a restart request.
fn failover_of(document: &Value) -> Result<Failover, Refusal> {
    let wrong = |name: &str, value: &Value| {
        let message = format!("The value {value} of {name} is not valid.");
        Err(Refusal::bad("InvalidParameterValue", message).about(name))
    };
    let seconds = &document["maxFailoverSeconds"];
    if !seconds.is_null() && seconds.as_i64().is_none_or(|it| it < 0) {
        return wrong("maxFailoverSeconds", seconds);
    }
    match &document["restartWithFailover"] {
        Value::Null => Ok(Failover::No),
        value => match value.as_str().map(str::to_lowercase).as_deref() {
            Some("enabled") => Ok(Failover::Wanted),
            Some("disabled") => Ok(Failover::No),
            _ => wrong("restartWithFailover", value),
        },
    }
}

fn has_standby(server: &Resource) -> bool {
    let mode = server.document.pointer("/properties/highAvailability/mode");
    mode.and_then(Value::as_str)
        .is_some_and(|mode| !mode.eq_ignore_ascii_case("Disabled"))
}
