//! What all parts of the place share: the settings, the state folder, the connection to Azure, and
//! the stand-in on this machine.

use std::sync::{Arc, OnceLock};

use azure::arm::Arm;
use azure_simulator::Script;
use backend::state::{Directory, Lock};
use camino::Utf8PathBuf;
use model::plan::ResourceId;
use tokio::sync::OnceCell;

use super::cloud::{Cloud, Rehearsal, Which};
use super::error::Error;
use super::promoter;
use super::scope::Scope;
use super::settings::{Aim, Settings};
use super::stand_in::{self, StandIn};
use crate::k3d;

#[derive(Debug)]
pub struct Site {
    pub(super) settings: Settings,
    pub(super) state: Directory,
    lock: Option<Arc<Lock>>,
    pub(super) stand_in: Option<StandIn>,
    /// The faults of the built-in Azure, once they are set.
    script: OnceLock<Script>,
    /// Connected when it is first needed.
    cloud: OnceCell<Cloud>,
}

impl Site {
    /// The place of a state folder. Without `lock` it can be looked at but not changed.
    pub(super) fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<Self, backend::Error> {
        let lock = lock.map(Arc::new);
        let stand_in = stand_in::of(&settings, &state, lock.as_ref())?;
        Ok(Self {
            settings,
            state,
            lock,
            stand_in,
            script: OnceLock::new(),
            cloud: OnceCell::new(),
        })
    }

    /// Sets the faults of the built-in Azure in a rehearsal. Call it once, before anything is
    /// requested.
    pub fn set_faults(&self, script: Script) {
        let connected = self.cloud.initialized();
        assert!(!connected, "faults are set before the first request");
        let set = self.script.set(script);
        set.expect("faults are set once");
    }

    /// The connection to Azure.
    pub async fn cloud(&self) -> Result<&Cloud, backend::Error> {
        let connect = || async {
            let environment = &self.settings.environment;
            let (which, subscription) = match self.settings.aim {
                Aim::Azure => (Which::Azure, self.settings.azure.subscription.as_deref()),
                // The built-in Azure has its own subscription.
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
            hooks: stand_in::hooks(self.stand_in.as_ref()).await?,
        }))
    }

    pub(super) async fn arm(&self) -> Result<&Arm, backend::Error> {
        Ok(&self.cloud().await?.arm)
    }

    /// The resource group, with the names of its resources.
    pub(super) async fn scope(&self) -> Result<Scope, backend::Error> {
        let (cloud, settings) = (self.cloud().await?, &self.settings);
        Ok(Scope::of(&settings.azure, &settings.profile, cloud))
    }

    /// The future host name of the registry.
    pub(super) async fn login_server(&self, scope: &Scope) -> Result<String, backend::Error> {
        let suffix = &self.arm().await?.options().endpoints.registry_suffix;
        Ok(match self.settings.aim {
            Aim::Azure => format!("{}.{suffix}", scope.names.registry),
            // The built-in Azure serves all of its registries at one address.
            Aim::Rehearsal { .. } => suffix.clone(),
        })
    }

    /// Whether the rehearsal covers only Azure Resource Manager, because this machine cannot run a
    /// cluster.
    pub fn without_cluster(&self) -> bool {
        matches!(
            self.settings.aim,
            Aim::Rehearsal {
                stand_in: false,
                ..
            }
        )
    }

    /// The stand-in, if it owns this resource.
    pub(super) fn stand_in_for(&self, id: &ResourceId) -> Option<&StandIn> {
        let stand_in = self.stand_in.as_ref();
        stand_in.filter(|_| k3d::Infrastructure::owns(id))
    }

    /// Refuses to change anything without the lock.
    pub(super) fn touch(&self) -> Result<(), Error> {
        self.lock.as_ref().map(|_| ()).ok_or(Error::NotOwner)
    }

    /// The id of this state folder, for the tag of the stack.
    pub(super) fn promoter(&self) -> Result<String, Error> {
        promoter::id(&self.state)
    }

    /// The folder for images that are built here.
    pub(super) fn images(&self) -> Utf8PathBuf {
        self.state.path().join("images")
    }
}
