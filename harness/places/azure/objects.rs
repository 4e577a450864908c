//! The groups of objects in the cluster: where they stand among the rest, as they are, and how they
//! are applied.

use std::time::Duration;

use azure::arm::ARRIVAL;
use backend::Blame;
use base::causes::in_one_line;
use kubernetes::{Awaited, Difference, Group, LoadBalancer, Resolver, Way};
use model::plan::{Observed, ResourceId, State};
use model::profile::azure::{Expose, Exposure};
use tokio::time::{Instant, sleep, timeout};

use super::backend::AzureBackend;
use super::error::Error;
use super::ground::Ground;
use super::image::{self, Worker};
use super::scope::Scope;
use super::stack;

/// How long the cluster may take to say what is in it.
const LOOK: Duration = Duration::from_secs(20);

/// How often it is tried whether a right that was given a moment ago counts.
const PAUSE: Duration = Duration::from_secs(10);

/// How long a pod may wait for an image of our registry: until the right of the nodes has arrived,
/// and until they try again, which is after five minutes at the latest
/// (<https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff>).
const PULL: Duration = ARRIVAL.saturating_add(Duration::from_mins(5));

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
        cluster.extend(ground.iter().flat_map(|ground| ground.cluster_needs()));
        Self {
            cluster,
            database: ground.map(Ground::database_needs),
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
            ("job", _) => needs.extend(self.database.clone()),
            ("deployment", "worker") => {
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

/// How clients outside the cluster come in, as objects say it.
pub(super) fn exposure(expose: &Expose) -> kubernetes::Exposure {
    let way = |exposure: &Exposure| match exposure {
        Exposure::ClusterIp => Way::Forwarded,
        Exposure::Internal => Way::LoadBalancer(LoadBalancer {
            annotations: vec![INTERNAL],
            ranges: Vec::new(),
        }),
        Exposure::Public(ranges) => Way::LoadBalancer(LoadBalancer {
            annotations: Vec::new(),
            ranges: ranges.iter().map(ToString::to_string).collect(),
        }),
    };
    kubernetes::Exposure {
        frontend: Way::Forwarded,
        web: way(&expose.web),
        starter: way(&expose.starter),
    }
}

/// AKS turns its cache of names on by itself from Kubernetes 1.37 on, on nodes of four processors and
/// more, and lets it be, once it is on
/// (<https://learn.microsoft.com/azure/aks/dns-concepts>, <https://github.com/Azure/AKS/pull/5948>).
/// The version that we speak has no word to turn it off, and pods that are not let through have no
/// names at all, so they are let through everywhere.
pub(super) const RESOLVER: Resolver = Resolver::PodsOrNode;

/// What makes a load balancer take an address of the virtual network
/// (<https://learn.microsoft.com/azure/aks/internal-lb>).
const INTERNAL: (&str, &str) = (
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "true",
);

/// What nodes of Azure may not have the right to pull from yet.
pub(super) fn awaited(registry: String) -> Awaited {
    Awaited {
        registry,
        within: PULL,
    }
}

/// What the cluster says, if it does so in time.
async fn in_time<T>(
    asked: impl Future<Output = Result<T, backend::Error>>,
) -> Result<T, backend::Error> {
    let said = timeout(LOOK, asked).await;
    said.unwrap_or_else(|_| Err(Error::SilentCluster.into()))
}

impl AzureBackend {
    /// The groups in the cluster. What all of them stand on counts as dead where it is not there, and
    /// where nobody can say whether it is.
    pub(super) async fn observed_groups(&self, scope: &Scope) -> Vec<Observed> {
        if self.without_cluster() {
            return Vec::new();
        }
        let looked = async {
            let connection = self.connected().await?;
            in_time(connection.cluster.observe()).await
        };
        let (mut observed, absence) = match looked.await {
            Ok(observed) => (observed, "it is not there".to_owned()),
            Err(error) => (Vec::new(), in_one_line(&error)),
        };
        let base = ResourceId::new("base", "temporal");
        if !observed.iter().any(|group| group.id == base) {
            observed.push(Observed {
                id: base,
                state: State::Dead { reason: absence },
                needs: Vec::new(),
            });
        }
        let stack = stack::id(scope);
        for group in &mut observed {
            if !group.needs.contains(&stack) {
                group.needs.push(stack.clone());
            }
        }
        observed
    }

    /// Applies a group as it is to be, now that the stack says what it is called.
    pub(super) async fn apply_group(&self, id: &ResourceId) -> Result<(), backend::Error> {
        let wanted = self.wanted(id)?;
        let (scope, outputs) = (self.scope().await?, self.outputs().await?);
        let groups = self.groups(wanted, &scope, &outputs).await?;
        let group = groups.get(id);
        let group = group.ok_or_else(|| Error::Unknown { id: id.clone() })?;
        self.apply_patiently(group).await?;
        if id.kind() == "base" {
            self.password_has_arrived()?;
        }
        Ok(())
    }

    /// Applies a group. The right to do so was given a moment ago, and may take minutes to be known.
    async fn apply_patiently(&self, group: &Group) -> Result<(), backend::Error> {
        let deadline = Instant::now() + ARRIVAL;
        loop {
            match self.connected().await?.cluster.apply(group).await {
                Err(error) if error.blame == Blame::Leave && Instant::now() < deadline => {
                    self.tell(
                        &group.id,
                        format!("not allowed yet: {}", in_one_line(&error)),
                    );
                    let waited = self.cancel.run_until_cancelled(sleep(PAUSE)).await;
                    waited.ok_or(Error::Interrupted)?;
                }
                done => return done,
            }
        }
    }

    /// What differs in the cluster from what was prepared; nothing is known where there is none.
    pub async fn object_differences(&self) -> Result<Option<Vec<Difference>>, backend::Error> {
        let (Some(wanted), Some(connection)) = (&self.wanted, self.connection().await?) else {
            return Ok(None);
        };
        let groups: Vec<Group> = wanted.groups.values().cloned().collect();
        in_time(connection.cluster.differences(&groups))
            .await
            .map(Some)
    }

    /// Removes a group that the topology has no more.
    pub(super) async fn remove_group_of_objects(
        &self,
        id: &ResourceId,
    ) -> Result<(), backend::Error> {
        self.connected().await?.cluster.delete(id).await
    }
}

#[cfg(test)]
mod tests {
    use model::quantity;

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
                id: ResourceId::new("deployment", name),
                objects: Vec::new(),
                needs: Vec::new(),
                ready_timeout: quantity::Duration::from_secs(180),
            };
            needs.placed(group).ready_timeout.as_std()
        };
        let own = Duration::from_mins(3);
        let awaited = awaited("own.azurecr.io".to_owned());
        assert_eq!(placed("worker", PULL), awaited.within + own);
        assert_eq!(placed("worker", Duration::ZERO), own);
        assert_eq!(placed("web", PULL), own);
    }
}
