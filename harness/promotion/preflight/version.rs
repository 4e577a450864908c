//! The Kubernetes version: whether the region offers it.

use azure::arm::{Cluster, Release};
use model::azure_limits::Minor;
use model::profile::azure::{Azure, Tier};

use super::check::Problem;

const KEY: &str = "backend.azure.kubernetes.version";

/// The problem that prevents the version, if any. `immutable` checks the upgrade paths of an
/// existing cluster.
pub(super) fn version(
    azure: &Azure,
    cluster: Option<&Cluster>,
    releases: &[Release],
) -> Option<Problem> {
    let wanted = azure.kubernetes.version.as_str();
    let runs = cluster.and_then(Cluster::version);
    let stays = runs.is_some_and(|runs| Minor::of(runs) == Minor::of(wanted));
    match cluster.filter(|_| stays) {
        Some(cluster) => leaves(azure, cluster, releases),
        None => offered(azure, releases),
    }
}

/// A cluster can keep its version even if AKS no longer offers it, except a version that has only
/// long-term support when the cluster would lose that.
fn leaves(azure: &Azure, cluster: &Cluster, releases: &[Release]) -> Option<Problem> {
    let wanted = azure.kubernetes.version.as_str();
    let mut releases = releases.iter();
    let release = releases.find(|it| Minor::of(&it.version) == Minor::of(wanted))?;
    let premium = azure.kubernetes.tier == Tier::Premium;
    let leaves = cluster.has_long_term_support() && !premium;
    (leaves && release.is_long_term_only()).then(|| {
        Problem::new(
            "the cluster has long-term support, and without that AKS no longer offers the version",
            format!(
                "keep `backend.azure.kubernetes.tier` at `premium`, and change it only together \
                 with a newer `{KEY}` or later"
            ),
        )
    })
}

/// Whether the version is a preview in the region.
pub(super) fn is_preview(azure: &Azure, releases: &[Release]) -> bool {
    let wanted = azure.kubernetes.version.as_str();
    releases.iter().any(|it| it.is(wanted) && it.is_preview)
}

fn offered(azure: &Azure, releases: &[Release]) -> Option<Problem> {
    let (wanted, region) = (azure.kubernetes.version.as_str(), &azure.region);
    let premium = azure.kubernetes.tier == Tier::Premium;
    let fits = |it: &&Release| premium || !it.is_long_term_only();
    let mut fitting: Vec<&Release> = releases.iter().filter(fits).collect();
    fitting.sort_by_key(|it| Minor::of(&it.version));
    let fitting: Vec<String> = fitting
        .into_iter()
        .map(|it| {
            let preview = if it.is_preview { " (preview)" } else { "" };
            format!("{}{preview}", it.version)
        })
        .collect();
    let fitting = fitting.join(", ");
    match releases.iter().find(|it| it.is(wanted)) {
        None => Some(Problem::new(
            format!("AKS does not offer it in {region}"),
            format!("choose another `{KEY}`: {region} offers {fitting}"),
        )),
        Some(release) if release.is_long_term_only() && !premium => Some(Problem::new(
            format!("AKS offers it in {region} only with long-term support"),
            format!(
                "choose another `{KEY}` ({region} offers {fitting}), or set \
                 `backend.azure.kubernetes.tier` to `premium`, which has long-term support"
            ),
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testing::profile::azure;

    use super::*;

    fn releases() -> Vec<Release> {
        let plans = |plans: &[&str]| json!({ "supportPlan": plans });
        let (official, long) = ("KubernetesOfficial", "AKSLongTermSupport");
        let list = json!([
            {"version": "1.36", "capabilities": plans(&[official, long]), "patchVersions": {}},
            {"version": "1.33", "capabilities": plans(&[long]), "patchVersions": {}},
            {"version": "1.35", "capabilities": plans(&[official]),
             "patchVersions": {"1.35.4": {"upgrades": []}}},
            {"version": "1.37", "isPreview": true, "patchVersions": {}},
        ]);
        serde_json::from_value(list).expect("releases")
    }

    fn judged(wanted: &str, tier: &str, runs: Option<&str>) -> String {
        with_plan(wanted, tier, runs, "KubernetesOfficial")
    }

    fn with_plan(wanted: &str, tier: &str, runs: Option<&str>, plan: &str) -> String {
        let sets = [
            format!("{KEY}=\"{wanted}\""),
            format!("backend.azure.kubernetes.tier={tier}"),
        ];
        let azure = azure(&[&sets[0], &sets[1]]);
        let cluster = runs.map(|runs| {
            let document =
                json!({"properties": {"currentKubernetesVersion": runs, "supportPlan": plan}});
            serde_json::from_value(document).expect("a cluster")
        });
        let runs = runs.unwrap_or("none");
        match version(&azure, cluster.as_ref(), &releases()) {
            None => format!("{runs} > {wanted} {tier}: ok"),
            Some(Problem { reason, remedy }) => {
                format!("{runs} > {wanted} {tier}: {reason}; {remedy}")
            }
        }
    }

    #[test]
    fn a_version_must_be_offered_and_supported_or_already_run() {
        let results = [
            judged("1.20", "free", None),
            judged("1.35", "free", None),
            judged("1.37", "standard", None),
            judged("1.33", "standard", None),
            judged("1.33", "premium", None),
            judged("1.34", "free", Some("1.34.6")),
            judged("1.35", "free", Some("1.34.6")),
            judged("1.33", "free", Some("1.33.9")),
            with_plan("1.33", "standard", Some("1.33.9"), "AKSLongTermSupport"),
            with_plan("1.33", "premium", Some("1.33.9"), "AKSLongTermSupport"),
            with_plan("1.36", "standard", Some("1.36.1"), "AKSLongTermSupport"),
        ];
        insta::assert_snapshot!(results.join("\n"), @r#"
        none > 1.20 free: AKS does not offer it in westeurope; choose another `backend.azure.kubernetes.version`: westeurope offers 1.35, 1.36, 1.37 (preview)
        none > 1.35 free: ok
        none > 1.37 standard: ok
        none > 1.33 standard: AKS offers it in westeurope only with long-term support; choose another `backend.azure.kubernetes.version` (westeurope offers 1.35, 1.36, 1.37 (preview)), or set `backend.azure.kubernetes.tier` to `premium`, which has long-term support
        none > 1.33 premium: ok
        1.34.6 > 1.34 free: ok
        1.34.6 > 1.35 free: ok
        1.33.9 > 1.33 free: ok
        1.33.9 > 1.33 standard: the cluster has long-term support, and without that AKS no longer offers the version; keep `backend.azure.kubernetes.tier` at `premium`, and change it only together with a newer `backend.azure.kubernetes.version` or later
        1.33.9 > 1.33 premium: ok
        1.36.1 > 1.36 standard: ok
        "#);
        assert!(is_preview(
            &azure(&[&format!("{KEY}=\"1.37\"")]),
            &releases()
        ));
    }
}
