//! The subscription: providers, rights, and what may be asked before anything is made.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::circumstances::Rights;
use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind::Kind;
use super::message::{Request, Response};
use super::offer;
use super::place;
use super::refusal::Refusal;
use super::settings::Role;
use super::version;

/// How long it takes to register a provider.
const REGISTRATION: Duration = Duration::from_secs(90);

/// Providers that every subscription has.
const BUILT_IN: &[&str] = &["Microsoft.Authorization", "Microsoft.Resources"];

impl Cloud {
    /// The answer to what is asked of the subscription or of a provider.
    pub(super) fn subscription_api(
        &mut self,
        now: Timestamp,
        request: &Request,
        segments: &[String],
    ) -> Option<Result<Response, Refusal>> {
        let lower: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let id = ResourceId::of(segments);
        let method = request.method.as_str();
        if let Err(refusal) = self.answers(&lower) {
            return Some(Err(refusal));
        }
        match (method, lower.as_slice()) {
            ("GET", ["subscriptions", _, "resourcegroups"]) => Some(self.groups(request)),
            (_, ["subscriptions", _, "resourcegroups", _]) => {
                Some(self.group_api(now, request, &id))
            }
            (
                "GET",
                ["subscriptions", _, "resources"]
                | ["subscriptions", _, "resourcegroups", _, "resources"],
            ) => Some(self.resources_of(request, &id.without_last())),
            ("GET", ["subscriptions", _, "providers"] | ["subscriptions", _, "providers", _])
            | (
                "POST",
                [
                    "subscriptions",
                    _,
                    "providers",
                    _,
                    "register" | "unregister",
                ],
            ) => {
                let path = segments.get(3..).unwrap_or_default();
                Some(self.provider_api(now, request, path))
            }
            _ => self.offer_api(request, &lower, &id),
        }
    }

    fn provider(&self, now: Timestamp, namespace: &str) -> Value {
        let since = self.state.providers.get(&namespace.to_lowercase());
        let state = match since {
            _ if BUILT_IN.contains(&namespace) => "Registered",
            None => "NotRegistered",
            Some(at) if *at > now => "Registering",
            Some(_) => "Registered",
        };
        let types = Kind::all().filter(|kind| kind.namespace() == namespace);
        let shown = |name: &str, versions: &[&str]| json!({"resourceType": name, "locations": place::REGIONS, "apiVersions": versions});
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
            "id": format!("/subscriptions/{}/providers/{namespace}", self.settings.subscription),
            "namespace": namespace,
            "resourceTypes": types,
            "registrationState": state,
            "registrationPolicy": "RegistrationRequired",
        })
    }

    /// The answer about providers themselves; `path` is what follows the word.
    fn provider_api(
        &mut self,
        now: Timestamp,
        request: &Request,
        path: &[String],
    ) -> Result<Response, Refusal> {
        version::known(request, version::RESOURCES)?;
        match path {
            [] => {
                let all = namespaces().map(|one| self.provider(now, one)).collect();
                self.page(request, all)
            }
            [namespace] => {
                let namespace = namespace_of(namespace)?;
                Ok(Response::json(200, self.provider(now, namespace)))
            }
            [namespace, act, ..] if act.eq_ignore_ascii_case("register") => {
                self.register(now, namespace)
            }
            [namespace, ..] => self.unregister(now, namespace),
        }
    }

    /// Takes a provider away, unless something of it is there.
    fn unregister(&mut self, now: Timestamp, namespace: &str) -> Result<Response, Refusal> {
        let namespace = namespace_of(namespace)?;
        let mut resources = self.state.resources.values();
        let of = |kind: &str| kind.split('/').next() == Some(namespace);
        if resources.any(|one| of(&one.kind)) {
            let message = format!(
                "Cannot unregister the resource provider '{namespace}' because the subscription still contains resources of it."
            );
            return Err(Refusal::conflict("CannotUnregisterNamespace", message));
        }
        self.state.providers.remove(&namespace.to_lowercase());
        Ok(Response::json(200, self.provider(now, namespace)))
    }

    fn register(&mut self, now: Timestamp, namespace: &str) -> Result<Response, Refusal> {
        let namespace = namespace_of(namespace)?;
        let key = namespace.to_lowercase();
        self.state
            .providers
            .entry(key)
            .or_insert(now + REGISTRATION);
        Ok(Response::json(200, self.provider(now, namespace)))
    }

    /// Refuses resources of a provider that nobody has registered. One that is being registered
    /// will do, as in Azure.
    pub(super) fn registered(&self, namespace: &str) -> Result<(), Refusal> {
        let known = self.state.providers.contains_key(&namespace.to_lowercase());
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

    /// Refuses questions to a provider that the subscription is not registered for. Registries ask
    /// their own books, in which the subscription is not to be found then.
    fn answers(&self, path: &[&str]) -> Result<(), Refusal> {
        let ["subscriptions", _, "providers", namespace, question, ..] = path else {
            return Ok(());
        };
        if !["locations", "skus", "checknameavailability"].contains(question) {
            return Ok(());
        }
        let Ok(namespace) = namespace_of(namespace) else {
            return Ok(());
        };
        let refused = self.registered(namespace);
        if refused.is_err() && namespace == "Microsoft.ContainerRegistry" {
            let id = &self.settings.subscription;
            let message = format!("Subscription {id} was not found.");
            return Err(Refusal::missing("SubscriptionNotFound", message));
        }
        refused
    }

    pub(super) fn permissions(&self, id: &ResourceId) -> Response {
        let (actions, not_actions) = match self.settings.role {
            _ if id.group().is_none()
                && self.script.circumstances().rights != Rights::Subscription =>
            {
                (vec!["*/read"], vec![])
            }
            Role::Owner => (vec!["*"], vec![]),
            Role::Contributor => (
                vec!["*"],
                vec![
                    "Microsoft.Authorization/*/Delete",
                    "Microsoft.Authorization/*/Write",
                    "Microsoft.Authorization/elevateAccess/Action",
                ],
            ),
            Role::Reader => (vec!["*/read"], vec![]),
        };
        let one = json!({"actions": actions, "notActions": not_actions, "dataActions": [], "notDataActions": []});
        Self::list(vec![one])
    }
}

pub(super) fn namespaces() -> impl Iterator<Item = &'static str> {
    let mut all: Vec<&str> = Kind::all().map(Kind::namespace).collect();
    all.extend(["Microsoft.Compute", "Microsoft.Resources"]);
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}

fn namespace_of(name: &str) -> Result<&'static str, Refusal> {
    namespaces()
        .find(|one| one.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let message = format!("The resource namespace '{name}' is invalid.");
            Refusal::missing("InvalidResourceNamespace", message)
        })
}
