//! What is otherwise than the profile says and stays so: no promotion puts it right, so it is told and
//! counts as no change. Pure.

use super::Difference;
use crate::azure::arm::Diagnostic;
use crate::azure::template::Names;
use crate::backend::azure::Living;
use crate::profile::azure::Azure;

/// All that is to be told.
pub(super) fn notes(
    azure: &Azure,
    names: &Names,
    living: &Living,
    differences: &[Difference],
    diagnostics: &[Diagnostic],
) -> Vec<String> {
    let grown = grown(azure, names, living);
    let pools = unnamed(azure, names, living, differences);
    let said = diagnostics.iter().filter_map(said);
    grown.into_iter().chain(pools).chain(said).collect()
}

/// Storage that has become more by itself.
fn grown(azure: &Azure, names: &Names, living: &Living) -> Option<String> {
    let (asked, there) = (azure.mysql.storage_gib, living.storage_gib()?);
    (there > u64::from(asked)).then(|| {
        format!(
            "MySQL server {} has {there} GiB of storage, and the profile asks for {asked}: it grows \
             by itself and never shrinks, so it stays, and {there} GiB are paid for",
            names.mysql
        )
    })
}

/// Pools that the profile does not name, and that do not go by themselves: somebody made them, or
/// they were a part of the cluster when an earlier harness made it.
fn unnamed(
    azure: &Azure,
    names: &Names,
    living: &Living,
    differences: &[Difference],
) -> Vec<String> {
    let is_named = |pool: &str| azure.kubernetes.pools.iter().any(|it| it.name == pool);
    let goes = |pool: &str| {
        let id = format!("{}/{pool}", names.cluster);
        differences
            .iter()
            .any(|it| it.act == "delete" && it.name == id)
    };
    let pools = living.pools().filter_map(|pool| pool["name"].as_str());
    let stays = pools.filter(|pool| !is_named(pool) && !goes(pool));
    let told = stays.map(|pool| {
        format!(
            "cluster {} has a node pool `{pool}` that the profile does not name: it stays and is \
             paid for, until `az aks nodepool delete --resource-group {} --cluster-name {} --name \
             {pool}`",
            names.cluster, azure.resource_group, names.cluster
        )
    });
    told.collect()
}

/// What Azure has to say besides, but for what is only by the way.
fn said(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic {
        level,
        code,
        message,
    } = diagnostic;
    let matters = !level.eq_ignore_ascii_case("info");
    matters.then(|| format!("Azure says: {code}: {message}"))
}
