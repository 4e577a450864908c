//! What a container registry answers itself: its tokens, and the distribution API of the Open
//! Container Initiative.
//!
//! A registry is found by the authority of the request, which is what
//! [`Hooks::login_server`](super::Hooks::login_server) says of it. Registries that share an
//! authority are one.

mod blobs;
mod content;
mod place;
mod storage;
mod token;
mod upload;

use jiff::Timestamp;
use serde_json::json;

use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::state::Progress;

use place::Place;

use crate::azure::resource_type;
pub use blobs::Blobs;
pub(super) use content::Content;
pub(super) use upload::Uploads;

impl Cloud {
    /// The answer of a registry, if one is asked.
    pub(super) fn registry_api(&mut self, now: Timestamp, request: &Request) -> Option<Response> {
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
        if !self.serves(&authority) {
            return Some(failure(404, "NAME_UNKNOWN", "there is no such registry"));
        }
        Some(match (*first, rest) {
            ("oauth2", ["exchange"]) => self.exchange(now, request, &authority),
            ("oauth2", _) => self.registry_token(now, request, &authority),
            _ => self.distribution(now, request, &authority, rest),
        })
    }

    fn serves(&self, authority: &str) -> bool {
        let registries = self.state.resources.values().filter(|one| {
            one.kind == resource_type::REGISTRY
                && matches!(one.progress, Progress::Succeeded | Progress::Updating)
        });
        let mut names = registries.map(|one| ResourceId::parse(&one.id).name().to_owned());
        names.any(|name| {
            self.settings
                .login_server(&name)
                .eq_ignore_ascii_case(authority)
        })
    }

    fn distribution(
        &mut self,
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
        if !self.may(now, request, authority, repository, action) {
            return self.challenge_of(now, request, authority, repository, action);
        }
        let answer = match place {
            None => Response::json(200, json!({})),
            Some(place) => match place.checked() {
                Ok(()) => self.stored(now, request, authority, &place),
                Err(refusal) => refusal,
            },
        };
        answer.with_header("Docker-Distribution-Api-Version", "registry/2.0")
    }
}

/// Host and port that a request is for.
pub(super) fn authority_of(request: &Request) -> String {
    let host = request.url.host_str().unwrap_or_default();
    request
        .url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// An error as registries write it.
pub(super) fn failure(status: u16, code: &str, message: &str) -> Response {
    Response::json(
        status,
        json!({"errors": [{"code": code, "message": message}]}),
    )
}
