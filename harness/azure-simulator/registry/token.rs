//! Tokens of a registry: an Azure token is exchanged for a refresh token, and that for an access
//! token.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;

use super::super::entra;
use super::super::message::{Request, Response};
use super::super::settings::{Role, Settings};
use super::super::state::State;
use super::failure::failure;

/// How long a registry's tokens are valid.
const LIFETIME: Duration = Duration::from_hours(3);

/// Exchanges a token of the directory for a refresh token of the registry.
pub(super) fn exchange(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    request: &Request,
    authority: &str,
) -> Response {
    let form = |name: &str| request.form(name).unwrap_or_default();
    let known = entra::token_of(state, now, &form("access_token"));
    let fits = known.is_some_and(|token| {
        entra::is_for_resource_manager(settings, token)
            || token.audience == "https://containerregistry.azure.net"
    });
    if form("grant_type") != "access_token"
        || !form("service").eq_ignore_ascii_case(authority)
        || !fits
    {
        return failure(401, "UNAUTHORIZED", "authentication required");
    }
    let refresh = entra::issue(
        settings,
        state,
        now,
        &format!("refresh of {authority}"),
        LIFETIME,
    );
    Response::json(200, json!({"refresh_token": refresh.reveal()}))
}

/// Exchanges a refresh token for an access token. The refresh token is in a form, or it is the
/// password of a user whose id is all zeros.
pub(super) fn registry_token(
    settings: &Settings,
    state: &mut State,
    now: Timestamp,
    request: &Request,
    authority: &str,
) -> Response {
    let (refresh, service, scope) = if request.method == "POST" {
        let form = |name: &str| request.form(name).unwrap_or_default();
        if form("grant_type") != "refresh_token" {
            return failure(400, "UNSUPPORTED", "the grant type is not refresh_token");
        }
        (form("refresh_token"), form("service"), form("scope"))
    } else {
        let query = |name: &str| request.query(name).unwrap_or_default();
        (
            basic(request).unwrap_or_default(),
            query("service"),
            query("scope"),
        )
    };
    let known = entra::token_of(state, now, &refresh);
    let good = known.is_some_and(|token| token.audience == format!("refresh of {authority}"));
    if !good || !service.eq_ignore_ascii_case(authority) {
        return failure(401, "UNAUTHORIZED", "authentication required");
    }
    let granted: Vec<String> = scope.split(' ').map(|one| granted(settings, one)).collect();
    let audience = format!("access to {authority}: {}", granted.join(" "));
    let access = entra::issue(settings, state, now, &audience, LIFETIME);
    Response::json(200, json!({"access_token": access.reveal()}))
}

/// The scope without the actions that the client's role does not permit.
fn granted(settings: &Settings, scope: &str) -> String {
    let Some((repository, actions)) = scope.rsplit_once(':') else {
        return scope.to_owned();
    };
    let may = |action: &&str| *action == "pull" || settings.role != Role::Reader;
    let actions: Vec<&str> = actions.split(',').filter(may).collect();
    format!("{repository}:{}", actions.join(","))
}

/// The scopes of a request's access token at a registry.
fn scopes_of<'a>(
    state: &'a State,
    now: Timestamp,
    request: &Request,
    authority: &str,
) -> Option<&'a str> {
    let bearer = request.header("authorization")?.strip_prefix("Bearer ")?;
    let token = entra::token_of(state, now, bearer)?;
    token
        .audience
        .strip_prefix(&format!("access to {authority}: "))
}

/// Whether a request has a token for this action on a repository.
pub(super) fn is_authorised(
    state: &State,
    now: Timestamp,
    request: &Request,
    authority: &str,
    repository: Option<&str>,
    action: &str,
) -> bool {
    let Some(scopes) = scopes_of(state, now, request, authority) else {
        return false;
    };
    let Some(repository) = repository else {
        return true;
    };
    scopes.split(' ').any(|scope| {
        let actions = scope.strip_prefix(&format!("repository:{repository}:"));
        actions.is_some_and(|actions| actions.split(',').any(|one| one == action || one == "*"))
    })
}

/// The 401 response. It names the required scope, and says whether the request had a token for
/// another scope.
pub(super) fn challenge_of(
    state: &State,
    now: Timestamp,
    request: &Request,
    authority: &str,
    repository: Option<&str>,
    action: &str,
) -> Response {
    let scope = repository.map(|name| format!(",scope=\"repository:{name}:{action}\""));
    let scope = scope.unwrap_or_default();
    let error = scopes_of(state, now, request, authority).is_some();
    let error = if error {
        ",error=\"insufficient_scope\""
    } else {
        ""
    };
    let realm = format!("https://{authority}/oauth2/token");
    let text =
        "authentication required, visit https://aka.ms/acr/authorization for more information.";
    failure(401, "UNAUTHORIZED", text).with_header(
        "WWW-Authenticate",
        format!("Bearer realm=\"{realm}\",service=\"{authority}\"{scope}{error}"),
    )
}

fn basic(request: &Request) -> Option<String> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    text.split_once(':')
        .map(|(_, password)| password.to_owned())
}
