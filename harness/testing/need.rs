//! What a test needs and a machine may not have.

/// Tells that a test is skipped; fails where `HARNESS_REQUIRE` names what is missing, so that
/// nothing is skipped in silence where it must be there.
#[expect(
    clippy::print_stderr,
    reason = "a test has no other way to tell people"
)]
#[track_caller]
pub fn skip(need: &str, why: &str) {
    let required = std::env::var("HARNESS_REQUIRE").unwrap_or_default();
    assert!(
        required.split(',').all(|required| required != need),
        "{need} is required: {why}"
    );
    eprintln!("skipped: needs {need}: {why}");
}
