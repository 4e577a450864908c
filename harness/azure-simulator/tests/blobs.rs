//! Blobs in a registry.

use super::registry::{
    access, bytes, code, digest, location, put_blob, send, send_with, with_push_token,
};

#[test]
fn a_part_of_a_blob_starts_where_the_previous_one_ended() {
    let (mut world, token) = with_push_token();
    let begun = send(&mut world, "POST", "/v2/worker/blobs/uploads/", &token, b"");
    assert_eq!((begun.status, begun.header("Range")), (202, Some("0-0")));
    let mut part = |method: &str, at: &str, range: &str, content: &[u8]| {
        let headers = [("Content-Range", range)];
        send_with(&mut world, method, at, &token, content, &headers)
    };
    let first = location(&begun);
    let early = part("PATCH", &first, "3-5", b"def");
    assert_eq!((early.status, early.header("Range")), (416, Some("0-0")));
    let added = part("PATCH", &first, "0-2", b"abc");
    assert_eq!((added.status, added.header("Range")), (202, Some("0-2")));
    let second = location(&added);
    assert_ne!(second, first, "the address contains the position");
    assert_eq!(
        part("PATCH", &first, "0-2", b"abc").status,
        416,
        "the part was already sent"
    );
    assert_eq!(
        part("PATCH", &second, "3-9", b"def").status,
        416,
        "the range is longer than the body"
    );
    let end = format!("{second}&digest={}", digest(b"abcdef"));
    let done = part("PUT", &end, "3-5", b"def");
    assert_eq!(done.status, 201);
    assert_eq!(
        location(&done),
        format!("/v2/worker/blobs/{}", digest(b"abcdef"))
    );
    let path = location(&done);
    let found = send(&mut world, "HEAD", &path, &token, b"");
    assert_eq!(
        (found.status, found.header("Content-Length")),
        (200, Some("6"))
    );
    assert_eq!(
        send(&mut world, "GET", &second, &token, b"").status,
        404,
        "the upload has ended"
    );
}

#[test]
fn an_upload_can_be_polled_and_cancelled_and_belongs_to_its_repository() {
    let (mut world, token) = with_push_token();
    let begun = send(&mut world, "POST", "/v2/worker/blobs/uploads/", &token, b"");
    let added = send(&mut world, "PATCH", &location(&begun), &token, b"abc");
    let polled = send(&mut world, "GET", &location(&begun), &token, b"");
    assert_eq!((polled.status, polled.header("Range")), (204, Some("0-2")));
    assert_eq!(location(&polled), location(&added));
    let other = access(&mut world, "repository:other:pull,push");
    let elsewhere = location(&added).replace("worker", "other");
    let other_repository = send(&mut world, "GET", &elsewhere, &other, b"");
    assert_eq!(
        (other_repository.status, code(&other_repository)),
        (404, "BLOB_UPLOAD_UNKNOWN")
    );
    assert_eq!(
        send(&mut world, "DELETE", &location(&added), &token, b"").status,
        204
    );
    let gone = send(&mut world, "PATCH", &location(&added), &token, b"def");
    assert_eq!((gone.status, code(&gone)), (404, "BLOB_UPLOAD_UNKNOWN"));
}

#[test]
fn a_blob_that_does_not_match_its_digest_is_refused() {
    let (mut world, token) = with_push_token();
    let path = format!("/v2/worker/blobs/uploads/?digest={}", digest(b"x"));
    let wrong = send(&mut world, "POST", &path, &token, b"y");
    assert_eq!((wrong.status, code(&wrong)), (400, "DIGEST_INVALID"));
    let begun = send(&mut world, "POST", "/v2/worker/blobs/uploads/", &token, b"");
    let unnamed = send(&mut world, "PUT", &location(&begun), &token, b"x");
    assert_eq!((unnamed.status, code(&unnamed)), (400, "DIGEST_INVALID"));
    let end = format!("{}&digest={}", location(&begun), digest(b"x"));
    let wrong = send(&mut world, "PUT", &end, &token, b"y");
    assert_eq!((wrong.status, code(&wrong)), (400, "DIGEST_INVALID"));
}

#[test]
fn a_blob_can_be_mounted_from_a_repository_that_the_client_may_read() {
    let (mut world, token) = with_push_token();
    put_blob(&mut world, &token, b"layer");
    let mount = |what: &[u8]| {
        let digest = digest(what);
        format!("/v2/copy/blobs/uploads/?mount={digest}&from=worker")
    };
    let both = access(
        &mut world,
        "repository:copy:pull,push repository:worker:pull",
    );
    let mounted = send(&mut world, "POST", &mount(b"layer"), &both, b"");
    assert_eq!(mounted.status, 201);
    assert_eq!(
        send(&mut world, "HEAD", &location(&mounted), &both, b"").status,
        200
    );
    // Otherwise the request starts an upload.
    let missing = send(&mut world, "POST", &mount(b"none"), &both, b"");
    assert_eq!(missing.status, 202);
    let without_pull = access(&mut world, "repository:copy:pull,push");
    let unreadable = send(&mut world, "POST", &mount(b"layer"), &without_pull, b"");
    assert_eq!(unreadable.status, 202);
}

#[test]
fn a_blob_is_read_from_a_storage_address_that_expires() {
    let (mut world, token) = with_push_token();
    put_blob(&mut world, &token, b"0123456789");
    let path = format!("/v2/worker/blobs/{}", digest(b"0123456789"));
    let sent_on = send(&mut world, "GET", &path, &token, b"");
    assert_eq!(sent_on.status, 307);
    let address = location(&sent_on);
    let mut read = |address: &str, range: &str| {
        let headers: &[(&str, &str)] = &[("Range", range)];
        let headers = if range.is_empty() { &[] } else { headers };
        send_with(&mut world, "GET", address, "", b"", headers)
    };
    assert_eq!(bytes(&read(&address, "")), b"0123456789");
    let part = read(&address, "bytes=2-4");
    assert_eq!((part.status, bytes(&part)), (206, &b"234"[..]));
    assert_eq!(part.header("Content-Range"), Some("bytes 2-4/10"));
    assert_eq!(bytes(&read(&address, "bytes=8-99")), b"89");
    assert_eq!(bytes(&read(&address, "bytes=8-")), b"89");
    assert_eq!(read(&address, "bytes=10-12").status, 416);
    assert_eq!(read(&format!("{address}x"), "").status, 403);
    world.now += std::time::Duration::from_mins(21);
    assert_eq!(send(&mut world, "GET", &address, "", b"").status, 403);
}
