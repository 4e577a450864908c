//! Where the groups of objects stand among the resources of the place.

use std::time::Duration;

use kubernetes::Group;
use model::plan::{ResourceId, ResourceKind};

use super::super::awaited::PULL;
use super::super::ground::Ground;
use super::super::image::{self, Worker};
use super::super::scope::Scope;
use super::super::stack;

/// What groups need besides each other.
pub(super) struct Needs {
    /// All of them.
    cluster: Vec<ResourceId>,
    /// The Job of the schema.
    database: Option<ResourceId>,
    /// The worker.
    image: Option<ResourceId>,
    /// How long the worker may wait for its image, beyond what it takes by itself.
    pull: Duration,
}

impl Needs {
    pub(super) fn of(scope: &Scope, worker: &Worker, ground: Option<&Ground>) -> Self {
        let mut cluster = vec![stack::id(scope)];
        cluster.extend(
            ground
                .into_iter()
                .flat_map(|ground| ground.handle.cluster_needs()),
        );
        Self {
            cluster,
            database: ground.map(|_| database::container_id()),
            image: worker.digest().map(|_| image::id()),
            // Nodes of this machine are handed the image.
            pull: if ground.is_none() {
                PULL
            } else {
                Duration::ZERO
            },
        }
    }

    /// A group with what it needs.
    pub(super) fn placed(&self, mut group: Group) -> Group {
        let mut needs = self.cluster.clone();
        match (group.id.kind(), group.id.name()) {
            (ResourceKind::Job, _) => needs.extend(self.database.clone()),
            (ResourceKind::Deployment, "worker") => {
                needs.extend(self.image.clone());
                let whole = group.ready_timeout.as_std() + self.pull;
                group.ready_timeout = whole.into();
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
    fn the_worker_has_the_time_that_the_right_to_pull_may_take_and_what_it_takes_by_itself() {
        let placed = |name: &str, pull: Duration| {
            let needs = Needs {
                cluster: Vec::new(),
                database: None,
                image: None,
                pull,
            };
            let group = Group {
                id: ResourceId::new(ResourceKind::Deployment, name),
                objects: Vec::new(),
                needs: Vec::new(),
                ready_timeout: quantity::Duration::from_secs(180),
            };
            needs.placed(group).ready_timeout.as_std()
        };
        let own = Duration::from_mins(3);
        let awaited = awaited::of("own.azurecr.io".to_owned());
        assert_eq!(placed("worker", PULL), awaited.within + own);
        assert_eq!(placed("worker", Duration::ZERO), own);
        assert_eq!(placed("web", PULL), own);
    }
}
