//! What would go wrong, looked for before anything is made: most of it would else be told after
//! ten minutes, by a deployment that fails.

use serde::Serialize;

use crate::azure::arm::{self, Group, NameAvailability, Resource, ResourceId, ServerCapability};
use crate::azure::template::Names;
use crate::backend::azure::{Cloud, PROVIDERS};
use crate::profile::azure::{Azure, HighAvailability, MysqlTier};
use crate::topology::Database;

/// What whoever promotes has to be allowed, besides what every contributor is.
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// What every contributor is allowed and a promotion begins with.
const MAKE: [&str; 2] = [
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Resources/deploymentStacks/write",
];

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub what: String,
    /// What is wrong, and what helps; `None` if all is well.
    pub problem: Option<Problem>,
    /// What the promotion will do about it by itself.
    pub note: Option<String>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What.
    pub reason: String,
    /// What helps.
    pub remedy: String,
}

/// Looks at everything. `group` is the resource group, if it is there: what it has already needs
/// neither a name nor, if it works, a quota.
pub async fn preflight(
    cloud: &Cloud,
    azure: &Azure,
    database: &Database,
    names: &Names,
    group: Option<&Group>,
) -> Result<Vec<Check>, arm::Error> {
    let mut checks = vec![subscription(cloud)];
    checks.extend(rights(cloud, group).await?);
    for (namespace, kind) in PROVIDERS {
        checks.push(provider(cloud, azure, namespace, kind).await?);
    }
    let there = match group {
        Some(group) => cloud.arm.resources(group).await?,
        None => Vec::new(),
    };
    let found = |name: &str| {
        there
            .iter()
            .find(|it| it.id.name().eq_ignore_ascii_case(name))
    };
    let id = &cloud.subscription.subscription_id;
    if found(&names.registry).is_none() {
        let registry = cloud.arm.registry_name(id, &names.registry).await?;
        checks.push(free("registry", &names.registry, registry));
    }
    if found(&names.mysql).is_none() {
        let server = cloud.arm.server_name(id, &names.mysql).await?;
        checks.push(free("MySQL server", &names.mysql, server));
    }
    let capabilities = cloud.arm.server_capabilities(id, &azure.region).await?;
    checks.push(server(azure, database, &capabilities));
    if !found(&names.cluster).is_some_and(works) {
        checks.push(cores(cloud, azure).await?);
    }
    Ok(checks)
}

/// Whether a resource has what it needs.
fn works(resource: &Resource) -> bool {
    let state = resource.state.as_deref().unwrap_or_default();
    state.eq_ignore_ascii_case("succeeded") || resource.is_moving()
}

pub(super) fn check<T: Into<String>>(
    what: impl Into<String>,
    problem: Option<(String, T)>,
) -> Check {
    Check {
        what: what.into(),
        problem: problem.map(|(reason, remedy)| Problem {
            reason,
            remedy: remedy.into(),
        }),
        note: None,
    }
}

fn subscription(cloud: &Cloud) -> Check {
    let it = &cloud.subscription;
    let enabled = it.state.eq_ignore_ascii_case("Enabled");
    let problem = (!enabled).then(|| {
        let reason = format!("it is {}", it.state);
        (reason, "enable it in the portal, or name another one")
    });
    check(format!("subscription {}", it.display_name), problem)
}

/// In the group if that is there, else in the subscription.
async fn rights(cloud: &Cloud, group: Option<&Group>) -> Result<[Check; 2], arm::Error> {
    let id = &cloud.subscription.subscription_id;
    let whole = || ResourceId::new(format!("/subscriptions/{id}"));
    let scope = group.map_or_else(whole, Group::id);
    let permissions = cloud.arm.permissions(&scope).await?;
    let lacks = |right: &str| !permissions.iter().any(|role| role.allows(right));
    let problem = |right: &str, remedy| (format!("{right} is not allowed"), remedy);
    let assign = lacks(ASSIGN).then(|| {
        let remedy = "it takes Owner, User Access Administrator or Role Based Access Control \
                      Administrator on the subscription, or on a resource group that is there";
        problem(ASSIGN, remedy)
    });
    let make = MAKE.into_iter().find(|right| lacks(right)).map(|right| {
        let remedy = "it takes Owner or Contributor on the subscription, or on a resource group \
                      that is there";
        problem(right, remedy)
    });
    Ok([
        check("right to assign roles", assign),
        check("right to make resources", make),
    ])
}

async fn provider(
    cloud: &Cloud,
    azure: &Azure,
    namespace: &str,
    kind: &str,
) -> Result<Check, arm::Error> {
    let id = &cloud.subscription.subscription_id;
    let provider = cloud.arm.provider(id, namespace).await?;
    let problem = (!provider.offers(kind, &azure.region)).then(|| {
        let reason = format!("{kind} is not to be had in {}", azure.region);
        (reason, "choose another `backend.azure.region`")
    });
    let unregistered = !provider.is_registered();
    let note = unregistered.then(|| "the subscription will be registered for it".to_owned());
    Ok(Check {
        note,
        ..check(format!("provider {namespace}"), problem)
    })
}

fn free(what: &str, name: &str, availability: NameAvailability) -> Check {
    let problem = (!availability.name_available).then(|| {
        let reason = availability.message.or(availability.reason);
        let reason = reason.unwrap_or_else(|| "it is taken".to_owned());
        let remedy = "it follows from subscription, resource group and profile name: change one";
        (reason, remedy)
    });
    check(format!("name of the {what} {name}"), problem)
}

/// Whether some zone of the region has the server.
fn server(azure: &Azure, database: &Database, zones: &[ServerCapability]) -> Check {
    let mysql = &azure.mysql;
    let tier = match mysql.tier() {
        MysqlTier::Burstable => "Burstable",
        MysqlTier::GeneralPurpose => "GeneralPurpose",
        MysqlTier::MemoryOptimized => "MemoryOptimized",
    };
    let tiers = zones.iter().flat_map(|zone| &zone.tiers);
    let mut versions = tiers
        .filter(|offered| offered.name.eq_ignore_ascii_case(tier))
        .flat_map(|tier| &tier.versions)
        .filter(|version| version.name.starts_with(&database.version))
        .peekable();
    let problem = if versions.peek().is_none() {
        let reason = format!("MySQL {} is not offered as {tier}", database.version);
        Some((reason, "choose another `backend.azure.region`"))
    } else if !versions
        .flat_map(|version| &version.skus)
        .any(|sku| sku.name.eq_ignore_ascii_case(&mysql.sku))
    {
        let reason = format!("{} is not to be had in {}", mysql.sku, azure.region);
        Some((reason, "choose another `backend.azure.mysql.sku` or region"))
    } else {
        availability(azure, zones)
    };
    check(format!("MySQL server {}", mysql.sku), problem)
}

fn availability(azure: &Azure, zones: &[ServerCapability]) -> Option<(String, &'static str)> {
    let mode = match azure.mysql.high_availability {
        HighAvailability::Disabled => return None,
        HighAvailability::SameZone => "SameZone",
        HighAvailability::ZoneRedundant => "ZoneRedundant",
    };
    let mut modes = zones.iter().flat_map(|zone| &zone.high_availability);
    let offered = modes.any(|offered| offered.eq_ignore_ascii_case(mode));
    (!offered).then(|| {
        let reason = format!("no standby of kind {mode} in {}", azure.region);
        (
            reason,
            "choose another `backend.azure.mysql.high-availability`",
        )
    })
}

/// Whether the quota of the region has the nodes' cores, as far as sizes say how many they have.
async fn cores(cloud: &Cloud, azure: &Azure) -> Result<Check, arm::Error> {
    let id = &cloud.subscription.subscription_id;
    let usages = cloud.arm.compute_usages(id, &azure.region).await?;
    let pools = azure.kubernetes.pools.iter();
    let needed: i64 = pools
        .map(|pool| i64::from(pool.count) * i64::from(pool.vcores()))
        .sum();
    let all = usages
        .iter()
        .find(|usage| usage.name.value.eq_ignore_ascii_case("cores"));
    let problem = all.filter(|all| all.left() < needed).map(|all| {
        let reason = format!("{needed} cores are needed, and {} are left", all.left());
        (
            reason,
            "ask for more quota in the portal, or take fewer or smaller nodes",
        )
    });
    Ok(check(
        format!("quota of cores in {}", azure.region),
        problem,
    ))
}
