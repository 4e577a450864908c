//! Checks for problems before anything is created. Otherwise, most of them would show only after
//! ten minutes, when a deployment fails.

mod architecture;
mod check;
mod mysql;
mod names;
mod nodes;
mod providers;
mod question;
mod rights;
mod version;

pub use self::check::{Check, Problem};
use self::question::ask;
pub(super) use self::question::unregistered;
use azure::arm::{self, Cluster, Group};
use azure::template::Names;
use model::profile::azure::Azure;
use model::topology::Topology;
use places::azure::{Cloud, Living};

/// Runs all checks. `group` is the resource group, if it exists: its existing resources need
/// neither a name nor quota. `living` are its existing resources.
pub(super) async fn preflight(
    cloud: &Cloud,
    azure: &Azure,
    topology: &Topology,
    names: &Names,
    group: Option<&Group>,
    living: &Living,
) -> Result<Vec<Check>, arm::Error> {
    let (arm, id) = (&cloud.arm, &cloud.subscription.subscription_id);
    let region = azure.region.as_str();
    let mut checks = vec![subscription(cloud)];
    checks.extend(rights::rights(cloud, group).await?);
    let (providers, skip_reasons) = providers::providers(cloud, azure).await?;
    checks.extend(providers);
    let there = match group {
        Some(group) => arm.resources(group).await?,
        None => Vec::new(),
    };
    let found = |name: &str| {
        let mut there = there.iter();
        there.any(|it| it.id.name().eq_ignore_ascii_case(name))
    };
    if !found(&names.registry) {
        let skip_reason = skip_reasons.of("Microsoft.ContainerRegistry");
        let registry = ask(skip_reason, arm.registry_name(id, &names.registry)).await?;
        checks.push(names::free("registry", &names.registry, registry));
    }
    let skip_reason = || skip_reasons.of("Microsoft.DBforMySQL");
    if !found(&names.mysql) {
        let server = ask(skip_reason(), arm.server_name(id, &names.mysql)).await?;
        checks.push(names::free("MySQL server", &names.mysql, server));
    }
    let capabilities = ask(skip_reason(), arm.server_capabilities(id, region)).await?;
    let what = format!("MySQL server {}", azure.mysql.sku);
    checks.push(Check::of(what, capabilities, |zones| {
        mysql::server(azure, &topology.database, &zones)
    }));
    let cluster = living.cluster.as_ref().map(Cluster::of).transpose()?;
    let skip_reason = skip_reasons.of("Microsoft.ContainerService");
    let releases = ask(skip_reason, arm.kubernetes_releases(id, region)).await?;
    let preview = releases
        .as_deref()
        .is_ok_and(|releases| version::is_preview(azure, releases));
    let what = format!("Kubernetes {}", azure.kubernetes.version);
    let version = Check::of(what, releases, |releases| {
        version::version(azure, cluster.as_ref(), &releases)
    });
    checks.push(Check {
        note: preview.then(|| format!("it is a preview in {region} without support")),
        ..version
    });
    let skip_reason = || skip_reasons.of("Microsoft.Compute");
    let machines = ask(skip_reason(), arm.machines(id, region)).await?;
    let usages = ask(skip_reason(), arm.compute_usages(id, region)).await?;
    checks.extend(nodes::nodes(azure, cluster.as_ref(), &machines, &usages));
    for worker in topology.workers() {
        let found = architecture::architectures(azure, worker.run, &machines);
        // Workers of the same kind have the same checks.
        let new = found.into_iter().filter(|check| !checks.contains(check));
        checks.extend(new.collect::<Vec<_>>());
    }
    Ok(checks)
}

fn subscription(cloud: &Cloud) -> Check {
    let it = &cloud.subscription;
    let enabled = it.state.eq_ignore_ascii_case("Enabled");
    let what = format!("subscription {}", it.display_name);
    Check::of(what, Ok(()), |()| {
        let remedy = "enable it in the portal, or choose another subscription";
        (!enabled).then(|| Problem::new(format!("it is {}", it.state), remedy))
    })
}
