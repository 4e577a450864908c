//! The resource providers: whether the subscription is registered for them, and whether the region
//! has what they make.

use std::collections::BTreeMap;

use azure::arm;
use model::profile::azure::Azure;
use places::azure::{Cloud, PROVIDERS};

use super::check::{Check, Problem};
use super::question::ask;

/// Why each provider does not answer questions, if it does not.
#[derive(Debug, Default)]
pub(super) struct Hindrances(BTreeMap<&'static str, String>);

impl Hindrances {
    /// Why a provider is not asked.
    pub(super) fn of(&self, namespace: &str) -> Option<String> {
        self.0.get(namespace).cloned()
    }
}

/// Looks at all of them.
pub(super) async fn providers(
    cloud: &Cloud,
    azure: &Azure,
) -> Result<(Vec<Check>, Hindrances), arm::Error> {
    let id = &cloud.subscription.subscription_id;
    let (mut checks, mut hindrances) = (Vec::new(), Hindrances::default());
    for (namespace, kind) in PROVIDERS {
        let provider = ask(None, cloud.arm.provider(id, namespace)).await?;
        let region = &azure.region;
        if let Ok(provider) = &provider {
            let why = if !provider.offers(kind, region) {
                Some(format!("not asked, as {region} does not have {kind}"))
            } else if !provider.is_registered() {
                let why = format!("not known until {namespace} is registered");
                Some(why)
            } else {
                None
            };
            hindrances.0.extend(why.map(|why| (namespace, why)));
        }
        let unregistered = provider.as_ref().is_ok_and(|it| !it.is_registered());
        let check = Check::of(format!("provider {namespace}"), provider, |provider| {
            let reason = format!("{kind} is not to be had in {region}");
            let missing = !provider.offers(kind, region);
            missing.then(|| Problem::new(reason, "choose another `backend.azure.region`"))
        });
        let note = unregistered.then(|| "the subscription will be registered for it".to_owned());
        checks.push(Check { note, ..check });
    }
    Ok((checks, hindrances))
}
