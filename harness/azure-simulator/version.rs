//! The supported API versions: those whose requests and responses have the form that is modelled
//! here, from the oldest that clients still send to the newest.
//!
//! Sources: the folders of `specification/*/resource-manager` in
//! <https://github.com/Azure/azure-rest-api-specs>, and the versions that Microsoft's clients send
//! (azure-cli 2.91 and the clients for Python of November 2026).

use azure::api_version;

use super::message::Request;
use super::refusal::Refusal;
use super::region;

/// Groups, resources of any type, providers and tags.
pub(super) const RESOURCES: &[&str] = &[
    // Microsoft's clients register providers with this version.
    "2016-02-01",
    "2016-06-01",
    "2016-09-01",
    "2017-05-10",
    "2018-02-01",
    "2018-05-01",
    "2019-03-01",
    "2019-05-01",
    "2019-05-10",
    "2019-07-01",
    "2019-08-01",
    "2019-10-01",
    "2020-06-01",
    "2020-08-01",
    "2020-10-01",
    "2021-01-01",
    "2021-04-01",
    "2022-09-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];

/// Deployments and their operations.
pub(super) const DEPLOYMENTS: &[&str] = &[
    "2019-10-01",
    "2020-06-01",
    "2020-08-01",
    "2020-10-01",
    "2021-01-01",
    "2021-04-01",
    "2022-09-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
    "2026-06-01",
];

pub(super) const STACKS: &[&str] = &[api_version::RESOURCES, api_version::STACKS];

/// What-if results of stacks.
pub(super) const PREVIEWS: &[&str] = &[api_version::STACK_WHAT_IF];

/// Tenants, subscriptions and their locations.
pub(super) const SUBSCRIPTIONS: &[&str] = &[
    "2016-06-01",
    "2018-06-01",
    "2019-06-01",
    "2019-11-01",
    "2020-01-01",
    "2020-05-01",
    "2021-01-01",
    "2021-04-01",
    "2021-10-01",
    "2022-09-01",
    "2022-12-01",
    "2024-03-01",
];

/// Preview features.
pub(super) const FEATURES: &[&str] = &["2015-12-01", "2021-07-01"];

pub(super) const IDENTITY: &[&str] = &[
    "2022-01-31-preview",
    "2023-01-31",
    "2023-07-31-preview",
    "2024-11-30",
    "2025-01-31-preview",
    "2025-05-31-preview",
];

pub(super) const NETWORK: &[&str] = &[
    "2021-08-01",
    "2022-01-01",
    "2022-05-01",
    "2022-07-01",
    "2022-09-01",
    "2022-11-01",
    "2023-02-01",
    "2023-04-01",
    "2023-05-01",
    "2023-06-01",
    "2023-09-01",
    "2023-11-01",
    "2024-01-01",
    "2024-03-01",
    "2024-05-01",
    "2024-07-01",
    "2024-10-01",
    "2025-01-01",
    "2025-03-01",
    "2025-05-01",
    "2025-07-01",
    "2025-09-01",
    "2026-01-01",
    "2026-03-01",
];

/// Private DNS zones and their links.
pub(super) const PRIVATE_DNS: &[&str] = &["2018-09-01", "2020-01-01", "2020-06-01", "2024-06-01"];

/// Flexible servers of MySQL, and the questions about them.
pub(super) const MYSQL: &[&str] = &[
    // Microsoft's client for JavaScript and older clients for Python send this version.
    "2021-05-01",
    "2021-12-01-preview",
    "2022-01-01",
    "2022-09-30-preview",
    "2023-06-01-preview",
    "2023-06-30",
    "2023-10-01-preview",
    "2023-12-30",
    "2024-02-01-preview",
    "2024-06-01-preview",
    "2024-10-01-preview",
    "2024-12-01-preview",
    "2024-12-30",
    "2025-06-01-preview",
    "2025-12-01-preview",
];

/// Container registries, and the check of their names.
pub(super) const REGISTRY: &[&str] = &[
    "2019-05-01",
    "2021-09-01",
    "2022-12-01",
    "2023-01-01-preview",
    "2023-07-01",
    "2023-11-01-preview",
    "2024-11-01-preview",
    "2025-03-01-preview",
    "2025-04-01",
    "2025-05-01-preview",
    "2025-06-01-preview",
    "2025-11-01",
    "2026-09-01-preview",
];

/// Kubernetes clusters, their pools, and the list of Kubernetes versions.
pub(super) const KUBERNETES: &[&str] = &[
    "2023-08-01",
    "2023-09-01",
    "2023-10-01",
    "2023-11-01",
    "2024-01-01",
    "2024-02-01",
    "2024-05-01",
    "2024-07-01",
    "2024-08-01",
    "2024-09-01",
    "2024-10-01",
    "2025-01-01",
    "2025-02-01",
    "2025-03-01",
    "2025-04-01",
    "2025-05-01",
    "2025-06-01",
    "2025-07-01",
    "2025-08-01",
    "2025-09-01",
    "2025-10-01",
    "2026-01-01",
    "2026-02-01",
    "2026-03-01",
    "2026-04-01",
    "2026-05-01",
    "2026-06-01",
    "2026-07-01",
    "2026-08-01",
];

pub(super) const ROLE_ASSIGNMENTS: &[&str] = &[
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2022-04-01",
];

/// Role definitions, and the caller's permissions.
pub(super) const ROLE_DEFINITIONS: &[&str] =
    &["2018-01-01-preview", "2022-04-01", "2022-05-01-preview"];

/// Quotas of virtual machines.
pub(super) const COMPUTE: &[&str] = &[
    "2021-07-01",
    "2021-11-01",
    "2022-03-01",
    "2022-08-01",
    "2022-11-01",
    "2023-03-01",
    "2023-07-01",
    "2023-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
    "2025-11-01",
    "2026-03-01",
    "2026-04-01",
];

/// Sizes of virtual machines, which have their own versions.
pub(super) const COMPUTE_SKUS: &[&str] = &["2017-09-01", "2019-04-01", "2021-07-01"];

/// Types of Azure Resource Manager itself, in the form of [`super::offer::QUESTIONS`].
pub(super) const OWN: &[(&str, &str, &[&str])] = &[
    (
        "Microsoft.Authorization",
        "roleDefinitions",
        ROLE_DEFINITIONS,
    ),
    ("Microsoft.Network", "virtualNetworks/subnets", NETWORK),
    ("Microsoft.Resources", "deployments", DEPLOYMENTS),
    ("Microsoft.Resources", "deploymentStacks", STACKS),
    (
        "Microsoft.Resources",
        "deploymentStacksWhatIfResults",
        PREVIEWS,
    ),
    ("Microsoft.Resources", "resourceGroups", RESOURCES),
    ("Microsoft.Resources", "subscriptions", SUBSCRIPTIONS),
    ("Microsoft.Resources", "tags", RESOURCES),
];

/// Refuses an unsupported version in a request to Azure Resource Manager itself.
pub(super) fn check(request: &Request, versions: &[&str]) -> Result<(), Refusal> {
    let version = request.query("api-version").unwrap_or_default();
    if has(versions, &version) {
        return Ok(());
    }
    let message = format!(
        "The api-version '{version}' is invalid. The supported versions are '{}'.",
        versions.join(",")
    );
    Err(Refusal::bad("InvalidApiVersionParameter", message))
}

/// Refuses an unsupported version in a request to a provider's type.
pub(super) fn check_provider(
    request: &Request,
    kind: &str,
    versions: &[&str],
) -> Result<(), Refusal> {
    let version = request.query("api-version").unwrap_or_default();
    if has(versions, &version) {
        return Ok(());
    }
    Err(unsupported(&version, kind, versions, None))
}

/// Whether the list contains a version, ignoring case.
pub(super) fn has(versions: &[&str], version: &str) -> bool {
    versions.iter().any(|one| one.eq_ignore_ascii_case(version))
}

/// The refusal of a version that a provider's type does not support, or of a region that it is not
/// in. Types of Azure Resource Manager itself are refused by [`check`] instead.
///
/// <https://github.com/Azure/azure-sdk-for-python/issues/21283>,
/// <https://github.com/Azure/azure-powershell/issues/2230>; the form with a region:
/// <https://github.com/Azure/azure-powershell/issues/6031>
pub(super) fn unsupported(
    version: &str,
    kind: &str,
    versions: &[&str],
    region: Option<&str>,
) -> Refusal {
    let region = region.map(|region| format!("location '{region}' and "));
    let message = format!(
        "No registered resource provider found for {}API version '{version}' for type '{kind}'. The supported api-versions are '{}'. The supported locations are '{}'.",
        region.unwrap_or_default(),
        versions.join(", "),
        region::REGIONS.join(", ")
    );
    Refusal::bad("NoRegisteredProviderFound", message)
}
