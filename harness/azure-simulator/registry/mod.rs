//! The endpoints of a container registry: its tokens, and the distribution API of the Open
//! Container Initiative.
//!
//! The host and port of a request select the registry.
//! [`Hooks::login_server`](super::Hooks::login_server) defines them. Registries with the same host
//! and port are one.

pub(super) mod blobs;
pub(super) mod content;
pub(super) mod failure;
mod repository_path;
mod storage;
mod token;
pub(super) mod upload;

use azure::resource_type;
use failure::failure;
use jiff::Timestamp;
use repository_path::{Part, RepositoryPath};
use serde_json::json;

use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::settings::Settings;
use super::state::{Progress, State};
pub use blobs::Blobs;
pub(super) use storage::storage;

/// Answers a request to a registry. Returns `None` for another path.
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
        return Some(failure(404, "NAME_UNKNOWN", "the registry does not exist"));
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
    let path = match parts {
        [] => None,
        parts => match RepositoryPath::of(parts) {
            Some(path) => Some(path),
            None => return failure(404, "UNSUPPORTED", "the operation is unsupported"),
        },
    };
    let reads = matches!(request.method.as_str(), "GET" | "HEAD");
    let uploads = path.as_ref().is_some_and(RepositoryPath::is_upload);
    let action = if reads && !uploads { "pull" } else { "push" };
    let repository = path.as_ref().map(|path| path.repository.as_str());
    if !token::is_authorised(&cloud.state, now, request, authority, repository, action) {
        return token::challenge_of(&cloud.state, now, request, authority, repository, action);
    }
    let answer = match path {
        None => Response::json(200, json!({})),
        Some(path) => match path.checked() {
            Ok(()) => repository_api(cloud, now, request, authority, &path),
            Err(refusal) => refusal,
        },
    };
    answer.with_header("Docker-Distribution-Api-Version", "registry/2.0")
}

/// Host and port of a request.
fn authority_of(request: &Request) -> String {
    let host = request.url.host_str().unwrap_or_default();
    request
        .url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Answers an authorised request to a repository.
fn repository_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    authority: &str,
    path: &RepositoryPath,
) -> Response {
    let Cloud {
        settings,
        state,
        blobs,
        uploads,
        ..
    } = cloud;
    match (request.method.as_str(), &path.part) {
        ("GET" | "HEAD", Part::Blob(digest)) => {
            if !state.content.has_blob(&path.repository, digest) {
                return failure(404, "BLOB_UNKNOWN", "blob unknown to registry");
            }
            storage::blob(settings, state, blobs, now, request, authority, digest)
        }
        ("POST", Part::Upload(None)) => {
            upload::begin_upload(state, blobs, uploads, now, request, authority, path)
        }
        (_, Part::Upload(Some(id))) => {
            upload::continue_upload(&mut state.content, blobs, uploads, request, path, id)
        }
        ("PUT", Part::Manifest(name)) => state.content.store_manifest(blobs, request, path, name),
        ("GET" | "HEAD", Part::Manifest(name)) => {
            state.content.manifest(blobs, request, path, name)
        }
        ("GET", Part::Tags) => state.content.tags(request, path),
        _ => failure(405, "UNSUPPORTED", "the operation is unsupported"),
    }
}
