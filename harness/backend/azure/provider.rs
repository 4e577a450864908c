//! The resource providers that a subscription has to be registered for, once and for all.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::backend::AzureBackend;
use super::error::Error;
use crate::backend;

/// What a topology in Azure is made of: provider, and a type of it that the region has to offer.
pub const PROVIDERS: [(&str, &str); 6] = [
    ("Microsoft.ContainerService", "managedClusters"),
    ("Microsoft.ContainerRegistry", "registries"),
    ("Microsoft.DBforMySQL", "flexibleServers"),
    ("Microsoft.ManagedIdentity", "userAssignedIdentities"),
    ("Microsoft.Network", "virtualNetworks"),
    ("Microsoft.Compute", "virtualMachines"),
];

/// How long it is waited between two looks at first, and at most; and how often it is looked: a
/// registration takes a minute or two.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LAST_PAUSE: Duration = Duration::from_secs(5);
const LOOKS: u32 = 120;

impl AzureBackend {
    /// Registers the subscription for what it is not registered for yet.
    pub(super) async fn register_providers(&self) -> Result<(), backend::Error> {
        let all = PROVIDERS
            .iter()
            .map(|(namespace, _)| self.register(namespace));
        try_join_all(all).await?;
        Ok(())
    }

    async fn register(&self, namespace: &str) -> Result<(), backend::Error> {
        let cloud = self.cloud().await?;
        let (arm, id) = (&cloud.arm, &cloud.subscription.subscription_id);
        let failed = || Error::azure(format!("register provider {namespace}"));
        let mut provider = arm.provider(id, namespace).await.map_err(failed())?;
        if provider.is_registered() {
            return Ok(());
        }
        provider = arm
            .register_provider(id, namespace)
            .await
            .map_err(failed())?;
        let mut pause = FIRST_PAUSE;
        for _ in 0..LOOKS {
            if provider.is_registered() {
                return Ok(());
            }
            tokio::select! {
                () = self.cancel.cancelled() => return Err(Error::Interrupted.into()),
                () = arm.options().clock.sleep(pause) => {}
            }
            pause = (pause * 2).min(LAST_PAUSE);
            provider = arm.provider(id, namespace).await.map_err(failed())?;
        }
        Err(Error::Unregistered {
            namespace: namespace.to_owned(),
            state: provider.registration_state,
        }
        .into())
    }
}
