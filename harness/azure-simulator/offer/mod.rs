//! What may be asked before anything is made: names, sizes, versions, quotas.

mod cores;
mod machines;
mod mysql;
mod names;
mod versions;

use azure::resource_type;

use super::circumstances::Circumstances;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::place;
use super::refusal::Refusal;
use super::rights;
use super::settings::Settings;
use super::state::State;
use super::version;

pub(super) use cores::{Nodes, left};
pub(super) use machines::{MACHINES, machine};
pub(super) use mysql::SKUS as MYSQL_SKUS;
pub(super) use versions::{DEFAULT, LIST, VERSIONS, newest, release, upgrades};

/// What is asked of a provider, besides its resources: its namespace, what it is called, and the
/// versions that are answered. Such types have no resources.
pub(super) const QUESTIONS: &[(&str, &str, &[&str])] = &[
    (
        "Microsoft.Authorization",
        "permissions",
        version::ROLE_DEFINITIONS,
    ),
    ("Microsoft.Compute", "locations/usages", version::COMPUTE),
    ("Microsoft.Compute", "skus", version::COMPUTE_SKUS),
    // None is made here, and those of clusters are.
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

/// A question as it is asked.
struct Question {
    namespace: &'static str,
    name: &'static str,
    versions: &'static [&'static str],
    /// The region that it is about.
    place: Option<String>,
}

impl Question {
    /// The one that a path is, which is in lower case.
    fn of(path: &[&str]) -> Option<Self> {
        let at = path.iter().rposition(|part| *part == "providers")?;
        let (asked, place) = match path.get(at + 1..)? {
            [namespace, "locations", place, name] => (
                [*namespace, &format!("locations/{name}")].join(" "),
                Some(*place),
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
            place: place.map(str::to_owned),
        })
    }

    /// Refuses a region that there is not, and a version that the provider does not have.
    fn answered(&self, request: &Request) -> Result<(), Refusal> {
        let place = self.place.as_deref();
        let known = place.is_none_or(|place| place::REGIONS.contains(&place));
        let version = request.query("api-version").unwrap_or_default();
        if known && version::has(self.versions, &version) {
            return Ok(());
        }
        Err(version::unprovided(
            &version,
            self.name,
            self.versions,
            place,
        ))
    }
}

/// The answer to what may be asked before anything is made, if that is what is asked; `path` is
/// in lower case.
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
            let place = question.place.as_deref().unwrap_or_default();
            mysql::delegated_subnets(settings, state, request, place)
        },
        (
            "POST",
            "Microsoft.DBforMySQL",
            "checkNameAvailability" | "locations/checkNameAvailability",
        ) => &|| names::name_is_free(state, request, resource_type::SERVER),
        ("POST", "Microsoft.ContainerRegistry", "checkNameAvailability") => {
            &|| names::name_is_free(state, request, resource_type::REGISTRY)
        }
        ("GET", _, "locations/usages") => &|| {
            let place = question.place.as_deref().unwrap_or_default();
            Ok(cores::usages(state, circumstances, place))
        },
        ("GET", _, "skus") => &|| machines::skus(request, circumstances.sizes),
        ("GET", _, "locations/kubernetesVersions") => &|| Ok(versions::versions()),
        _ => return None,
    };
    Some(question.answered(request).and_then(|()| answer()))
}
