//! Uploads of blobs: in one request, in parts, or copied from another repository.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs>

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::message::{Request, Response};
use super::super::state::State;
use super::blobs::Blobs;
use super::content::{Content, created, digest_of};
use super::failure::failure;
use super::repository_path::{RepositoryPath, invalid_digest};
use super::token;

/// Uploads in progress by their ids. They are lost when the process ends.
#[derive(Debug, Default)]
pub(in super::super) struct Uploads(BTreeMap<String, Upload>);

#[derive(Debug)]
struct Upload {
    repository: String,
    bytes: Vec<u8>,
}

/// Starts an upload, stores a whole blob, or copies a blob from another repository.
pub(super) fn begin_upload(
    state: &mut State,
    blobs: &mut Blobs,
    uploads: &mut Uploads,
    now: Timestamp,
    request: &Request,
    authority: &str,
    path: &RepositoryPath,
) -> Response {
    if let Some(digest) = request.query("digest") {
        return store_blob(
            &mut state.content,
            blobs,
            path,
            &request.body,
            Some(&digest),
        );
    }
    if let (Some(digest), Some(from)) = (request.query("mount"), request.query("from"))
        && state.content.has_blob(&from, &digest)
        && token::is_authorised(state, now, request, authority, Some(&from), "pull")
    {
        state
            .content
            .repository_mut(path)
            .blobs
            .insert(digest.clone());
        return created(path, "blobs", &digest);
    }
    let id = state.next_id("upload");
    let upload = Upload {
        repository: path.repository.clone(),
        bytes: Vec::new(),
    };
    let answer = announced(Response::empty(202), path, &id, &upload);
    uploads.0.insert(id, upload);
    answer
}

/// Shows, continues, ends or cancels an upload.
pub(super) fn continue_upload(
    content: &mut Content,
    blobs: &mut Blobs,
    uploads: &mut Uploads,
    request: &Request,
    path: &RepositoryPath,
    id: &str,
) -> Response {
    let known = uploads.0.get_mut(id);
    let Some(upload) = known.filter(|one| one.repository == path.repository) else {
        let message = "blob upload unknown to registry";
        return failure(404, "BLOB_UPLOAD_UNKNOWN", message);
    };
    match request.method.as_str() {
        "GET" => announced(Response::empty(204), path, id, upload),
        "DELETE" => {
            uploads.0.remove(id);
            Response::empty(204)
        }
        "PATCH" => match upload.add(request) {
            Ok(()) => announced(Response::empty(202), path, id, upload),
            Err(refusal) => announced(refusal, path, id, upload),
        },
        "PUT" => {
            if request.query("digest").is_none() {
                return invalid_digest();
            }
            if let Err(refusal) = upload.add(request) {
                return announced(refusal, path, id, upload);
            }
            let bytes = uploads.0.remove(id).map(|one| one.bytes);
            let digest = request.query("digest");
            store_blob(
                content,
                blobs,
                path,
                &bytes.unwrap_or_default(),
                digest.as_deref(),
            )
        }
        _ => failure(405, "UNSUPPORTED", "the operation is unsupported"),
    }
}

fn store_blob(
    content: &mut Content,
    blobs: &mut Blobs,
    path: &RepositoryPath,
    bytes: &[u8],
    wanted: Option<&str>,
) -> Response {
    let digest = digest_of(bytes);
    if wanted != Some(digest.as_str()) {
        return invalid_digest();
    }
    if let Err(error) = blobs.store(&digest, bytes) {
        return failure(500, "UNKNOWN", &error.to_string());
    }
    content.repository_mut(path).blobs.insert(digest.clone());
    created(path, "blobs", &digest)
}

impl Upload {
    /// Adds a part. It must start where the previous one ended.
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

/// Adds the address for the next part. As in Azure, it changes with each part.
fn announced(answer: Response, path: &RepositoryPath, id: &str, upload: &Upload) -> Response {
    let (name, has) = (&path.repository, upload.bytes.len());
    let location = format!("/v2/{name}/blobs/uploads/{id}?_nouploadcache=false&_state={has}");
    answer
        .with_header("Location", location)
        .with_header("Docker-Upload-UUID", id)
        .with_header("Range", format!("0-{}", has.saturating_sub(1)))
}
