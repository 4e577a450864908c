//! A registry's tokens and repositories.

use reqwest::Url;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::hash::hex;
use super::super::{Body, Request, Response};
use super::World;

pub(super) const HOST: &str = "https://images.azurecr.io";

pub(super) fn prepared() -> World {
    let mut world = World::prepared();
    let body = json!({"location": "westeurope", "sku": {"name": "Basic"}});
    world.make(
        "Microsoft.ContainerRegistry/registries/images",
        "2023-07-01",
        &body,
    );
    world
}

pub(super) fn send(
    world: &mut World,
    method: &str,
    path: &str,
    token: &str,
    body: &[u8],
) -> Response {
    send_with(world, method, path, token, body, &[])
}

pub(super) fn send_with(
    world: &mut World,
    method: &str,
    path: &str,
    token: &str,
    body: &[u8],
    headers: &[(&str, &str)],
) -> Response {
    let url = Url::parse(HOST).and_then(|host| host.join(path));
    let mut request = Request::new(method, url.expect("an address"))
        .with_header("Authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.with_header(name, *value);
    }
    request.body = body.to_vec();
    world.cloud.handle(world.now, &request)
}

pub(super) fn post_form(world: &mut World, path: &str, pairs: &[(&str, &str)]) -> Response {
    let mut form = Url::parse("https://form").expect("an address");
    form.query_pairs_mut().extend_pairs(pairs);
    let body = form.query().unwrap_or_default().as_bytes().to_vec();
    send(world, "POST", path, "", &body)
}

pub(super) fn access(world: &mut World, scope: &str) -> String {
    let token = world.token.clone();
    let service = ("service", "images.azurecr.io");
    let answer = post_form(
        world,
        "/oauth2/exchange",
        &[
            ("grant_type", "access_token"),
            service,
            ("access_token", &token),
        ],
    );
    let refresh = answer.document()["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let answer = post_form(
        world,
        "/oauth2/token",
        &[
            ("grant_type", "refresh_token"),
            service,
            ("scope", scope),
            ("refresh_token", &refresh),
        ],
    );
    answer.document()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// A world with a registry, and a token for the repository `worker`.
pub(super) fn with_push_token() -> (World, String) {
    let mut world = prepared();
    let token = access(&mut world, "repository:worker:pull,push");
    (world, token)
}

pub(super) fn code(answer: &Response) -> &str {
    let code = answer.document()["errors"][0]["code"].as_str();
    code.unwrap_or_default()
}

pub(super) fn location(answer: &Response) -> String {
    answer.header("Location").expect("a location").to_owned()
}

pub(super) fn bytes(answer: &Response) -> &[u8] {
    match &answer.body {
        Body::Bytes(bytes) => bytes,
        other => panic!("{other:?}"),
    }
}

/// Uploads a blob in one request.
pub(super) fn put_blob(world: &mut World, token: &str, content: &[u8]) -> Response {
    let path = format!("/v2/worker/blobs/uploads/?digest={}", digest(content));
    send(world, "POST", &path, token, content)
}

pub(super) const KIND: &str = "application/vnd.oci.image.manifest.v1+json";

pub(super) fn put_manifest(world: &mut World, token: &str, name: &str, manifest: &str) -> Response {
    let path = format!("/v2/worker/manifests/{name}");
    let kind = [("Content-Type", KIND)];
    send_with(world, "PUT", &path, token, manifest.as_bytes(), &kind)
}

pub(super) fn manifest_of(config: &[u8]) -> String {
    let config = json!({"digest": digest(config)});
    json!({"schemaVersion": 2, "mediaType": KIND, "config": config, "layers": []}).to_string()
}

#[test]
fn a_manifest_needs_its_blobs_and_is_found_by_tag_and_by_digest() {
    let (mut world, token) = with_push_token();
    let manifest = manifest_of(b"{}");
    let early = put_manifest(&mut world, &token, "v1", &manifest);
    assert_eq!((early.status, code(&early)), (400, "MANIFEST_BLOB_UNKNOWN"));
    assert_eq!(put_blob(&mut world, &token, b"{}").status, 201);
    assert_eq!(
        put_manifest(&mut world, &token, "v1", &manifest).status,
        201
    );
    let by_digest = digest(manifest.as_bytes());
    for name in ["v1", &by_digest] {
        let path = format!("/v2/worker/manifests/{name}");
        let found = send(&mut world, "HEAD", &path, &token, b"");
        assert_eq!(found.header("Docker-Content-Digest"), Some(&*by_digest));
        assert_eq!(found.header("Content-Type"), Some(KIND));
        let length = manifest.len().to_string();
        assert_eq!(found.header("Content-Length"), Some(&*length));
        let read = send(&mut world, "GET", &path, &token, b"");
        assert_eq!(bytes(&read), manifest.as_bytes());
    }
}

#[test]
fn a_manifest_is_only_returned_if_the_client_accepts_its_type() {
    let (mut world, token) = with_push_token();
    put_blob(&mut world, &token, b"{}");
    put_manifest(&mut world, &token, "v1", &manifest_of(b"{}"));
    let mut status = |accept: &str| {
        let headers = [("Accept", accept)];
        let path = "/v2/worker/manifests/v1";
        send_with(&mut world, "GET", path, &token, b"", &headers).status
    };
    assert_eq!(
        status("application/vnd.docker.distribution.manifest.v2+json"),
        404
    );
    assert_eq!(status(&format!("text/plain, {KIND};q=0.5")), 200);
    assert_eq!(status("*/*"), 200);
}

#[test]
fn an_invalid_manifest_is_refused() {
    let (mut world, token) = with_push_token();
    put_blob(&mut world, &token, b"{}");
    let good = manifest_of(b"{}");
    let wrong_digest = put_manifest(&mut world, &token, &digest(b"other"), &good);
    assert_eq!(
        (wrong_digest.status, code(&wrong_digest)),
        (400, "DIGEST_INVALID")
    );
    let path = "/v2/worker/manifests/v1";
    let untyped = send(&mut world, "PUT", path, &token, good.as_bytes());
    assert_eq!((untyped.status, code(&untyped)), (400, "MANIFEST_INVALID"));
    for wrong in [
        "no document",
        &good.replace(KIND, "another"),
        &good.replace('2', "1"),
    ] {
        let refused = put_manifest(&mut world, &token, "v1", wrong);
        assert_eq!((refused.status, code(&refused)), (400, "MANIFEST_INVALID"));
    }
    let large = put_manifest(&mut world, &token, "v1", &" ".repeat((4 << 20) + 1));
    assert_eq!((large.status, code(&large)), (413, "SIZE_INVALID"));
}

#[test]
fn invalid_names_are_refused() {
    let mut world = prepared();
    let mut refused = |repository: &str, rest: &str| {
        let token = access(&mut world, &format!("repository:{repository}:pull"));
        let path = format!("/v2/{repository}/{rest}");
        let answer = send(&mut world, "GET", &path, &token, b"");
        (answer.status, code(&answer).to_owned())
    };
    let of = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(refused("Worker", "tags/list"), of(400, "NAME_INVALID"));
    assert_eq!(refused("a..b", "tags/list"), of(400, "NAME_INVALID"));
    assert_eq!(
        refused("worker", "blobs/sha256:1"),
        of(400, "DIGEST_INVALID")
    );
    assert_eq!(
        refused("worker", "manifests/sha256:1"),
        of(400, "DIGEST_INVALID")
    );
    assert_eq!(refused("worker", "manifests/-v1"), of(400, "TAG_INVALID"));
    assert_eq!(refused("worker", "tags/list"), of(404, "NAME_UNKNOWN"));
    assert_eq!(refused("worker", "nothing"), of(404, "UNSUPPORTED"));
}

#[test]
fn tags_are_listed_in_order_and_page_by_page() {
    let (mut world, token) = with_push_token();
    put_blob(&mut world, &token, b"{}");
    for tag in ["b", "c", "a"] {
        put_manifest(&mut world, &token, tag, &manifest_of(b"{}"));
    }
    let mut list = |query: &str| {
        let path = format!("/v2/worker/tags/list{query}");
        let answer = send(&mut world, "GET", &path, &token, b"");
        let link = answer.header("Link").map(str::to_owned);
        (answer.document()["tags"].clone(), link)
    };
    assert_eq!(list(""), (json!(["a", "b", "c"]), None));
    let next = "</v2/worker/tags/list?last=b&n=2>; rel=\"next\"".to_owned();
    assert_eq!(list("?n=2"), (json!(["a", "b"]), Some(next)));
    assert_eq!(list("?last=b&n=2"), (json!(["c"]), None));
}

#[test]
fn the_challenge_names_the_token_that_is_needed() {
    let mut world = prepared();
    let challenge = |answer: &Response| {
        let header = answer.header("WWW-Authenticate");
        (answer.status, header.unwrap_or_default().to_owned())
    };
    let base =
        "Bearer realm=\"https://images.azurecr.io/oauth2/token\",service=\"images.azurecr.io\"";
    let asked = send(&mut world, "GET", "/v2/", "", b"");
    assert_eq!(challenge(&asked), (401, base.to_owned()));
    let token = access(&mut world, "repository:worker:pull");
    assert_eq!(send(&mut world, "GET", "/v2/", &token, b"").status, 200);
    let asked = send(&mut world, "POST", "/v2/worker/blobs/uploads/", &token, b"");
    let lacks = format!("{base},scope=\"repository:worker:push\",error=\"insufficient_scope\"");
    assert_eq!(challenge(&asked), (401, lacks));
}

#[test]
fn a_token_is_valid_only_for_its_scope() {
    let mut world = prepared();
    let token = access(&mut world, "repository:worker:pull");
    let status =
        |world: &mut World, method: &str, path: &str| send(world, method, path, &token, b"").status;
    assert_eq!(status(&mut world, "GET", "/v2/worker/manifests/none"), 404);
    assert_eq!(status(&mut world, "POST", "/v2/worker/blobs/uploads/"), 401);
    assert_eq!(status(&mut world, "GET", "/v2/other/manifests/none"), 401);
    let wrong = [
        ("grant_type", "access_token"),
        ("service", "images.azurecr.io"),
        ("access_token", "invented"),
    ];
    assert_eq!(
        post_form(&mut world, "/oauth2/exchange", &wrong).status,
        401
    );
}
