//! The resource providers: whether the subscription is registered for them, and whether the region
//! offers their resource types.

use std::collections::BTreeMap;

use azure::arm;
use model::profile::azure::Azure;
use places::azure::{Cloud, PROVIDERS};

use super::check::{Check, Problem};
use super::question::ask;

/// The providers that need not be asked, each with the reason.
#[derive(Debug, Default)]
pub(super) struct SkipReasons(BTreeMap<&'static str, String>);

impl SkipReasons {
    /// Why a provider is not asked, if so.
    pub(super) fn of(&self, namespace: &str) -> Option<String> {
        self.0.get(namespace).cloned()
    }
}

/// Checks all providers.
pub(super) async fn providers(
    cloud: &Cloud,
    azure: &Azure,
) -> Result<(Vec<Check>, SkipReasons), arm::Error> {
    let id = &cloud.subscription.subscription_id;
    let (mut checks, mut skip_reasons) = (Vec::new(), SkipReasons::default());
    for (namespace, kind) in PROVIDERS {
        let provider = ask(None, cloud.arm.provider(id, namespace)).await?;
        let region = &azure.region;
        if let Ok(provider) = &provider {
            let why = if !provider.offers(kind, region) {
                Some(format!("not asked, because {region} does not offer {kind}"))
            } else if !provider.is_registered() {
                let why = format!("unknown until {namespace} is registered");
                Some(why)
            } else {
                None
            };
            skip_reasons.0.extend(why.map(|why| (namespace, why)));
        }
        let unregistered = provider.as_ref().is_ok_and(|it| !it.is_registered());
        let check = Check::of(format!("provider {namespace}"), provider, |provider| {
            let reason = format!("{region} does not offer {kind}");
            let missing = !provider.offers(kind, region);
            missing.then(|| Problem::new(reason, "choose another `backend.azure.region`"))
        });
        let note =
            unregistered.then(|| "the promotion registers the subscription for it".to_owned());
        checks.push(Check { note, ..check });
    }
    Ok((checks, skip_reasons))
}
