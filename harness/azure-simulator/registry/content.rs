//! Repositories: their blobs, manifests and tags.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::hash::hex;
use super::super::message::{Body, Request, Response};
use super::blobs::Blobs;
use super::failure::failure;
use super::repository_path::{RepositoryPath, invalid_digest};

/// The maximum size of a manifest in bytes.
const LARGEST: usize = 4 << 20;

/// The content of the repositories, without the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct Content(BTreeMap<String, Repository>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Repository {
    pub(super) blobs: BTreeSet<String>,
    /// Media types by digest.
    manifests: BTreeMap<String, String>,
    /// Digests by tag.
    tags: BTreeMap<String, String>,
}

impl Content {
    pub(super) fn has_blob(&self, repository: &str, digest: &str) -> bool {
        let found = self.0.get(repository);
        found.is_some_and(|one| one.blobs.contains(digest))
    }

    fn repository(&self, path: &RepositoryPath) -> Option<&Repository> {
        self.0.get(&path.repository)
    }

    /// A repository. It is created with its first content.
    pub(super) fn repository_mut(&mut self, path: &RepositoryPath) -> &mut Repository {
        let all = &mut self.0;
        all.entry(path.repository.clone()).or_default()
    }

    pub(super) fn store_manifest(
        &mut self,
        blobs: &mut Blobs,
        request: &Request,
        path: &RepositoryPath,
        name: &str,
    ) -> Response {
        let digest = digest_of(&request.body);
        let by_digest = name.contains(':');
        if by_digest && name != digest {
            return invalid_digest();
        }
        if request.body.len() > LARGEST {
            return failure(413, "SIZE_INVALID", "manifest is too large");
        }
        let invalid = || failure(400, "MANIFEST_INVALID", "manifest invalid");
        let Some(kind) = request.header("content-type") else {
            return invalid();
        };
        let Ok(manifest) = serde_json::from_slice::<Value>(&request.body) else {
            return invalid();
        };
        let other = manifest["mediaType"].as_str().is_some_and(|it| it != kind);
        if other || manifest["schemaVersion"] != 2 {
            return invalid();
        }
        if let Some(missing) = self.missing_digest(path, &manifest) {
            let message = format!("blob unknown to registry: {missing}");
            return failure(400, "MANIFEST_BLOB_UNKNOWN", &message);
        }
        if let Err(error) = blobs.store(&digest, &request.body) {
            return failure(500, "UNKNOWN", &error.to_string());
        }
        let repository = self.repository_mut(path);
        repository.manifests.insert(digest.clone(), kind.to_owned());
        if !by_digest {
            repository.tags.insert(name.to_owned(), digest.clone());
        }
        created(path, "manifests", &digest)
    }

    /// A digest in the manifest that the repository does not have.
    fn missing_digest(&self, path: &RepositoryPath, manifest: &Value) -> Option<String> {
        let lists = ["layers", "manifests"].map(|list| manifest[list].as_array());
        let parts = lists
            .into_iter()
            .flatten()
            .flatten()
            .chain([&manifest["config"]]);
        let mut digests = parts.filter_map(|part| part["digest"].as_str());
        let repository = self.repository(path);
        let has = |digest: &str| {
            repository
                .is_some_and(|one| one.blobs.contains(digest) || one.manifests.contains_key(digest))
        };
        digests.find(|digest| !has(digest)).map(str::to_owned)
    }

    /// A manifest by tag or digest, if the client accepts its media type.
    pub(super) fn manifest(
        &self,
        blobs: &Blobs,
        request: &Request,
        path: &RepositoryPath,
        name: &str,
    ) -> Response {
        let unknown = |why: &str| failure(404, "MANIFEST_UNKNOWN", why);
        let repository = self.repository(path);
        let digest = repository.and_then(|one| one.tags.get(name));
        let digest = digest.map_or(name, String::as_str);
        let kind = repository.and_then(|one| one.manifests.get(digest));
        let Some(kind) = kind else {
            return unknown(&format!("manifest {name} is not found"));
        };
        let taken = |accept: &str| {
            let mut kinds = accept.split(',').map(|it| it.split(';').next());
            kinds.any(|it| it.is_some_and(|it| ["*/*", kind.as_str()].contains(&it.trim())))
        };
        if !request.header("accept").is_none_or(taken) {
            return unknown("manifest found, but accept header does not support its type");
        }
        let Ok(bytes) = blobs.bytes(digest) else {
            return unknown("the bytes of the manifest are missing");
        };
        let answer = if request.method == "HEAD" {
            Response::empty(200).with_header("Content-Length", bytes.len().to_string())
        } else {
            Response {
                body: Body::Bytes(bytes),
                ..Response::empty(200)
            }
        };
        answer
            .with_header("Content-Type", kind)
            .with_header("Docker-Content-Digest", digest)
    }

    /// The tags of a repository in order: at most `n`, after the tag `last`.
    pub(super) fn tags(&self, request: &Request, path: &RepositoryPath) -> Response {
        let Some(repository) = self.repository(path) else {
            let message = "repository name not known to registry";
            return failure(404, "NAME_UNKNOWN", message);
        };
        let last = request.query("last").unwrap_or_default();
        let most = request.query("n").and_then(|n| n.parse().ok());
        let mut tags = repository.tags.keys().filter(|tag| **tag > last);
        let page: Vec<&String> = tags.by_ref().take(most.unwrap_or(usize::MAX)).collect();
        let name = &path.repository;
        let answer = Response::json(200, json!({"name": name, "tags": page}));
        match (page.last(), tags.next(), most) {
            (Some(last), Some(_), Some(most)) => {
                let next = format!("</v2/{name}/tags/list?last={last}&n={most}>; rel=\"next\"");
                answer.with_header("Link", next)
            }
            _ => answer,
        }
    }
}

/// The response to a stored blob or manifest.
pub(super) fn created(path: &RepositoryPath, part: &str, digest: &str) -> Response {
    let location = format!("/v2/{}/{part}/{digest}", path.repository);
    let answer = Response::empty(201).with_header("Location", location);
    answer.with_header("Docker-Content-Digest", digest)
}

pub(super) fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}
