//! Blobs on their way to a repository: at once, in parts, or from another repository.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs>

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::message::{Request, Response};
use super::super::state::State;
use super::blobs::Blobs;
use super::content::{Content, created, digest_of};
use super::failure::failure;
use super::place::{Place, invalid_digest};
use super::token;

/// Uploads that are under way, by their ids; they end with the process.
#[derive(Debug, Default)]
pub(in super::super) struct Uploads(BTreeMap<String, Upload>);

#[derive(Debug)]
struct Upload {
    repository: String,
    bytes: Vec<u8>,
}

/// Begins an upload, or takes all of a blob, or has it from another repository.
pub(super) fn begin_upload(
    state: &mut State,
    blobs: &mut Blobs,
    uploads: &mut Uploads,
    now: Timestamp,
    request: &Request,
    authority: &str,
    place: &Place,
) -> Response {
    if let Some(digest) = request.query("digest") {
        return keep_blob(
            &mut state.content,
            blobs,
            place,
            &request.body,
            Some(&digest),
        );
    }
    if let (Some(digest), Some(from)) = (request.query("mount"), request.query("from"))
        && state.content.holds(&from, &digest)
        && token::may(state, now, request, authority, Some(&from), "pull")
    {
        state
            .content
            .repository_mut(place)
            .blobs
            .insert(digest.clone());
        return created(place, "blobs", &digest);
    }
    let id = state.next_id("upload");
    let upload = Upload {
        repository: place.repository.clone(),
        bytes: Vec::new(),
    };
    let answer = announced(Response::empty(202), place, &id, &upload);
    uploads.0.insert(id, upload);
    answer
}

/// Looks at an upload, adds to it, ends it or gives it up.
pub(super) fn go_on(
    content: &mut Content,
    blobs: &mut Blobs,
    uploads: &mut Uploads,
    request: &Request,
    place: &Place,
    id: &str,
) -> Response {
    let known = uploads.0.get_mut(id);
    let Some(upload) = known.filter(|one| one.repository == place.repository) else {
        let message = "blob upload unknown to registry";
        return failure(404, "BLOB_UPLOAD_UNKNOWN", message);
    };
    match request.method.as_str() {
        "GET" => announced(Response::empty(204), place, id, upload),
        "DELETE" => {
            uploads.0.remove(id);
            Response::empty(204)
        }
        "PATCH" => match upload.add(request) {
            Ok(()) => announced(Response::empty(202), place, id, upload),
            Err(refusal) => announced(refusal, place, id, upload),
        },
        "PUT" => {
            if request.query("digest").is_none() {
                return invalid_digest();
            }
            if let Err(refusal) = upload.add(request) {
                return announced(refusal, place, id, upload);
            }
            let bytes = uploads.0.remove(id).map(|one| one.bytes);
            let digest = request.query("digest");
            keep_blob(
                content,
                blobs,
                place,
                &bytes.unwrap_or_default(),
                digest.as_deref(),
            )
        }
        _ => failure(405, "UNSUPPORTED", "the operation is unsupported"),
    }
}

fn keep_blob(
    content: &mut Content,
    blobs: &mut Blobs,
    place: &Place,
    bytes: &[u8],
    wanted: Option<&str>,
) -> Response {
    let digest = digest_of(bytes);
    if wanted != Some(digest.as_str()) {
        return invalid_digest();
    }
    if let Err(error) = blobs.keep(&digest, bytes) {
        return failure(500, "UNKNOWN", &error.to_string());
    }
    content.repository_mut(place).blobs.insert(digest.clone());
    created(place, "blobs", &digest)
}

impl Upload {
    /// Adds a part, which has to begin where the last one ended.
    fn add(&mut self, request: &Request) -> Result<(), Response> {
        let has = self.bytes.len();
        let Some(state) = request.query("_state") else {
            return Err(failure(404, "BLOB_UPLOAD_INVALID", "blob upload invalid"));
        };
        let range = request.header("content-range").map(|range| {
            let (from, to) = range.split_once('-')?;
            Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?))
        });
        let fits = match range {
            None => true,
            Some(Some((from, to))) => from == has && to + 1 == has + request.body.len(),
            Some(None) => false,
        };
        if !fits || state != has.to_string() {
            return Err(failure(416, "RANGE_INVALID", "invalid content range"));
        }
        self.bytes.extend_from_slice(&request.body);
        Ok(())
    }
}

/// An answer with where an upload goes on. The address changes with each part, as Azure's does.
fn announced(answer: Response, place: &Place, id: &str, upload: &Upload) -> Response {
    let (name, has) = (&place.repository, upload.bytes.len());
    let location = format!("/v2/{name}/blobs/uploads/{id}?_nouploadcache=false&_state={has}");
    answer
        .with_header("Location", location)
        .with_header("Docker-Upload-UUID", id)
        .with_header("Range", format!("0-{}", has.saturating_sub(1)))
}
