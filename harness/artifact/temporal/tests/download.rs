//! Downloads: corrupt, failed, shared, interrupted.

use super::*;

#[tokio::test]
async fn a_corrupt_download_is_refused_and_removed() {
    for answer in [
        Answer::Whole(archive(OTHER)),
        Answer::Whole(b"no archive at all".to_vec()),
        Answer::Cut(archive(RIGHT)),
        Answer::NotFound,
    ] {
        let mut fixture = Fixture::new();
        let mirror = Mirror::start(answer).await;
        fixture.machine.set("HARNESS_TEMPORAL_MIRROR", &mirror.base);
        let error = fixture.error().await;
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
        assert!(fixture.cached().is_empty(), "{:?}", fixture.cached());
    }
}

#[tokio::test]
async fn the_error_has_the_reason_why_a_download_failed() {
    let mut fixture = Fixture::new();
    let mut reasons = String::new();
    for answer in [
        Answer::Whole(archive(OTHER)),
        Answer::Cut(archive(RIGHT)),
        Answer::NotFound,
    ] {
        let mirror = Mirror::start(answer).await;
        fixture.machine.set("HARNESS_TEMPORAL_MIRROR", &mirror.base);
        let text = fixture.redact(&fixture.error().await.to_string());
        let line = text
            .lines()
            .find(|line| line.contains("the mirror"))
            .expect("it was tried");
        reasons.push_str(&line.replace(&mirror.base, "MIRROR"));
        reasons.push('\n');
    }
    insta::assert_snapshot!(reasons, @r###"
    the mirror: the download has SHA-256 2cf16945b4052775ca16561ae98677c0fc23d3d2dccb95199cd796a7e0f8d2d6, but e5348a553f9872a6a6acb24c16b448169bd0b38399ae1c26edbd8373407f2369 is needed
    the mirror: could not download MIRROR/v9.9.9/temporal_cli_9.9.9_PLATFORM.tar.gz: error decoding response body: request or response body error: error reading a body from connection: end of file before message length reached
    the mirror: could not download MIRROR/v9.9.9/temporal_cli_9.9.9_PLATFORM.tar.gz: HTTP status client error (404 Not Found)
    "###);
}

#[tokio::test]
async fn two_searches_at_once_share_one_download() {
    let mut fixture = Fixture::new();
    let mirror = Mirror::start_held(Answer::Whole(archive(RIGHT))).await;
    fixture.machine.set("HARNESS_TEMPORAL_MIRROR", &mirror.base);
    let (news, mut told) = Listener::channel();
    fixture.machine.news = news;
    let release_once_both_are_there = async {
        mirror.asked().await;
        let waits = |event| matches!(event, News::Notice { message } if message.contains("waiting for another run"));
        while !waits(told.recv().await.expect("the searches continue")) {}
        mirror.release();
    };
    let (first, second, ()) = tokio::join!(
        fixture.resolve(),
        fixture.resolve(),
        release_once_both_are_there
    );
    let origins = [first, second].map(|found| found.expect("it is found").origin);
    assert!(
        origins.contains(&Origin::Vendor) && origins.contains(&Origin::Cache),
        "{origins:?}"
    );
    assert_eq!(mirror.requests(), 1);
}

#[tokio::test]
async fn progress_is_reported_up_to_the_end() {
    let mut fixture = Fixture::new();
    let archive = archive(RIGHT);
    let length = archive.len() as u64;
    let mirror = Mirror::start(Answer::Whole(archive)).await;
    fixture.machine.set("HARNESS_TEMPORAL_MIRROR", &mirror.base);
    fixture.origin().await;
    let news: Vec<_> = std::iter::from_fn(|| fixture.machine.listener.try_recv().ok()).collect();
    let [.., last, finished] = news.as_slice() else {
        panic!("too few news: {news:?}");
    };
    assert!(
        matches!(last, News::Progress { done, total, .. } if *done == length && *total == Some(length))
    );
    assert!(
        matches!(finished, News::ProgressFinished { what } if what == "download temporal 9.9.9")
    );
}

#[tokio::test]
async fn an_interrupted_search_ends_at_once_and_removes_its_files() {
    let mut fixture = Fixture::new();
    let mirror = Mirror::start_held(Answer::NotFound).await;
    fixture.machine.set("HARNESS_TEMPORAL_MIRROR", &mirror.base);
    let interrupt = async {
        mirror.asked().await;
        fixture.machine.cancel.cancel();
    };
    let (result, ()) = tokio::join!(fixture.resolve(), interrupt);
    assert!(matches!(result, Err(Error::Interrupted)), "{result:?}");
    assert!(fixture.cached().is_empty());
}
