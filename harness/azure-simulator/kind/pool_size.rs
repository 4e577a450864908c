//! Limits of a pool: its name, its mode, its number of nodes, and the disk and the pods of each
//! node.

use model::azure_limits::{self, MAX_PODS, NODES, OS_DISK, SYSTEM_PODS};
use serde_json::Value;

use super::super::pools::is_system;
use super::super::refusal::Refusal;

/// Refuses an invalid pool. `pool` is complete: it has its name, and the previous values of what
/// the request leaves out.
pub(super) fn check(pool: &Value, before: Option<&Value>) -> Result<(), Refusal> {
    check_name(pool)?;
    check_system(pool)?;
    nodes(pool)?;
    disk(pool)?;
    pods(pool, before)
}

fn name(pool: &Value) -> &str {
    pool["name"].as_str().unwrap_or_default()
}

fn is(pool: &Value, field: &str, value: &str) -> bool {
    let text = pool[field].as_str();
    text.is_some_and(|text| text.eq_ignore_ascii_case(value))
}

/// Refuses an invalid name: <https://aka.ms/aks-naming-rules>,
/// <https://github.com/Azure/AKS/issues/3300>
fn check_name(pool: &Value) -> Result<(), Refusal> {
    let name = name(pool);
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    let most = if is(pool, "osType", "Windows") {
        azure_limits::WINDOWS_POOL_NAME
    } else {
        azure_limits::POOL_NAME
    };
    let fits = begins && name.chars().all(letters) && name.len() <= most;
    if fits && !azure_limits::is_pool_reserved(name) {
        return Ok(());
    }
    let message = "The value of parameter agentPoolProfile.name is invalid. Please see https://aka.ms/aks-naming-rules for more details.";
    Err(invalid("name", message))
}

/// Requirements on a system pool:
/// <https://learn.microsoft.com/azure/aks/use-system-pools#system-and-user-node-pools>.
fn check_system(pool: &Value) -> Result<(), Refusal> {
    if !is_system(pool) {
        return Ok(());
    }
    if is(pool, "osType", "Windows") {
        let message = "System pool must be linux.";
        return Err(Refusal::bad("SystemPoolMustBeLinux", message).about(at("osType")));
    }
    if is(pool, "scaleSetPriority", "Spot") {
        let message = "System pool must be regular.";
        return Err(Refusal::bad("SystemPoolMustBeRegular", message).about(at("scaleSetPriority")));
    }
    Ok(())
}

fn nodes(pool: &Value) -> Result<(), Refusal> {
    let count = &pool["count"];
    let least = i64::from(is_system(pool));
    let within = |count: i64| (least..=NODES).contains(&count);
    if count.is_null() || count.as_i64().is_some_and(within) {
        return Ok(());
    }
    let message = format!(
        "agentPoolProfile.count was {count}. It must be greater or equal to minCount:{least} and less than or equal to maxCount:{NODES}. If allowedMinCount was expected to be 0 but is 1: 1) The nodepool is a VMAS pool. 2) api Version is less than 2020-03-01. 3) The node is a system pool."
    );
    Err(invalid("count", &message))
}

fn disk(pool: &Value) -> Result<(), Refusal> {
    let size = &pool["osDiskSizeGB"];
    // 0 means the default size of the machine.
    let within = |size: i64| size == 0 || OS_DISK.contains(&size);
    if size.is_null() || size.as_i64().is_some_and(within) {
        return Ok(());
    }
    let message = format!(
        "The OSDiskSize for Agent {} cannot be less than {}GB or larger than {}GB.",
        name(pool),
        OS_DISK.start(),
        OS_DISK.end()
    );
    Err(invalid("osDiskSizeGB", &message))
}

fn pods(pool: &Value, before: Option<&Value>) -> Result<(), Refusal> {
    const MORE: &str = "Please refer to aka.ms/aks-min-max-pod for more detail.";
    const TARGET: &str = "agentPoolProfile.kubernetesConfig.kubeletConfig.maxPods";
    if pool["maxPods"].is_null() {
        return Ok(());
    }
    let name = name(pool);
    let most = pool["maxPods"].as_i64().unwrap_or_default();
    if most < *MAX_PODS.start() {
        let message = format!(
            "The AgentPoolProfile '{name}' has an invalid maxPods, the maxPods({most}) should be larger than {}. {MORE}",
            MAX_PODS.start()
        );
        return Err(Refusal::bad("InsufficientMaxPods", message).about(TARGET));
    }
    if most > *MAX_PODS.end() {
        return Err(invalid(
            "maxPods",
            "The value of parameter maxPods is invalid.",
        ));
    }
    // An existing pool may shrink: https://github.com/Azure/AKS/issues/1422
    let becomes_system = is_system(pool) && !before.is_some_and(is_system);
    let count = pool["count"].as_i64().unwrap_or(1);
    if becomes_system && count * most < SYSTEM_PODS {
        let message = format!(
            "The AgentPoolProfile '{name}' has an invalid total maxPods(maxPods per node * node count), the total maxPods({most}*{count}) should be larger than {SYSTEM_PODS}. {MORE}"
        );
        let refusal = Refusal::bad("InsufficientAgentPoolMaxPodsPerAgentPool", message);
        return Err(refusal.about(TARGET));
    }
    Ok(())
}

fn at(field: &str) -> String {
    format!("agentPoolProfile.{field}")
}

fn invalid(field: &str, message: &str) -> Refusal {
    Refusal::bad("InvalidParameter", message).about(at(field))
}
