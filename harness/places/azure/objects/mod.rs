//! The groups of objects in the cluster: desired, observed, and applied.

mod exposure;
mod needs;
mod probe;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use azure::arm::{Outputs, PROPAGATION_TIME};
use azure::template::{MYSQL_OUTPUT, REGISTRY_OUTPUT};
use backend::Blame;
use backend::WorkerSecrets;
use base::causes::in_one_line;
use kubernetes::{Difference, Group, Images, MysqlServer, NAMESPACE, Resolver};
use model::plan::{Observed, ResourceId, ResourceKind, State};
use model::topology::Topology;
use tokio::time::{Instant, sleep, timeout};

pub(super) use exposure::{RESOLVER, exposure};

use self::needs::Needs;
use super::connection::Link;
use super::error::Error;
use super::image::Workers;
use super::reporter::Reporter;
use super::scope::Scope;
use super::site::Site;
use super::stack;

/// How long the cluster may take to list its objects.
const LOOK: Duration = Duration::from_secs(20);

/// How often a request is repeated until a new role assignment takes effect.
const PAUSE: Duration = Duration::from_secs(10);

/// What objects are made from.
#[derive(Debug)]
pub(super) struct Materials {
    pub(super) topology: Topology,
    pub(super) workers: Workers,
    /// The secrets in the environment of the workers.
    pub(super) secrets: WorkerSecrets,
    /// The database, with its future host name.
    pub(super) mysql: MysqlServer,
}

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

    /// The desired objects. They use the outputs of the stack, or the expected values if the stack
    /// has none yet.
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
            workers,
            secrets,
            mysql,
        } = materials;
        let references = workers.iter();
        let references =
            references.map(|(service, worker)| (service.clone(), worker.reference(&registry)));
        let mut mysql = mysql.clone();
        if let Some(host) = outputs.text(MYSQL_OUTPUT) {
            host.clone_into(&mut mysql.host);
        }
        let site = kubernetes::Site {
            namespace: NAMESPACE.to_owned(),
            instance: scope.profile().to_owned(),
            images: Images::of(topology, references.collect()),
            mysql,
            secrets: secrets.clone(),
            exposure: exposure(&self.site.settings.azure.expose),
            resolver: match self.site.stand_in {
                // The stand-in has neither Cilium nor DNS caches on its nodes.
                Some(_) => Resolver::Pods,
                None => RESOLVER,
            },
        };
        let needs = Needs::of(&scope, workers, self.site.stand_in.as_ref());
        let groups = kubernetes::objects(topology, &site).into_iter();
        let groups = groups.map(|group| needs.with_needs(group));
        Ok(groups.map(|group| (group.id.clone(), group)).collect())
    }

    /// The groups in the cluster. The base group counts as dead if it does not exist, and if the
    /// cluster cannot be asked.
    pub(super) async fn observe(&self, scope: &Scope) -> Vec<Observed> {
        if self.site.without_cluster() {
            return Vec::new();
        }
        let (mut observed, absence) = match self.look().await {
            Ok(observed) => (observed, "it does not exist".to_owned()),
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

    /// Applies a group, with the outputs of the finished stack.
    pub(super) async fn make(
        &self,
        id: &ResourceId,
        materials: &Materials,
        outputs: &Outputs,
        reporter: &Reporter,
    ) -> Result<(), backend::Error> {
        let groups = self.groups(materials, outputs).await?;
        let group = groups.get(id);
        let group = group.ok_or_else(|| Error::Unknown { id: id.clone() })?;
        // The role assignment is new and may take minutes to take effect.
        let deadline = Instant::now() + PROPAGATION_TIME;
        loop {
            match self.link.connected().await?.cluster.apply(group).await {
                Err(error) if error.blame == Blame::Permission && Instant::now() < deadline => {
                    reporter.report(id, format!("not allowed yet: {}", in_one_line(&error)));
                    let waited = reporter.cancel.run_until_cancelled(sleep(PAUSE)).await;
                    waited.ok_or(Error::Interrupted)?;
                }
                done => return done,
            }
        }
    }

    /// Removes a group that the topology no longer has.
    pub(super) async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        self.link.connected().await?.cluster.delete(id).await
    }

    /// The differences between the cluster and the prepared groups; `None` if there is no cluster.
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

/// The answer of the cluster, or an error if it is late.
async fn in_time<T>(
    asked: impl Future<Output = Result<T, backend::Error>>,
) -> Result<T, backend::Error> {
    let said = timeout(LOOK, asked).await;
    said.unwrap_or_else(|_| Err(Error::SilentCluster.into()))
}
