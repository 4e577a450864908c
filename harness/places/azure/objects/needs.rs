//! The dependencies of the groups of objects on other resources of the place.

use std::collections::BTreeMap;
use std::time::Duration;

use kubernetes::Group;
use model::plan::{ResourceId, ResourceKind};

use super::super::awaited::PULL;
use super::super::image::{self, Workers};
use super::super::scope::Scope;
use super::super::stack;
use super::super::stand_in::StandIn;

/// What groups need besides each other.
pub(super) struct Needs {
    /// What all groups need.
    cluster: Vec<ResourceId>,
    /// What the Job of the schema needs.
    database: Option<ResourceId>,
    /// What each worker needs, by its name: its image, unless the profile names one.
    images: BTreeMap<String, Option<ResourceId>>,
    /// How long a worker may wait for its image, in addition to its own time to get ready.
    pull: Duration,
}

impl Needs {
    pub(super) fn of(scope: &Scope, workers: &Workers, stand_in: Option<&StandIn>) -> Self {
        let mut cluster = vec![stack::id(scope)];
        cluster.extend(
            stand_in
                .into_iter()
                .flat_map(|stand_in| stand_in.infrastructure.cluster_needs()),
        );
        Self {
            cluster,
            database: stand_in.map(|_| database::container_id()),
            images: workers
                .iter()
                .map(|(service, worker)| {
                    let image = worker.digest().map(|_| image::id(service));
                    (service.as_str().to_owned(), image)
                })
                .collect(),
            // Nodes of this machine are handed the image.
            pull: if stand_in.is_none() {
                PULL
            } else {
                Duration::ZERO
            },
        }
    }

    /// Adds the needs of a group to it.
    pub(super) fn with_needs(&self, mut group: Group) -> Group {
        let mut needs = self.cluster.clone();
        match (group.id.kind(), group.id.name()) {
            (ResourceKind::Job, _) => needs.extend(self.database.clone()),
            (ResourceKind::Deployment, name) => {
                if let Some(image) = self.images.get(name) {
                    needs.extend(image.clone());
                    let whole = group.ready_timeout.as_std() + self.pull;
                    group.ready_timeout = whole.into();
                }
            }
            _ => {}
        }
        for need in needs {
            if !group.needs.contains(&need) {
                group.needs.push(need);
            }
        }
        group
    }
}

#[cfg(test)]
mod tests {
    use model::quantity;

    use super::super::super::awaited;
    use super::*;

    #[test]
    fn the_worker_has_time_for_the_role_assignment_in_addition_to_its_own() {
        let with_needs = |name: &str, pull: Duration| {
            let needs = Needs {
                cluster: Vec::new(),
                database: None,
                images: [("worker".to_owned(), None)].into(),
                pull,
            };
            let group = Group {
                id: ResourceId::new(ResourceKind::Deployment, name),
                objects: Vec::new(),
                needs: Vec::new(),
                ready_timeout: quantity::Duration::from_secs(180),
            };
            needs.with_needs(group).ready_timeout.as_std()
        };
        let own = Duration::from_mins(3);
        let awaited = awaited::of("own.azurecr.io".to_owned());
        assert_eq!(with_needs("worker", PULL), awaited.within + own);
        assert_eq!(with_needs("worker", Duration::ZERO), own);
        assert_eq!(with_needs("web", PULL), own);
    }
}
