//! What may be asked before anything is made: names, sizes, versions, quotas.

mod cores;
mod machines;
mod mysql;
mod names;
mod versions;

use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::version;

pub(super) use cores::{Nodes, left};
pub(super) use machines::{MACHINES, machine};
pub(super) use versions::{DEFAULT, VERSIONS, newest, release};

impl Cloud {
    /// The answer to what may be asked before anything is made, if that is what is asked; `path` is
    /// in lower case.
    pub(super) fn offer_api(
        &self,
        request: &Request,
        path: &[&str],
        id: &ResourceId,
    ) -> Option<Result<Response, Refusal>> {
        let circumstances = self.script.circumstances();
        let (versions, answer) = match (request.method.as_str(), path) {
            ("GET", [.., "providers", "microsoft.authorization", "permissions"]) => {
                (version::ROLE_DEFINITIONS, Ok(self.permissions(id)))
            }
            (
                "GET",
                [
                    ..,
                    "microsoft.dbformysql",
                    "locations",
                    place,
                    "capabilities",
                ],
            ) => (version::MYSQL, Ok(mysql::capabilities(place))),
            (
                "POST",
                [
                    ..,
                    "microsoft.dbformysql",
                    "locations",
                    _,
                    "checknameavailability",
                ]
                | [.., "microsoft.dbformysql", "checknameavailability"],
            ) => {
                let kind = "Microsoft.DBforMySQL/flexibleServers";
                (version::MYSQL, self.name_is_free(request, kind))
            }
            ("POST", [.., "microsoft.containerregistry", "checknameavailability"]) => {
                let kind = "Microsoft.ContainerRegistry/registries";
                (version::REGISTRY, self.name_is_free(request, kind))
            }
            ("GET", [.., "microsoft.compute", "locations", place, "usages"]) => {
                let usages = cores::usages(&self.state, circumstances, place);
                (version::COMPUTE, Ok(usages))
            }
            ("GET", [.., "microsoft.compute", "skus"]) => {
                let skus = machines::skus(request, circumstances.sizes);
                (version::COMPUTE_SKUS, skus)
            }
            (
                "GET",
                [
                    ..,
                    "microsoft.containerservice",
                    "locations",
                    place,
                    "kubernetesversions",
                ],
            ) => (version::KUBERNETES, Ok(versions::versions(place))),
            _ => return None,
        };
        Some(version::known(request, versions).and(answer))
    }
}
