//! The version of a cluster's Kubernetes.

use model::azure_limits::Minor;

use super::super::offer::{DEFAULT, LIST, VERSIONS, newest, release, upgrades};
use super::super::refusal::Refusal;
use super::draft::Draft;

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

/// Whether a version is the one that is asked for, be that a minor one by its name.
pub(super) fn is(version: &str, asked: &str) -> bool {
    let patch = version.strip_prefix(asked);
    patch.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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
        Some(before) if is(before, wanted) => {
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

/// One minor version at a time, and none back, not by a patch either.
fn reachable(before: &str, wanted: &str) -> Result<(), Refusal> {
    let comes = newest(wanted);
    if release(wanted).is_none() || upgrades(before).any(|(patch, _)| patch == comes) {
        return Ok(());
    }
    let act = if parts(comes) < parts(before) {
        "Downgrading"
    } else {
        "Upgrading"
    };
    let mut next: Vec<&str> = upgrades(before).map(|(patch, _)| patch).collect();
    next.reverse();
    let message = format!(
        "{act} Kubernetes version {before} to {comes} is not allowed. Available upgrades: [{}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.",
        next.join(" ")
    );
    Err(Refusal::bad("OperationNotAllowed", message))
}

/// The version of Kubernetes that a cluster comes to.
pub(super) fn of(draft: &Draft<'_>) -> String {
    let current = draft.before().and_then(|before| {
        let properties = &before.document["properties"];
        properties["currentKubernetesVersion"].as_str()
    });
    let asked = draft.text("/properties/kubernetesVersion");
    match (asked, current) {
        // A patch that has come stays, where a minor version is asked for by its name alone.
        (Some(asked), Some(current)) if is(current, asked) => current,
        (Some(asked), _) => newest(asked),
        (None, Some(current)) => current,
        (None, None) => newest(DEFAULT),
    }
    .to_owned()
}

/// The numbers of a version, by which one is after another. A minor version is its newest patch.
pub(super) fn parts(version: &str) -> Vec<u32> {
    let whole = newest(version);
    whole
        .split('.')
        .map(|part| part.parse().unwrap_or(u32::MAX))
        .collect()
}
