//! What a container registry answers itself: its tokens, and the distribution API of the Open
//! Container Initiative.
//!
//! A registry is found by the authority of the request, which is what
//! [`Hooks::login_server`](super::Hooks::login_server) says of it. Registries that share an
//! authority are one.

pub(super) mod blobs;
pub(super) mod content;
pub(super) mod failure;
mod place;
mod storage;
mod token;
pub(super) mod upload;

use azure::resource_type;
use failure::failure;
use jiff::Timestamp;
use place::{Part, Place};
use serde_json::json;

use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::settings::Settings;
use super::state::{Progress, State};
pub use blobs::Blobs;
pub(super) use storage::storage;

/// The answer of a registry, if one is asked.
pub(super) fn registry_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
) -> Option<Response> {
    let segments = request.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (first, rest) = parts.split_first()?;
    let asked = matches!(
        (*first, rest),
        ("v2", _) | ("oauth2", ["exchange" | "token"])
    );
    if !asked {
        return None;
    }
    let authority = authority_of(request);
    if !serves(&cloud.settings, &cloud.state, &authority) {
        return Some(failure(404, "NAME_UNKNOWN", "there is no such registry"));
    }
    Some(match (*first, rest) {
        ("oauth2", ["exchange"]) => {
            token::exchange(&cloud.settings, &mut cloud.state, now, request, &authority)
        }
        ("oauth2", _) => {
            token::registry_token(&cloud.settings, &mut cloud.state, now, request, &authority)
        }
        _ => distribution(cloud, now, request, &authority, rest),
    })
}

fn serves(settings: &Settings, state: &State, authority: &str) -> bool {
    let registries = state.resources.values().filter(|one| {
        one.kind == resource_type::REGISTRY
            && matches!(one.progress, Progress::Succeeded | Progress::Updating)
    });
    let mut names = registries.map(|one| ResourceId::parse(&one.id).name().to_owned());
    names.any(|name| settings.login_server(&name).eq_ignore_ascii_case(authority))
}

fn distribution(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    authority: &str,
    parts: &[&str],
) -> Response {
    let place = match parts {
        [] => None,
        parts => match Place::of(parts) {
            Some(place) => Some(place),
            None => return failure(404, "UNSUPPORTED", "the operation is unsupported"),
        },
    };
    let reads = matches!(request.method.as_str(), "GET" | "HEAD");
    let uploads = place.as_ref().is_some_and(Place::is_upload);
    let action = if reads && !uploads { "pull" } else { "push" };
    let repository = place.as_ref().map(|place| place.repository.as_str());
    if !token::may(&cloud.state, now, request, authority, repository, action) {
        return token::challenge_of(&cloud.state, now, request, authority, repository, action);
    }
    let answer = match place {
        None => Response::json(200, json!({})),
        Some(place) => match place.checked() {
            Ok(()) => stored(cloud, now, request, authority, &place),
            Err(refusal) => refusal,
        },
    };
    answer.with_header("Docker-Distribution-Api-Version", "registry/2.0")
}

/// Host and port that a request is for.
fn authority_of(request: &Request) -> String {
    let host = request.url.host_str().unwrap_or_default();
    request
        .url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The answer of a repository to who may ask.
fn stored(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    authority: &str,
    place: &Place,
) -> Response {
    let Cloud {
        settings,
        state,
        blobs,
        uploads,
        ..
    } = cloud;
    match (request.method.as_str(), &place.part) {
        ("GET" | "HEAD", Part::Blob(digest)) => {
            if !state.content.holds(&place.repository, digest) {
                return failure(404, "BLOB_UNKNOWN", "blob unknown to registry");
            }
            storage::blob(settings, state, blobs, now, request, authority, digest)
        }
        ("POST", Part::Upload(None)) => {
            upload::begin_upload(state, blobs, uploads, now, request, authority, place)
        }
        (_, Part::Upload(Some(id))) => {
            upload::go_on(&mut state.content, blobs, uploads, request, place, id)
        }
        ("PUT", Part::Manifest(name)) => state.content.keep_manifest(blobs, request, place, name),
        ("GET" | "HEAD", Part::Manifest(name)) => {
            state.content.manifest(blobs, request, place, name)
        }
        ("GET", Part::Tags) => state.content.tags(request, place),
        _ => failure(405, "UNSUPPORTED", "the operation is unsupported"),
    }
}
