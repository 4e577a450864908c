//! The Kubernetes version of a pool, and the node image of that version.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use model::azure_limits::Minor;
use serde_json::{Value, json};

use super::super::offer::{self, LIST};
use super::super::refusal::Refusal;
use super::kubernetes_version;

/// How many minor versions a pool may be behind its cluster:
/// <https://aka.ms/aks/UpgradeVersionRules>.
pub(super) const LAG: u32 = 3;

/// Refuses a version that the pool cannot be set to. `wanted` is the requested pool, and `control`
/// the version of the cluster.
pub(super) fn check(wanted: &Value, before: Option<&Value>, control: &str) -> Result<(), Refusal> {
    let Some(asked) = wanted["orchestratorVersion"].as_str() else {
        return Ok(());
    };
    if before.is_some_and(|before| is_unchanged(before, asked)) {
        return Ok(());
    }
    if offer::release(asked).is_none() {
        let message = format!("Version {asked} is not supported in this region. {LIST}");
        return Err(Refusal::bad("AgentPoolK8sVersionNotSupported", message));
    }
    let target = resolved(asked, control);
    check_compatible(&target, control)?;
    let current = before.and_then(|it| it["currentOrchestratorVersion"].as_str());
    if let Some(current) = current
        .filter(|current| kubernetes_version::parts(&target) < kubernetes_version::parts(current))
    {
        let message = format!(
            "Downgrading Kubernetes version {current} to {target} is not allowed. Available upgrades: [{control}]. Please see https://aka.ms/aks-supported-k8s-ver for version details."
        );
        return Err(Refusal::bad("OperationNotAllowed", message));
    }
    Ok(())
}

/// Sets the current version of a pool to the requested one, and its nodes to the newest image. A
/// client cannot set these two values.
pub(super) fn settle(pool: &mut Value, before: Option<&Value>, control: &str, now: Timestamp) {
    let asked = pool["orchestratorVersion"].as_str().unwrap_or(control);
    let asked = asked.to_owned();
    let kept = before.filter(|before| is_unchanged(before, &asked));
    if let Some(kept) = kept {
        for field in ["currentOrchestratorVersion", "nodeImageVersion"] {
            pool[field] = kept[field].clone();
        }
        return;
    }
    pool["currentOrchestratorVersion"] = json!(resolved(&asked, control));
    pool["nodeImageVersion"] = json!(image(pool, now));
}

/// The newest node image of a pool. There is a new image every Monday.
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

/// Whether the pool already has the requested version. A minor version matches all of its patches.
fn is_unchanged(before: &Value, asked: &str) -> bool {
    let current = before["currentOrchestratorVersion"].as_str();
    let current = current.unwrap_or_default();
    if before["orchestratorVersion"] == asked {
        return true;
    }
    kubernetes_version::is(current, asked)
}

/// The patch that a version resolves to. It is the cluster's patch if the cluster has the same
/// minor version.
fn resolved(asked: &str, control: &str) -> String {
    let of_cluster = control.strip_prefix(asked);
    if of_cluster.is_some_and(|rest| rest.starts_with('.')) {
        return control.to_owned();
    }
    offer::newest(asked).to_owned()
}

/// Refuses a version that is above the cluster's, or too far below it.
///
/// <https://aka.ms/aks/UpgradeVersionRules>
pub(super) fn check_compatible(version: &str, control: &str) -> Result<(), Refusal> {
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
