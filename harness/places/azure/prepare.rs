//! What must be known before anything is made: the image, the password, the names, the objects.

use std::collections::BTreeMap;

use azure::arm::{Outputs, Stack, StackSpec};
use azure::template::{MYSQL_OUTPUT, REGISTRY_OUTPUT};
use backend::namespaces::Namespaces;
use backend::{Backend as _, Fetch, Provision};
use base::secret::Secret;
use kubernetes::{Group, Images, MysqlServer, NAMESPACE, Resolver, Site};
use model::azure_limits::find_tag;
use model::plan::ResourceId;
use model::topology::Topology;

use super::backend::{Aim, AzureBackend};
use super::error::Error;
use super::group::Found;
use super::image::Worker;
use super::scope::{OVERRIDE, Scope, Wish};
use super::{objects, roots};

/// Everything that is provided, and what is to be made of it.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) topology: Topology,
    pub(super) scope: Scope,
    pub(super) stack: StackSpec,
    pub(super) worker: Worker,
    /// The objects in the cluster, as far as they are known before the stack is there.
    pub(super) groups: BTreeMap<ResourceId, Group>,
    password: Secret,
}

impl AzureBackend {
    /// Provides everything and says what is wanted.
    pub(super) async fn provide(
        &mut self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<(), backend::Error> {
        if provision.fetch == Fetch::Missing {
            self.foresee(topology)?;
        }
        // Azure answers in a moment, and images take minutes.
        let scope = self.scope().await?;
        let stack = match self.find_group().await? {
            Found::Absent => None,
            Found::Ours(_) => self.find_stack().await?,
        };
        if let Some(ground) = &mut self.ground {
            if self.order.another_password && provision.fetch == Fetch::Missing {
                ground.change_password(&Secret::generate()).await?;
            }
            ground.prepare(topology, provision).await?;
        }
        let worker = self.worker(topology, provision).await?;
        let password = self.password(stack.is_some(), provision.fetch).await?;
        let promoter = match provision.fetch {
            Fetch::Missing => self.promoter()?,
            Fetch::Nothing => String::new(),
        };
        // Who rotates a password says nothing of the gate.
        let told = stack
            .as_ref()
            .and_then(|stack| find_tag(&stack.tags, OVERRIDE));
        let told = told
            .filter(|_| self.order.another_password)
            .map(String::as_str);
        let wish = Wish {
            azure: &self.settings.azure,
            topology,
            password: password.clone(),
            promoter: &promoter,
            gate_override: self.order.gate_override.as_deref().or(told),
        };
        let spec = scope.stack(wish);
        let mut wanted = Wanted {
            topology: topology.clone(),
            scope: scope.clone(),
            stack: spec,
            worker,
            groups: BTreeMap::new(),
            password,
        };
        let outputs = stack.map(|Stack { properties, .. }| properties.outputs);
        wanted.groups = self
            .groups(&wanted, &scope, &outputs.unwrap_or_default())
            .await?;
        self.namespaces = if self.without_cluster() {
            Namespaces::default()
        } else {
            Namespaces::of(topology, kubernetes::serving())
        };
        self.wanted = Some(wanted);
        Ok(())
    }

    /// The objects in the cluster, by what the stack gives out; what it does not give out yet is
    /// what its names will come to.
    pub(super) async fn groups(
        &self,
        wanted: &Wanted,
        scope: &Scope,
        outputs: &Outputs,
    ) -> Result<BTreeMap<ResourceId, Group>, backend::Error> {
        if self.without_cluster() {
            return Ok(BTreeMap::new());
        }
        let registry = match outputs.text(REGISTRY_OUTPUT) {
            Some(registry) => registry.to_owned(),
            None => self.login_server(scope).await?,
        };
        let site = Site {
            namespace: NAMESPACE.to_owned(),
            instance: scope.profile().to_owned(),
            images: Images::of(&wanted.topology, &wanted.worker.reference(&registry)),
            mysql: self
                .server(wanted, scope, outputs.text(MYSQL_OUTPUT))
                .await?,
            exposure: objects::exposure(&self.settings.azure.expose),
            resolver: match self.ground {
                // What stands for AKS on this machine has neither Cilium nor caches on nodes.
                Some(_) => Resolver::Pods,
                None => objects::RESOLVER,
            },
        };
        let needs = objects::Needs::of(scope, &wanted.worker, self.ground.as_ref());
        let groups = kubernetes::objects(&wanted.topology, &site).into_iter();
        let groups = groups.map(|group| needs.placed(group));
        Ok(groups.map(|group| (group.id.clone(), group)).collect())
    }

    /// The database, as the objects are told of it.
    async fn server(
        &self,
        wanted: &Wanted,
        scope: &Scope,
        host: Option<&str>,
    ) -> Result<MysqlServer, backend::Error> {
        if let Some(ground) = &self.ground {
            let server = ground.mysql_server().await?;
            let host = host.map_or(server.host, str::to_owned);
            return Ok(MysqlServer { host, ..server });
        }
        let public = format!("{}.mysql.database.azure.com", scope.names.mysql);
        Ok(MysqlServer {
            host: host.map_or(public, str::to_owned),
            port: database::PORT,
            user: self.settings.azure.mysql.administrator.clone(),
            password: wanted.password.clone(),
            roots: Some(roots::bundle().to_owned()),
        })
    }

    /// What the registry will be called.
    pub(super) async fn login_server(&self, scope: &Scope) -> Result<String, backend::Error> {
        let suffix = &self.cloud().await?.arm.options().endpoints.registry_suffix;
        Ok(match self.settings.aim {
            Aim::Azure => format!("{}.{suffix}", scope.names.registry),
            // The built-in one has all its registries at one address.
            Aim::Rehearsal { .. } => suffix.clone(),
        })
    }

    /// What the stack gives out.
    pub(super) async fn outputs(&self) -> Result<Outputs, backend::Error> {
        let stack = self.find_stack().await?;
        Ok(stack
            .map(|stack| stack.properties.outputs)
            .unwrap_or_default())
    }

    /// The registry as the stack names it.
    pub(super) async fn registry_name(&self) -> Result<String, backend::Error> {
        let outputs = self.outputs().await?;
        let registry = outputs.text(REGISTRY_OUTPUT).map(str::to_owned);
        let output = REGISTRY_OUTPUT;
        Ok(registry.ok_or(Error::Output { output })?)
    }
}
