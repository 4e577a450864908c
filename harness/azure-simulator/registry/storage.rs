//! The bytes of blobs, in a storage account. The registry issues an address that anyone can read
//! from for some minutes.
//!
//! <https://learn.microsoft.com/azure/container-registry/container-registry-dedicated-data-endpoints>

use std::time::Duration;

use jiff::Timestamp;

use super::super::entra;
use super::super::message::{Body, Request, Response};
use super::super::settings::Settings;
use super::super::state::State;
use super::blobs::Blobs;

/// How long an address is valid.
const LIFETIME: Duration = Duration::from_mins(20);

/// An existing blob: its length for a `HEAD`, otherwise a redirect to its address.
pub(super) fn blob(
    settings: &Settings,
    state: &mut State,
    blobs: &Blobs,
    now: Timestamp,
    request: &Request,
    authority: &str,
    digest: &str,
) -> Response {
    if request.method == "HEAD" {
        let length = blobs.length(digest).unwrap_or_default();
        return Response::empty(200)
            .with_header("Content-Length", length.to_string())
            .with_header("Content-Type", "application/octet-stream")
            .with_header("Docker-Content-Digest", digest);
    }
    let hex = digest.trim_start_matches("sha256:");
    let path = format!(
        "registry/docker/registry/v2/blobs/sha256/{}/{hex}/data",
        &hex[..2]
    );
    let signature = entra::issue(settings, state, now, &format!("bytes of {hex}"), LIFETIME);
    let sig = signature.reveal();
    let location = format!("https://{authority}/{path}?sp=r&sig={sig}");
    Response::empty(307).with_header("Location", location)
}

/// Answers a request to the storage account: all bytes, or a range. Returns `None` for another
/// path.
pub(in super::super) fn storage(
    state: &State,
    blobs: &Blobs,
    now: Timestamp,
    request: &Request,
) -> Option<Response> {
    let segments = request.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let [
        _,
        "docker",
        "registry",
        "v2",
        "blobs",
        "sha256",
        _,
        hex,
        "data",
    ] = parts.as_slice()
    else {
        return None;
    };
    let signature = request.query("sig").unwrap_or_default();
    let good = entra::token_of(state, now, &signature);
    if good.is_none_or(|token| token.audience != format!("bytes of {hex}")) {
        return Some(failed(403, "AuthenticationFailed"));
    }
    let Ok(bytes) = blobs.bytes(&format!("sha256:{hex}")) else {
        return Some(failed(404, "BlobNotFound"));
    };
    let Some(range) = request.header("range") else {
        return Some(sent(200, bytes));
    };
    let Some((from, to)) = range_of(range, bytes.len()) else {
        return Some(failed(416, "InvalidRange"));
    };
    let shown = format!("bytes {from}-{}/{}", to - 1, bytes.len());
    Some(sent(206, bytes[from..to].to_vec()).with_header("Content-Range", shown))
}

/// The start and the excluded end of a range. `None` if it starts after the end of the bytes.
fn range_of(header: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = header.strip_prefix("bytes=")?.split_once('-')?;
    let from: usize = from.parse().ok()?;
    let to = match to {
        "" => length,
        to => to.parse::<usize>().ok()?.saturating_add(1).min(length),
    };
    (from < to).then_some((from, to))
}

fn sent(status: u16, bytes: Vec<u8>) -> Response {
    let body = Body::Bytes(bytes);
    Response {
        body,
        ..Response::empty(status)
    }
    .with_header("Accept-Ranges", "bytes")
    .with_header("Content-Type", "application/octet-stream")
}

/// An error in the format of storage accounts.
fn failed(status: u16, code: &str) -> Response {
    let text =
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code></Error>");
    let body = Body::Bytes(text.into_bytes());
    Response {
        body,
        ..Response::empty(status)
    }
    .with_header("Content-Type", "application/xml")
}
