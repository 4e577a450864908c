//! The version of a pool's Kubernetes, and the image of its nodes that goes with it.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use model::azure_limits::Minor;
use serde_json::{Value, json};

use super::super::offer::{self, LIST};
use super::super::refusal::Refusal;
use super::kubernetes_version;

/// How many minor versions a pool may be behind its cluster: <https://aka.ms/aks/UpgradeVersionRules>.
pub(super) const LAG: u32 = 3;

/// Refuses a version that a pool of a cluster cannot come to. `wanted` is what is said of the pool,
/// and `control` the version of the cluster.
pub(super) fn check(wanted: &Value, before: Option<&Value>, control: &str) -> Result<(), Refusal> {
    let Some(asked) = wanted["orchestratorVersion"].as_str() else {
        return Ok(());
    };
    if before.is_some_and(|before| stays(before, asked)) {
        return Ok(());
    }
    if offer::release(asked).is_none() {
        let message = format!("Version {asked} is not supported in this region. {LIST}");
        return Err(Refusal::bad("AgentPoolK8sVersionNotSupported", message));
    }
    let comes = resolved(asked, control);
    compatible(&comes, control)?;
    let current = before.and_then(|it| it["currentOrchestratorVersion"].as_str());
    if let Some(current) = current
        .filter(|current| kubernetes_version::parts(&comes) < kubernetes_version::parts(current))
    {
        let message = format!(
            "Downgrading Kubernetes version {current} to {comes} is not allowed. Available upgrades: [{control}]. Please see https://aka.ms/aks-supported-k8s-ver for version details."
        );
        return Err(Refusal::bad("OperationNotAllowed", message));
    }
    Ok(())
}

/// Has a pool come to the version that is asked for, and its nodes to the newest image with it.
/// Neither is anybody's to say.
pub(super) fn settle(pool: &mut Value, before: Option<&Value>, control: &str, now: Timestamp) {
    let asked = pool["orchestratorVersion"].as_str().unwrap_or(control);
    let asked = asked.to_owned();
    let kept = before.filter(|before| stays(before, &asked));
    if let Some(kept) = kept {
        for field in ["currentOrchestratorVersion", "nodeImageVersion"] {
            pool[field] = kept[field].clone();
        }
        return;
    }
    pool["currentOrchestratorVersion"] = json!(resolved(&asked, control));
    pool["nodeImageVersion"] = json!(image(pool, now));
}

/// The newest image for the nodes of a pool: there is one a week.
pub(in super::super) fn image(pool: &Value, now: Timestamp) -> String {
    let windows = pool["osType"].as_str() == Some("Windows");
    let system = match pool["osSKU"].as_str().unwrap_or_default() {
        _ if windows => "AKSWindows-2022-containerd",
        "AzureLinux" | "CBLMariner" | "Mariner" => "AKSAzureLinux-V3gen2",
        _ => "AKSUbuntu-2404gen2containerd",
    };
    let day = now.to_zoned(TimeZone::UTC).date();
    let monday = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
    format!("{system}-{}", monday.strftime("%Y%m.%d.0"))
}

/// Whether what is asked for is what is there: a minor version by its name takes no patch away.
fn stays(before: &Value, asked: &str) -> bool {
    let current = before["currentOrchestratorVersion"].as_str();
    let current = current.unwrap_or_default();
    if before["orchestratorVersion"] == asked {
        return true;
    }
    kubernetes_version::is(current, asked)
}

/// The patch that a version comes to: that of the cluster, where it is of the same minor version.
fn resolved(asked: &str, control: &str) -> String {
    let of_cluster = control.strip_prefix(asked);
    if of_cluster.is_some_and(|rest| rest.starts_with('.')) {
        return control.to_owned();
    }
    offer::newest(asked).to_owned()
}

/// Refuses a version that is above that of the cluster, or too far below.
///
/// <https://aka.ms/aks/UpgradeVersionRules>
pub(super) fn compatible(version: &str, control: &str) -> Result<(), Refusal> {
    let (Some(own), Some(of_cluster)) = (Minor::of(version), Minor::of(control)) else {
        return Ok(());
    };
    let rule = if own < of_cluster.before(LAG) {
        format!(
            "Minor version of node pool cannot be more than {LAG} versions less than control plane's version."
        )
    } else if kubernetes_version::parts(version) > kubernetes_version::parts(control) {
        "Version of node pool cannot be greater than control plane's version.".to_owned()
    } else {
        return Ok(());
    };
    let message = format!(
        "Node pool version {version} and control plane version {control} is incompatible. {rule} Minor version of node pool is {} and control plane is {}. For more information, please check https://aka.ms/aks/UpgradeVersionRules",
        own.minor, of_cluster.minor
    );
    Err(Refusal::bad("NodePoolMcVersionIncompatible", message))
}
