//! Registers the subscription for the resource providers that a topology needs.

use std::time::Duration;

use azure::arm;
use backend::event::Events;
use backend::wait::{self, Pace, Pending};
use base::news::Progress;
use tokio::time::Instant;

use super::cloud::Cloud;
use super::error::Error;

/// The providers of a topology in Azure, each with a resource type that the region must offer.
pub const PROVIDERS: [(&str, &str); 6] = [
    ("Microsoft.ContainerService", "managedClusters"),
    ("Microsoft.ContainerRegistry", "registries"),
    ("Microsoft.DBforMySQL", "flexibleServers"),
    ("Microsoft.ManagedIdentity", "userAssignedIdentities"),
    ("Microsoft.Network", "virtualNetworks"),
    ("Microsoft.Compute", "virtualMachines"),
];

/// The pause between two checks, and the deadline for all. A registration takes one or two minutes.
const PACE: Pace = Pace {
    first: Duration::from_millis(200),
    last: Duration::from_secs(5),
};
const DEADLINE: Duration = Duration::from_mins(10);

/// Registers the subscription for the providers that are known to be missing, and waits until they
/// are registered. Returns whether any was missing. A provider that the caller may not look up is
/// skipped, since it may be registered.
pub async fn register_providers(cloud: &Cloud, events: &Events) -> Result<bool, backend::Error> {
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
    until_registered(cloud, missing, events).await?;
    Ok(true)
}

async fn until_registered(
    cloud: &Cloud,
    mut left: Vec<&'static str>,
    events: &Events,
) -> Result<(), backend::Error> {
    let all = left.len();
    let mut progress = Progress::new("register providers".to_owned(), events.listener());
    let registered = wait::until(Instant::now() + DEADLINE, PACE, async || {
        let states = match unregistered(cloud, &left).await {
            Ok(states) => states,
            Err(error) => return Ok(Err(error)),
        };
        progress.at((all - states.len()) as u64, u64::try_from(all).ok());
        left = states.iter().map(|(namespace, _)| *namespace).collect();
        match states.into_iter().next() {
            None => Ok(Ok(())),
            Some((_, state)) => Err(Pending::NotYet(state)),
        }
    });
    let registered = registered.await.map_err(|error| Error::Unregistered {
        namespace: left.first().map_or("", |left| left).to_owned(),
        state: error.to_string(),
    });
    registered??;
    progress.finish();
    Ok(())
}

/// The providers in `namespaces` that are not registered, each with its state in Azure's words.
async fn unregistered(
    cloud: &Cloud,
    namespaces: &[&'static str],
) -> Result<Vec<(&'static str, String)>, Error> {
    let id = &cloud.subscription.subscription_id;
    let mut states = Vec::new();
    for namespace in namespaces {
        let provider = cloud.arm.provider(id, namespace).await;
        let provider = provider.map_err(failed(namespace))?;
        if !provider.is_registered() {
            states.push((*namespace, provider.registration_state));
        }
    }
    Ok(states)
}

fn failed(namespace: &str) -> impl FnOnce(arm::Error) -> Error {
    Error::azure(format!("register provider {namespace}"))
}
