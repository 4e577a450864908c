//! Needs of a test that a machine may not meet.

/// Reports that a test is skipped. Panics if `HARNESS_REQUIRE` contains the missing need, so that
/// CI does not skip tests silently.
#[expect(
    clippy::print_stderr,
    reason = "a test has no other way to show a message"
)]
#[track_caller]
pub fn skip(need: &str, why: &str) {
    let required = std::env::var("HARNESS_REQUIRE").unwrap_or_default();
    assert!(
        required.split(',').all(|required| required != need),
        "HARNESS_REQUIRE contains {need}, which is missing: {why}"
    );
    eprintln!("skipped: needs {need}: {why}");
}
