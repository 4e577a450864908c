//! The resource providers of the subscription: their types, and whether they are registered.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::kind::{self, Kind};
use super::listing;
use super::message::{Request, Response};
use super::offer;
use super::refusal::Refusal;
use super::region;
use super::settings::Settings;
use super::state::State;
use super::version;

/// How long a registration takes.
const REGISTRATION: Duration = Duration::from_secs(90);

/// Providers that are registered in every subscription.
const BUILT_IN: &[&str] = &["Microsoft.Authorization", "Microsoft.Resources"];

fn provider(settings: &Settings, state: &State, now: Timestamp, namespace: &str) -> Value {
    let since = state.providers.get(&namespace.to_lowercase());
    let state = match since {
        _ if BUILT_IN.contains(&namespace) => "Registered",
        None => "NotRegistered",
        Some(at) if *at > now => "Registering",
        Some(_) => "Registered",
    };
    let types = Kind::all().filter(|kind| kind.namespace() == namespace);
    let shown = |name: &str, versions: &[&str]| json!({"resourceType": name, "locations": region::REGIONS, "apiVersions": versions});
    let types = types.map(|kind| {
        let name = kind
            .name
            .split_once('/')
            .map_or(kind.name, |(_, rest)| rest);
        shown(name, kind.versions)
    });
    let others = offer::QUESTIONS.iter().chain(version::OWN);
    let others = others.filter(|(of, ..)| *of == namespace);
    let others = others.map(|(_, name, versions)| shown(name, versions));
    let types: Vec<Value> = types.chain(others).collect();
    json!({
        "id": format!("/subscriptions/{}/providers/{namespace}", settings.subscription),
        "namespace": namespace,
        "resourceTypes": types,
        "registrationState": state,
        "registrationPolicy": "RegistrationRequired",
    })
}

/// Answers a request about providers. `path` is the part after `providers`.
pub(super) fn provider_api(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    request: &Request,
    path: &[String],
) -> Result<Response, Refusal> {
    version::check(request, version::RESOURCES)?;
    match path {
        [] => {
            let all = kind::namespaces()
                .map(|one| provider(settings, state, now, one))
                .collect();
            listing::page(settings, request, all)
        }
        [namespace] => {
            let namespace = namespace_of(namespace)?;
            Ok(Response::json(
                200,
                provider(settings, state, now, namespace),
            ))
        }
        [namespace, act, ..] if act.eq_ignore_ascii_case("register") => {
            register(settings, state, now, namespace)
        }
        [namespace, ..] => unregister(settings, state, now, namespace),
    }
}

/// Unregisters a provider that has no resources.
fn unregister(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    namespace: &str,
) -> Result<Response, Refusal> {
    let namespace = namespace_of(namespace)?;
    let mut resources = state.resources.values();
    let of = |kind: &str| kind.split('/').next() == Some(namespace);
    if resources.any(|one| of(&one.kind)) {
        let message = format!(
            "Cannot unregister the resource provider '{namespace}' because the subscription still contains resources of it."
        );
        return Err(Refusal::conflict("CannotUnregisterNamespace", message));
    }
    state.providers.remove(&namespace.to_lowercase());
    Ok(Response::json(
        200,
        provider(settings, state, now, namespace),
    ))
}

fn register(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    namespace: &str,
) -> Result<Response, Refusal> {
    let namespace = namespace_of(namespace)?;
    let key = namespace.to_lowercase();
    state.providers.entry(key).or_insert(now + REGISTRATION);
    Ok(Response::json(
        200,
        provider(settings, state, now, namespace),
    ))
}

/// Refuses resources of an unregistered provider. As in Azure, a registration in progress is
/// sufficient.
pub(super) fn check_registered(state: &State, namespace: &str) -> Result<(), Refusal> {
    let known = state.providers.contains_key(&namespace.to_lowercase());
    if known || BUILT_IN.contains(&namespace) {
        return Ok(());
    }
    let message = format!(
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions."
    );
    Err(Refusal::conflict(
        "MissingSubscriptionRegistration",
        message,
    ))
}

/// Refuses questions to an unregistered provider. The registry provider answers with its own error:
/// it does not find the subscription.
pub(super) fn check_question(
    settings: &Settings,
    state: &State,
    path: &[&str],
) -> Result<(), Refusal> {
    let ["subscriptions", _, "providers", namespace, question, ..] = path else {
        return Ok(());
    };
    if !["locations", "skus", "checknameavailability"].contains(question) {
        return Ok(());
    }
    let Ok(namespace) = namespace_of(namespace) else {
        return Ok(());
    };
    let refused = check_registered(state, namespace);
    if refused.is_err() && namespace == "Microsoft.ContainerRegistry" {
        let id = &settings.subscription;
        let message = format!("Subscription {id} was not found.");
        return Err(Refusal::missing("SubscriptionNotFound", message));
    }
    refused
}

fn namespace_of(name: &str) -> Result<&'static str, Refusal> {
    kind::namespaces()
        .find(|one| one.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let message = format!("The resource namespace '{name}' is invalid.");
            Refusal::missing("InvalidResourceNamespace", message)
        })
}
