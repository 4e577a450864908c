//! What would go wrong, looked for before anything is made: most of it would else be told after
//! ten minutes, by a deployment that fails.

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

/// Looks at everything. `group` is the resource group, if it is there: what it has already needs
/// neither a name nor a quota. `living` is what of it lives.
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
    let (providers, hindrances) = providers::providers(cloud, azure).await?;
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
        let hindrance = hindrances.of("Microsoft.ContainerRegistry");
        let registry = ask(hindrance, arm.registry_name(id, &names.registry)).await?;
        checks.push(names::free("registry", &names.registry, registry));
    }
    let hindrance = || hindrances.of("Microsoft.DBforMySQL");
    if !found(&names.mysql) {
        let server = ask(hindrance(), arm.server_name(id, &names.mysql)).await?;
        checks.push(names::free("MySQL server", &names.mysql, server));
    }
    let capabilities = ask(hindrance(), arm.server_capabilities(id, region)).await?;
    let what = format!("MySQL server {}", azure.mysql.sku);
    checks.push(Check::of(what, capabilities, |zones| {
        mysql::server(azure, &topology.database, &zones)
    }));
    let cluster = living.cluster.as_ref().map(Cluster::of).transpose()?;
    let hindrance = hindrances.of("Microsoft.ContainerService");
    let releases = ask(hindrance, arm.kubernetes_releases(id, region)).await?;
    let preview = releases
        .as_deref()
        .is_ok_and(|releases| version::is_preview(azure, releases));
    let what = format!("Kubernetes {}", azure.kubernetes.version);
    let version = Check::of(what, releases, |releases| {
        version::version(azure, cluster.as_ref(), &releases)
    });
    checks.push(Check {
        note: preview.then(|| format!("it is a preview in {region}, without support")),
        ..version
    });
    let hindrance = || hindrances.of("Microsoft.Compute");
    let machines = ask(hindrance(), arm.machines(id, region)).await?;
    let usages = ask(hindrance(), arm.compute_usages(id, region)).await?;
    checks.extend(nodes::nodes(azure, cluster.as_ref(), &machines, &usages));
    let worker = topology.worker_run();
    checks.extend(architecture::architectures(azure, worker, &machines));
    Ok(checks)
}

fn subscription(cloud: &Cloud) -> Check {
    let it = &cloud.subscription;
    let enabled = it.state.eq_ignore_ascii_case("Enabled");
    let what = format!("subscription {}", it.display_name);
    Check::of(what, Ok(()), |()| {
        let remedy = "enable it in the portal, or name another one";
        (!enabled).then(|| Problem::new(format!("it is {}", it.state), remedy))
    })
}
