//! The groups of objects in the cluster: as they should be, as they are, and how they are applied.

mod exposure;
mod needs;
mod ready;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use azure::arm::{ARRIVAL, Outputs};
use azure::template::{MYSQL_OUTPUT, REGISTRY_OUTPUT};
use backend::Blame;
use base::causes::in_one_line;
use kubernetes::{Difference, Group, Images, MysqlServer, NAMESPACE, Resolver};
use model::plan::{Observed, ResourceId, ResourceKind, State};
use model::topology::Topology;
use tokio::time::{Instant, sleep, timeout};

pub(super) use exposure::{RESOLVER, exposure};

use self::needs::Needs;
use super::error::Error;
use super::image::Worker;
use super::link::Link;
use super::scope::Scope;
use super::site::Site;
use super::stack;
use super::told::Told;

/// How long the cluster may take to say what is in it.
const LOOK: Duration = Duration::from_secs(20);

/// How often it is tried whether a right that was given a moment ago counts.
const PAUSE: Duration = Duration::from_secs(10);

/// What objects are made of.
#[derive(Debug)]
pub(super) struct Materials {
    pub(super) topology: Topology,
    pub(super) worker: Worker,
    /// The database, by the name that it will have.
    pub(super) mysql: MysqlServer,
}

/// The groups of objects in the cluster of a place.
#[derive(Debug)]
pub struct Objects {
    site: Arc<Site>,
    link: Arc<Link>,
}

impl Objects {
    pub(super) fn new(site: &Arc<Site>, link: &Arc<Link>) -> Self {
        Self {
            site: Arc::clone(site),
            link: Arc::clone(link),
        }
    }

    /// The objects in the cluster, by what the stack gives out; what it does not give out yet is
    /// what its names will come to.
    pub(super) async fn groups(
        &self,
        materials: &Materials,
        outputs: &Outputs,
    ) -> Result<BTreeMap<ResourceId, Group>, backend::Error> {
        if self.site.without_cluster() {
            return Ok(BTreeMap::new());
        }
        let scope = self.site.scope().await?;
        let registry = match outputs.text(REGISTRY_OUTPUT) {
            Some(registry) => registry.to_owned(),
            None => self.site.login_server(&scope).await?,
        };
        let Materials {
            topology,
            worker,
            mysql,
        } = materials;
        let mut mysql = mysql.clone();
        if let Some(host) = outputs.text(MYSQL_OUTPUT) {
            host.clone_into(&mut mysql.host);
        }
        let site = kubernetes::Site {
            namespace: NAMESPACE.to_owned(),
            instance: scope.profile().to_owned(),
            images: Images::of(topology, &worker.reference(&registry)),
            mysql,
            exposure: exposure(&self.site.settings.azure.expose),
            resolver: match self.site.ground {
                // What stands for AKS on this machine has neither Cilium nor caches on nodes.
                Some(_) => Resolver::Pods,
                None => RESOLVER,
            },
        };
        let needs = Needs::of(&scope, worker, self.site.ground.as_ref());
        let groups = kubernetes::objects(topology, &site).into_iter();
        let groups = groups.map(|group| needs.placed(group));
        Ok(groups.map(|group| (group.id.clone(), group)).collect())
    }

    /// The groups in the cluster. What all of them stand on counts as dead where it is not there, and
    /// where nobody can say whether it is.
    pub(super) async fn observe(&self, scope: &Scope) -> Vec<Observed> {
        if self.site.without_cluster() {
            return Vec::new();
        }
        let (mut observed, absence) = match self.look().await {
            Ok(observed) => (observed, "it is not there".to_owned()),
            Err(error) => (Vec::new(), in_one_line(&error)),
        };
        let base = ResourceId::new(ResourceKind::Base, "temporal");
        if !observed.iter().any(|group| group.id == base) {
            observed.push(Observed {
                id: base,
                state: State::Dead { reason: absence },
                needs: Vec::new(),
                stays: true,
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

    /// Whether the cluster has a group.
    pub(super) async fn has(&self, id: &ResourceId) -> Result<bool, backend::Error> {
        let observed = self.look().await?;
        Ok(observed.iter().any(|group| group.id == *id))
    }

    async fn look(&self) -> Result<Vec<Observed>, backend::Error> {
        let connection = self.link.connected().await?;
        in_time(connection.cluster.observe()).await
    }

    /// Applies a group as it is to be, now that the stack says what it is called.
    pub(super) async fn make(
        &self,
        id: &ResourceId,
        materials: &Materials,
        outputs: &Outputs,
        told: &Told,
    ) -> Result<(), backend::Error> {
        let groups = self.groups(materials, outputs).await?;
        let group = groups.get(id);
        let group = group.ok_or_else(|| Error::Unknown { id: id.clone() })?;
        // The right to do so was given a moment ago, and may take minutes to be known.
        let deadline = Instant::now() + ARRIVAL;
        loop {
            match self.link.connected().await?.cluster.apply(group).await {
                Err(error) if error.blame == Blame::Leave && Instant::now() < deadline => {
                    told.tell(id, format!("not allowed yet: {}", in_one_line(&error)));
                    let waited = told.cancel.run_until_cancelled(sleep(PAUSE)).await;
                    waited.ok_or(Error::Interrupted)?;
                }
                done => return done,
            }
        }
    }

    /// Removes a group that the topology has no more.
    pub(super) async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        self.link.connected().await?.cluster.delete(id).await
    }

    /// What differs in the cluster from what was prepared; nothing is known where there is none.
    pub async fn differences(
        &self,
        groups: &BTreeMap<ResourceId, Group>,
    ) -> Result<Option<Vec<Difference>>, backend::Error> {
        let Some(connection) = self.link.connection().await? else {
            return Ok(None);
        };
        let groups: Vec<Group> = groups.values().cloned().collect();
        let differences = in_time(connection.cluster.differences(&groups));
        differences.await.map(Some)
    }
}

/// What the cluster says, if it does so in time.
async fn in_time<T>(
    asked: impl Future<Output = Result<T, backend::Error>>,
) -> Result<T, backend::Error> {
    let said = timeout(LOOK, asked).await;
    said.unwrap_or_else(|_| Err(Error::SilentCluster.into()))
}
