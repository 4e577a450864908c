//! What all parts of the place share: the settings, the state folder, Azure itself, and what stands
//! on this machine for it.

use std::sync::{Arc, OnceLock};

use azure::arm::Arm;
use azure_simulator::Script;
use backend::state::{Directory, Lock};
use camino::Utf8PathBuf;
use model::plan::ResourceId;
use tokio::sync::OnceCell;

use super::cloud::{Cloud, Rehearsal, Which};
use super::error::Error;
use super::ground::{self, Ground};
use super::promoter;
use super::scope::Scope;
use super::settings::{Aim, Settings};
use crate::k3d;

/// A profile's place in Azure.
#[derive(Debug)]
pub struct Site {
    pub(super) settings: Settings,
    pub(super) state: Directory,
    lock: Option<Arc<Lock>>,
    pub(super) ground: Option<Ground>,
    /// What goes wrong in a rehearsal, once that is said.
    script: OnceLock<Script>,
    /// Signed in to when it is first needed.
    cloud: OnceCell<Cloud>,
}

impl Site {
    /// The place of a state folder; without `lock` it can be looked at but not touched.
    pub(super) fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<Self, backend::Error> {
        let lock = lock.map(Arc::new);
        let ground = ground::of(&settings, &state, lock.as_ref())?;
        Ok(Self {
            settings,
            state,
            lock,
            ground,
            script: OnceLock::new(),
            cloud: OnceCell::new(),
        })
    }

    /// Has things go wrong, in a rehearsal; before anything is asked of its Azure. What was said
    /// first counts.
    pub fn go_wrong(&self, script: Script) {
        self.script.get_or_init(|| script);
    }

    /// Azure, signed in to.
    pub async fn cloud(&self) -> Result<&Cloud, backend::Error> {
        let connect = || async {
            let environment = &self.settings.environment;
            let (which, subscription) = match self.settings.aim {
                Aim::Azure => (Which::Azure, self.settings.azure.subscription.as_deref()),
                // The built-in one has a subscription of its own.
                Aim::Rehearsal { speed, .. } => (self.rehearsal(speed).await?, None),
            };
            let cloud = Cloud::connect(&which, environment, subscription).await;
            Ok::<_, backend::Error>(cloud.map_err(Error::Cloud)?)
        };
        self.cloud.get_or_try_init(connect).await
    }

    async fn rehearsal(&self, speed: u32) -> Result<Which, backend::Error> {
        Ok(Which::Rehearsal(Rehearsal {
            folder: self.state.path().join("cloud"),
            speed,
            script: self.script.get().cloned().unwrap_or_default(),
            hooks: ground::hooks(self.ground.as_ref()).await?,
        }))
    }

    /// Its resource manager.
    pub(super) async fn arm(&self) -> Result<&Arm, backend::Error> {
        Ok(&self.cloud().await?.arm)
    }

    /// The resource group, with the names of what is in it.
    pub(super) async fn scope(&self) -> Result<Scope, backend::Error> {
        let (cloud, settings) = (self.cloud().await?, &self.settings);
        Ok(Scope::of(&settings.azure, &settings.profile, cloud))
    }

    /// What the registry will be called.
    pub(super) async fn login_server(&self, scope: &Scope) -> Result<String, backend::Error> {
        let suffix = &self.arm().await?.options().endpoints.registry_suffix;
        Ok(match self.settings.aim {
            Aim::Azure => format!("{}.{suffix}", scope.names.registry),
            // The built-in one has all its registries at one address.
            Aim::Rehearsal { .. } => suffix.clone(),
        })
    }

    /// Whether only what Azure Resource Manager does is rehearsed, for want of a cluster.
    pub fn without_cluster(&self) -> bool {
        matches!(self.settings.aim, Aim::Rehearsal { ground: false, .. })
    }

    /// The ground of a rehearsal, where it is whose a resource is.
    pub(super) fn ground_of(&self, id: &ResourceId) -> Option<&Ground> {
        let ground = self.ground.as_ref();
        ground.filter(|_| k3d::Ground::owns(id))
    }

    /// Refuses a command that only looks.
    pub(super) fn touch(&self) -> Result<(), Error> {
        self.lock.as_ref().map(|_| ()).ok_or(Error::NotOwner)
    }

    /// Who promotes, as the tags of a stack have it.
    pub(super) fn promoter(&self) -> Result<String, Error> {
        promoter::id(&self.state)
    }

    /// Where images are kept that are made here.
    pub(super) fn images(&self) -> Utf8PathBuf {
        self.state.path().join("images")
    }
}
