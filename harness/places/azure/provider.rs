//! The resource providers that a subscription has to be registered for, once and for all.

use std::time::Duration;

use azure::arm;
use backend::event::Events;
use base::news::Progress;

use super::backend::AzureBackend;
use super::error::Error;

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
    /// Registers the subscription for what it is known not to be registered for yet, and waits until
    /// it is; whether there was anything. Whoever may not look is not told, and goes on: it may well
    /// be registered.
    pub async fn register_providers(&self, events: &Events) -> Result<bool, backend::Error> {
        let cloud = self.cloud().await?;
        let (arm, id) = (&cloud.arm, &cloud.subscription.subscription_id);
        let mut missing = Vec::new();
        for (namespace, _) in PROVIDERS {
            match arm.provider(id, namespace).await {
                Ok(provider) if !provider.is_registered() => missing.push(namespace),
                Ok(_) => {}
                Err(error) if error.status() == Some(403) => {}
                Err(error) => return Err(failed(namespace)(error).into()),
            }
        }
        if missing.is_empty() {
            return Ok(false);
        }
        let list = missing.join(", ");
        events.notice(format!("registering the subscription for {list}"));
        let mut denied = Vec::new();
        for namespace in &missing {
            match arm.register_provider(id, namespace).await {
                Ok(_) => {}
                Err(error) if error.status() == Some(403) => denied.push((*namespace).to_owned()),
                Err(error) => return Err(failed(namespace)(error).into()),
            }
        }
        if !denied.is_empty() {
            return Err(Error::MayNotRegister { namespaces: denied }.into());
        }
        self.until_registered(&missing, events).await?;
        Ok(true)
    }

    async fn until_registered(
        &self,
        namespaces: &[&'static str],
        events: &Events,
    ) -> Result<(), backend::Error> {
        let cloud = self.cloud().await?;
        let (arm, id) = (&cloud.arm, &cloud.subscription.subscription_id);
        let whole = u64::try_from(namespaces.len()).ok();
        let mut progress = Progress::new("register providers".to_owned(), events.listener());
        let (mut left, mut pause) = (namespaces.to_vec(), FIRST_PAUSE);
        for look in 1.. {
            let mut states = Vec::new();
            for namespace in left {
                let provider = arm.provider(id, namespace).await;
                let provider = provider.map_err(failed(namespace))?;
                if !provider.is_registered() {
                    states.push((namespace, provider.registration_state));
                }
            }
            progress.at((namespaces.len() - states.len()) as u64, whole);
            match states.first() {
                None => break,
                Some((namespace, state)) if look == LOOKS => {
                    return Err(Error::Unregistered {
                        namespace: (*namespace).to_owned(),
                        state: state.clone(),
                    }
                    .into());
                }
                Some(_) => arm.options().clock.sleep(pause).await,
            }
            left = states.into_iter().map(|(namespace, _)| namespace).collect();
            pause = (pause * 2).min(LAST_PAUSE);
        }
        progress.finish();
        Ok(())
    }
}

/// What an error says that was not done.
fn failed(namespace: &str) -> impl FnOnce(arm::Error) -> Error {
    Error::azure(format!("register provider {namespace}"))
}
