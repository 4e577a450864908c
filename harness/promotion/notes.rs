//! Deviations from the profile that a promotion does not change. They are notes, not changes. Pure.

use azure::arm::Diagnostic;
use azure::template::Names;
use model::azure_limits::Minor;
use model::profile::azure::Azure;
use places::azure::Living;

use super::Difference;
use super::immutable::pool_version;

/// All notes.
pub(super) fn notes(
    azure: &Azure,
    names: &Names,
    living: &Living,
    differences: &[Difference],
    diagnostics: &[Diagnostic],
) -> Vec<String> {
    let grown = grown(azure, names, living);
    let pools = unnamed(azure, names, living, differences);
    let lagging = lagging(azure, names, living);
    let warnings = diagnostics.iter().filter_map(warning);
    let all = grown.into_iter().chain(pools).chain(lagging);
    all.chain(warnings).collect()
}

/// Pools that run an older minor version than their cluster: an upgrade of the cluster does not
/// upgrade its pools.
fn lagging(azure: &Azure, names: &Names, living: &Living) -> Vec<String> {
    let current = living.cluster.as_ref().and_then(|cluster| {
        let version = cluster.pointer("/properties/currentKubernetesVersion")?;
        version.as_str()
    });
    let Some(current) = current else {
        return Vec::new();
    };
    let old = living.pools().filter_map(|pool| {
        let (name, version) = (pool["name"].as_str()?, pool_version(pool)?);
        (Minor::of(version)? < Minor::of(current)?).then(|| {
            format!(
                "node pool {name} runs Kubernetes {version}, and its cluster {current}: a promotion \
                 upgrades only the cluster; to upgrade the pool, run `az aks nodepool upgrade \
                 --resource-group {} --cluster-name {} --name {name} --kubernetes-version {current}`",
                azure.resource_group, names.cluster
            )
        })
    });
    old.collect()
}

/// Storage that grew on its own.
fn grown(azure: &Azure, names: &Names, living: &Living) -> Option<String> {
    let (asked, there) = (azure.mysql.storage_gib, living.storage_gib()?);
    (there > u64::from(asked)).then(|| {
        format!(
            "MySQL server {} has {there} GiB of storage, and the profile asks for {asked}: storage \
             grows on its own and cannot shrink, so you pay for {there} GiB",
            names.mysql
        )
    })
}

/// Pools that the profile does not name and that the stack does not delete: somebody added them, or
/// an earlier version of the harness created them as part of the cluster.
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
    let noted = stays.map(|pool| {
        format!(
            "cluster {} has a node pool `{pool}` that the profile does not name: it stays and costs \
             money; to delete it, run `az aks nodepool delete --resource-group {} --cluster-name {} \
             --name {pool}`",
            names.cluster, azure.resource_group, names.cluster
        )
    });
    noted.collect()
}

/// A warning or error of Azure; `None` for plain information.
fn warning(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic {
        level,
        code,
        message,
    } = diagnostic;
    let matters = !level.eq_ignore_ascii_case("info");
    matters.then(|| format!("Azure says: {code}: {message}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testing::profile::azure;

    use super::*;
    use crate::fixture::names;

    fn noted(
        living: &Living,
        differences: &[Difference],
        diagnostics: &[Diagnostic],
    ) -> Vec<String> {
        notes(&azure(&[]), &names(), living, differences, diagnostics)
    }

    #[test]
    fn resources_that_match_the_profile_have_no_notes() {
        let pools = json!([{"name": "system", "currentOrchestratorVersion": "1.35.7"}]);
        let living = Living {
            cluster: Some(json!({"properties": {"currentKubernetesVersion": "1.35.9",
                                               "agentPoolProfiles": pools}})),
            server: Some(json!({"properties": {"storage": {"storageSizeGB": 20}}})),
            ..Living::default()
        };
        let info = Diagnostic {
            level: "info".to_owned(),
            code: "NestedDeploymentShortCircuited".to_owned(),
            message: "by the way".to_owned(),
        };
        assert_eq!(noted(&living, &[], &[info]), [] as [&str; 0]);
        assert_eq!(noted(&Living::default(), &[], &[]), [] as [&str; 0]);
    }

    #[test]
    fn deviations_that_stay_are_noted_and_pools_that_a_promotion_deletes_are_not() {
        let pools = json!([{"name": "system", "orchestratorVersion": "1.35"},
                           {"name": "old"}, {"name": "theirs"}]);
        let living = Living {
            cluster: Some(json!({"properties": {"currentKubernetesVersion": "1.36.1",
                                               "agentPoolProfiles": pools}})),
            ..Living::default()
        };
        let goes = Difference {
            kind: "Microsoft.ContainerService/managedClusters/agentPools".to_owned(),
            name: "azure-aks/old".to_owned(),
            reading: None,
            act: "delete",
            certain: true,
            properties: Vec::new(),
            note: None,
        };
        let warning = Diagnostic {
            level: "warning".to_owned(),
            code: "C".to_owned(),
            message: "m".to_owned(),
        };
        let noted = noted(&living, &[goes], &[warning]);
        assert_eq!(noted.len(), 3, "{noted:#?}");
        assert!(noted[0].contains("node pool `theirs` that the profile does not name"));
        assert!(noted[1].contains("node pool system runs Kubernetes 1.35, and its cluster 1.36.1"));
        assert_eq!(noted[2], "Azure says: C: m");
    }
}
