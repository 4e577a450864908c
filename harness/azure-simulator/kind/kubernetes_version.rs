//! The Kubernetes version of a cluster.

use model::azure_limits::Minor;

use super::super::offer::{DEFAULT, LIST, VERSIONS, newest, release, upgrades};
use super::super::refusal::Refusal;
use super::draft::Draft;

/// Long-term support. A cluster needs both the tier and the plan.
#[derive(Debug, Clone, Copy)]
struct Support {
    premium: bool,
    long_term: bool,
}

impl Support {
    /// The support with the change that is asked for, or without it. Values that a PUT leaves out
    /// stay.
    fn of(draft: &Draft<'_>, asked: bool) -> Self {
        let is = |pointer: &str, value: &str| {
            let before = draft.before().map(|it| &it.document);
            let before = before.and_then(|it| it.pointer(pointer)?.as_str());
            let wanted = draft.text(pointer).filter(|_| asked);
            let text = wanted.or(before).unwrap_or_default();
            text.eq_ignore_ascii_case(value)
        };
        Self {
            premium: is("/sku/tier", "Premium"),
            long_term: is("/properties/supportPlan", "AKSLongTermSupport"),
        }
    }

    fn is_whole(self) -> bool {
        self.premium && self.long_term
    }
}

/// Whether a version is the one asked for. A minor version matches all of its patches.
pub(super) fn is(version: &str, asked: &str) -> bool {
    let patch = version.strip_prefix(asked);
    patch.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Refuses a version that the region does not offer, or that the cluster cannot be upgraded to.
pub(super) fn check(draft: &Draft<'_>) -> Result<(), Refusal> {
    let wanted = draft.text("/properties/kubernetesVersion");
    let support = Support::of(draft, true);
    if support.long_term && !support.premium {
        let message = "AKS Long Term Support is only available for Premium tier clusters. Please see https://aka.ms/aks/enable-lts.";
        return Err(Refusal::bad("BadRequest", message).about("supportPlan"));
    }
    let before = draft.before();
    let before =
        before.and_then(|it| it.document["properties"]["currentKubernetesVersion"].as_str());
    let wanted = match (wanted, before) {
        (Some(wanted), _) => wanted,
        (None, Some(before)) => before,
        (None, None) => DEFAULT,
    };
    match before {
        // A cluster may keep a version that is no longer offered, unless it gives up the support
        // that the version needs.
        Some(before) if is(before, wanted) => {
            let gives_up_support = Support::of(draft, false).is_whole() && !support.is_whole();
            let has_regular_support = VERSIONS
                .iter()
                .find(|it| Minor::of(it.minor) == Minor::of(wanted))
                .is_none_or(|it| !it.long_term);
            if gives_up_support && !has_regular_support {
                return check_offered(draft, wanted);
            }
            Ok(())
        }
        Some(before) => {
            check_reachable(before, wanted)?;
            check_offered(draft, wanted)
        }
        None => check_offered(draft, wanted),
    }
}

fn check_offered(draft: &Draft<'_>, wanted: &str) -> Result<(), Refusal> {
    let (name, patch) = (draft.id.name(), newest(wanted));
    let refused = |why: String| {
        let message = format!("Managed cluster {name} is on version {patch}, {why}");
        Refusal::bad("K8sVersionNotSupported", message)
    };
    let Some(release) = release(wanted) else {
        let message = format!(
            "Managed cluster {name} is on version {patch} which is not supported in this region. {LIST}"
        );
        return Err(Refusal::bad("K8sVersionNotSupported", message));
    };
    if release.long_term && !Support::of(draft, true).is_whole() {
        return Err(refused(format!(
            "which is only available for Long-Term Support (LTS). If you intend to onboard to LTS, please ensure the cluster is in Premium tier and LTS support plan (see https://aka.ms/aks/enable-lts). Otherwise, use {}",
            LIST.trim_start_matches("Please use ")
        )));
    }
    Ok(())
}

/// A cluster goes up one minor version at a time, and never down, not even by a patch.
fn check_reachable(before: &str, wanted: &str) -> Result<(), Refusal> {
    let target = newest(wanted);
    if release(wanted).is_none() || upgrades(before).any(|(patch, _)| patch == target) {
        return Ok(());
    }
    let act = if parts(target) < parts(before) {
        "Downgrading"
    } else {
        "Upgrading"
    };
    let mut next: Vec<&str> = upgrades(before).map(|(patch, _)| patch).collect();
    next.reverse();
    let message = format!(
        "{act} Kubernetes version {before} to {target} is not allowed. Available upgrades: [{}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.",
        next.join(" ")
    );
    Err(Refusal::bad("OperationNotAllowed", message))
}

/// The Kubernetes version that the cluster gets.
pub(super) fn of(draft: &Draft<'_>) -> String {
    let current = draft.before().and_then(|before| {
        let properties = &before.document["properties"];
        properties["currentKubernetesVersion"].as_str()
    });
    let asked = draft.text("/properties/kubernetesVersion");
    match (asked, current) {
        // A minor version that is asked for does not change the patch that the cluster has.
        (Some(asked), Some(current)) if is(current, asked) => current,
        (Some(asked), _) => newest(asked),
        (None, Some(current)) => current,
        (None, None) => newest(DEFAULT),
    }
    .to_owned()
}

/// The numbers of a version, for comparison. A minor version counts as its newest patch.
pub(super) fn parts(version: &str) -> Vec<u32> {
    let whole = newest(version);
    whole
        .split('.')
        .map(|part| part.parse().unwrap_or(u32::MAX))
        .collect()
}
