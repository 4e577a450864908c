//! Prepares a promotion: the image, the password, the names and the objects.

use azure::arm;
use backend::WorkerSecrets;
use backend::namespaces::Namespaces;
use backend::{Backend as _, Fetch, Prepared, Provision};
use base::secret::Secret;
use kubernetes::{Group, MysqlServer};
use model::azure_limits::find_tag;
use model::plan::Resource;
use model::topology::Topology;

use super::group;
use super::image::{Image, Maker};
use super::objects::{Materials, Objects};
use super::parts::Parts;
use super::password::Password;
use super::reporter::Reporter;
use super::roots;
use super::scope::{OVERRIDE, Scope, Wish};
use super::settings::PromotionOptions;
use super::site::Site;
use super::stack::Stack;
use crate::k3d;

pub(super) struct Preparation<'a> {
    pub(super) site: &'a Site,
    pub(super) group: &'a group::Group,
    pub(super) stack: &'a Stack,
    pub(super) worker: &'a Maker,
    pub(super) image: &'a Image,
    pub(super) objects: &'a Objects,
    pub(super) password: &'a Password,
    pub(super) options: &'a PromotionOptions,
    pub(super) topology: &'a Topology,
    pub(super) provision: Provision<'a>,
}

impl Preparation<'_> {
    /// Prepares everything and returns the desired resources.
    pub(super) async fn prepare(self) -> Result<Prepared<Parts>, backend::Error> {
        let (topology, provision) = (self.topology, self.provision);
        if provision.fetch == Fetch::Missing {
            self.worker.foresee(topology)?;
        }
        let secrets = WorkerSecrets::read(topology, &self.site.settings.environment)?;
        // Azure answers fast, and building images takes minutes, so Azure is asked first.
        let scope = self.site.scope().await?;
        let found = self.stack.find_in_group().await?;
        let found = found.map(|(_, stack)| stack);
        let stand_in = self.stand_in().await?;
        let workers = self.worker.provide(topology, provision).await?;
        let mysql = match &stand_in {
            Some((_, stand_in)) => stand_in.mysql_server().clone(),
            None => self.server(&scope, found.is_some()).await?,
        };
        let spec = self.spec(&scope, found.as_ref(), mysql.password.clone())?;
        let materials = Materials {
            topology: topology.clone(),
            workers,
            secrets,
            mysql,
        };
        let outputs = found.map(|stack| stack.properties.outputs);
        let outputs = outputs.unwrap_or_default();
        let groups = self.objects.groups(&materials, &outputs).await?;
        let namespaces = if self.site.without_cluster() {
            Namespaces::default()
        } else {
            Namespaces::of(topology, kubernetes::serving())
        };
        let mut desired = vec![
            self.group.desire(&scope.group),
            Stack::desire(&scope, &spec),
        ];
        desired.extend(self.image.desire(&scope, &materials.workers));
        desired.extend(groups.values().map(Group::resource));
        desired.extend(namespaces.desire());
        let (stand_in_resources, stand_in) = stand_in.unzip();
        desired.extend(stand_in_resources.into_iter().flatten());
        let parts = Parts {
            stack: spec,
            materials,
            groups,
            namespaces,
            stand_in,
            options: self.options.clone(),
            reporter: Reporter::new(provision.events, provision.cancel),
        };
        Ok(Prepared { desired, parts })
    }

    /// The stand-in of a rehearsal: its resources, and what they are made from.
    async fn stand_in(&self) -> Result<Option<(Vec<Resource>, k3d::Parts)>, backend::Error> {
        let Some(stand_in) = &self.site.stand_in else {
            return Ok(None);
        };
        if self.options.another_password && self.provision.fetch == Fetch::Missing {
            stand_in
                .infrastructure
                .change_password(&Secret::generate())
                .await?;
        }
        let prepared = stand_in
            .place
            .prepare(self.topology, self.provision)
            .await?;
        Ok(Some((prepared.desired, prepared.parts)))
    }

    /// The database in Azure, in the terms of the objects.
    async fn server(&self, scope: &Scope, promoted: bool) -> Result<MysqlServer, backend::Error> {
        let (another, fetch) = (self.options.another_password, self.provision.fetch);
        let password = self.password.provide(promoted, another, fetch).await?;
        Ok(MysqlServer {
            host: scope.mysql_host(),
            port: database::PORT,
            user: self.site.settings.azure.mysql.administrator.clone(),
            password,
            roots: Some(roots::bundle().to_owned()),
        })
    }

    /// The desired stack; `found` is the existing one.
    fn spec(
        &self,
        scope: &Scope,
        found: Option<&arm::Stack>,
        password: Secret,
    ) -> Result<arm::StackSpec, backend::Error> {
        let promoter = match self.provision.fetch {
            Fetch::Missing => self.site.promoter()?,
            Fetch::Nothing => String::new(),
        };
        // A rotation of the password keeps the recorded override of the gate.
        let recorded = found.filter(|_| self.options.another_password);
        let recorded = recorded.and_then(|stack| find_tag(&stack.tags, OVERRIDE));
        let reason = self.options.gate_override.as_ref().or(recorded);
        Ok(scope.stack(Wish {
            azure: &self.site.settings.azure,
            topology: self.topology,
            password,
            promoter: &promoter,
            gate_override: reason.map(String::as_str),
        }))
    }
}
