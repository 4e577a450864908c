//! Questions to a provider: names, sizes, versions, quotas.

mod cores;
mod machines;
mod mysql;
mod names;
mod versions;

use azure::resource_type;

use super::circumstances::Circumstances;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::region;
use super::rights;
use super::settings::Settings;
use super::state::State;
use super::version;

pub(super) use cores::{Nodes, left};
pub(super) use machines::{MACHINES, machine};
pub(super) use mysql::SKUS as MYSQL_SKUS;
pub(super) use versions::{DEFAULT, LIST, VERSIONS, newest, release, upgrades};

/// Types of a provider that are questions and have no resources: namespace, name, and supported API
/// versions.
pub(super) const QUESTIONS: &[(&str, &str, &[&str])] = &[
    (
        "Microsoft.Authorization",
        "permissions",
        version::ROLE_DEFINITIONS,
    ),
    ("Microsoft.Compute", "locations/usages", version::COMPUTE),
    ("Microsoft.Compute", "skus", version::COMPUTE_SKUS),
    // This cloud creates no virtual machines by themselves. Clusters have machines, so the type is
    // listed.
    ("Microsoft.Compute", "virtualMachines", version::COMPUTE),
    (
        "Microsoft.ContainerRegistry",
        "checkNameAvailability",
        version::REGISTRY,
    ),
    (
        "Microsoft.ContainerService",
        "locations/kubernetesVersions",
        version::KUBERNETES,
    ),
    (
        "Microsoft.DBforMySQL",
        "checkNameAvailability",
        version::MYSQL,
    ),
    (
        "Microsoft.DBforMySQL",
        "getPrivateDnsZoneSuffix",
        version::MYSQL,
    ),
    (
        "Microsoft.DBforMySQL",
        "locations/capabilities",
        version::MYSQL,
    ),
    (
        "Microsoft.DBforMySQL",
        "locations/checkNameAvailability",
        version::MYSQL,
    ),
    (
        "Microsoft.DBforMySQL",
        "locations/checkVirtualNetworkSubnetUsage",
        version::MYSQL,
    ),
];

/// A question in a request.
struct Question {
    namespace: &'static str,
    name: &'static str,
    versions: &'static [&'static str],
    /// The region in the path.
    region: Option<String>,
}

impl Question {
    /// Reads a path in lower case.
    fn of(path: &[&str]) -> Option<Self> {
        let at = path.iter().rposition(|part| *part == "providers")?;
        let (asked, region) = match path.get(at + 1..)? {
            [namespace, "locations", region, name] => (
                [*namespace, &format!("locations/{name}")].join(" "),
                Some(*region),
            ),
            [namespace, name] => ([*namespace, *name].join(" "), None),
            _ => return None,
        };
        let mut known = QUESTIONS.iter();
        let is =
            |namespace: &str, name: &str| format!("{namespace} {name}").to_lowercase() == asked;
        let (namespace, name, versions) = known.find(|(namespace, name, _)| is(namespace, name))?;
        Some(Self {
            namespace,
            name,
            versions,
            region: region.map(str::to_owned),
        })
    }

    /// Refuses an unknown region, and a version that the provider does not support.
    fn check(&self, request: &Request) -> Result<(), Refusal> {
        let region = self.region.as_deref();
        let known = region.is_none_or(|region| region::REGIONS.contains(&region));
        let version = request.query("api-version").unwrap_or_default();
        if known && version::has(self.versions, &version) {
            return Ok(());
        }
        Err(version::unsupported(
            &version,
            self.name,
            self.versions,
            region,
        ))
    }
}

/// Answers a question. `path` is in lower case. Returns `None` for another path.
pub(super) fn offer_api(
    settings: &Settings,
    state: &State,
    circumstances: &Circumstances,
    request: &Request,
    path: &[&str],
    id: &ResourceId,
) -> Option<Result<Response, Refusal>> {
    let question = Question::of(path)?;
    let asked = (request.method.as_str(), question.namespace, question.name);
    let answer: &dyn Fn() -> Result<Response, Refusal> = match asked {
        ("GET", _, "permissions") => &|| Ok(rights::permissions(settings, circumstances, id)),
        ("GET", _, "locations/capabilities") => &|| Ok(mysql::capabilities()),
        ("POST", _, "getPrivateDnsZoneSuffix") => &|| Ok(mysql::zone_suffix()),
        ("POST", _, "locations/checkVirtualNetworkSubnetUsage") => &|| {
            let region = question.region.as_deref().unwrap_or_default();
            mysql::delegated_subnets(settings, state, request, region)
        },
        (
            "POST",
            "Microsoft.DBforMySQL",
            "checkNameAvailability" | "locations/checkNameAvailability",
        ) => &|| names::name_availability(state, request, resource_type::SERVER),
        ("POST", "Microsoft.ContainerRegistry", "checkNameAvailability") => {
            &|| names::name_availability(state, request, resource_type::REGISTRY)
        }
        ("GET", _, "locations/usages") => &|| {
            let region = question.region.as_deref().unwrap_or_default();
            Ok(cores::usages(state, circumstances, region))
        },
        ("GET", _, "skus") => &|| machines::skus(request, circumstances.sizes),
        ("GET", _, "locations/kubernetesVersions") => &|| Ok(versions::versions()),
        _ => return None,
    };
    Some(question.check(request).and_then(|()| answer()))
}
