//! The version of a cluster's Kubernetes.

use super::super::super::limits::Minor;
use super::super::offer::{DEFAULT, VERSIONS, newest, release};
use super::super::refusal::Refusal;
use super::Draft;

/// Where to read more, as AKS says it.
const LIST: &str = "Please use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list";

/// What a cluster has of long-term support, which takes both.
#[derive(Debug, Clone, Copy)]
struct Support {
    premium: bool,
    long_term: bool,
}

impl Support {
    /// As a cluster has it with what is asked for, or without that. What a PUT does not say stays.
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

/// Refuses a version that the region does not have, or that a living cluster cannot go to.
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
        // It is left as it is, whatever has become of its version, unless it leaves its support.
        Some(before) if Minor::of(before) == Minor::of(wanted) => {
            let leaves = Support::of(draft, false).is_whole() && !support.is_whole();
            let has_another = VERSIONS
                .iter()
                .find(|it| Minor::of(it.minor) == Minor::of(wanted))
                .is_none_or(|it| !it.long_term);
            if leaves && !has_another {
                return offered(draft, wanted);
            }
            Ok(())
        }
        Some(before) => {
            reachable(before, wanted)?;
            offered(draft, wanted)
        }
        None => offered(draft, wanted),
    }
}

fn offered(draft: &Draft<'_>, wanted: &str) -> Result<(), Refusal> {
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

/// One minor version at a time, and none back.
fn reachable(before: &str, wanted: &str) -> Result<(), Refusal> {
    let at = |version: &str| {
        VERSIONS
            .iter()
            .position(|it| Minor::of(it.minor) == Minor::of(version))
    };
    let (from, to) = (at(before), at(wanted));
    let next = from.and_then(|from| VERSIONS.get(from + 1));
    if to.is_none() || next.is_some_and(|next| Minor::of(next.minor) == Minor::of(wanted)) {
        return Ok(());
    }
    let act = if to < from {
        "Downgrading"
    } else {
        "Upgrading"
    };
    let upgrades: Vec<&str> = next
        .iter()
        .flat_map(|it| it.patches.iter().rev().copied())
        .collect();
    let message = format!(
        "{act} Kubernetes version {before} to {} is not allowed. Available upgrades: [{}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.",
        newest(wanted),
        upgrades.join(" ")
    );
    Err(Refusal::bad("OperationNotAllowed", message))
}
