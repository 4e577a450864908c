//! The search for Temporal's server and SQL tool with fake tools and a local mirror.

use base::news::News;
use model::topology::Digest;
use testing::machine;

use super::*;
use crate::fixture::{Machine, archive, cached};
use crate::mirror::{Answer, Mirror};

/// A server or tool that prints this version.
fn program(name: &str, version: &str) -> String {
    format!("#!/bin/sh\necho '{name} version {version}'\n")
}

struct Fixture {
    machine: Machine,
}

impl Fixture {
    fn new() -> Self {
        let machine = Machine::new("HARNESS_TEMPORAL_SERVER_MIRROR");
        // The only Go fails.
        machine::tool(
            &machine.folder,
            "go",
            "echo 'go: cannot find GOROOT directory' >&2; exit 2",
        );
        Self { machine }
    }

    fn search(&self) -> ServerSearch<'_> {
        ServerSearch {
            version: "1.2.3",
            fallback: &self.machine.folder,
            environment: &self.machine.environment,
            news: &self.machine.news,
            cancel: &self.machine.cancel,
        }
    }

    async fn found(&self) -> ServerPrograms {
        self.search().resolve().await.expect("they are found")
    }

    async fn error(&self) -> String {
        let error = self.search().resolve().await;
        let text = error.expect_err("they are not found").to_string();
        self.redact(&text)
    }

    fn redact(&self, text: &str) -> String {
        let platform = Platform::current().expect("tests run where there is a release");
        self.machine.redact(text, platform)
    }

    fn cached(&self) -> Vec<String> {
        let release = self.search().release().expect("there is one");
        let cache = self.machine.folder.join("home/.cache/harness");
        cached(&cache.join(release.folder))
    }

    /// A Go that puts both programs into `GOBIN` and prints its progress as Go does.
    fn go(&self) {
        let server = self.machine.folder.join("server");
        let sql = self.machine.folder.join("sql");
        machine::executable(&server, &program("temporal", "1.2.3"));
        machine::executable(&sql, &program("temporal-sql-tool", "1.2.3"));
        let script = format!(
            r#"echo "$@" "in $PWD with CGO_ENABLED=$CGO_ENABLED" > {}
            echo "go: downloading go.temporal.io/server v1.2.3" >&2
            echo "errors" >&2; echo "go.temporal.io/server/cmd/server" >&2
            mkdir -p "$GOBIN"; cp {server} {sql} "$GOBIN""#,
            self.machine.folder.join("output")
        );
        machine::tool(&self.machine.folder, "go", &script);
    }
}

/// An archive as the vendor publishes it, and its list of checksums.
fn release(version: &str) -> Vec<(&'static str, Vec<u8>)> {
    let archive = archive(&[
        ("LICENSE", "free"),
        ("temporal-sql-tool", &program("temporal-sql-tool", version)),
        ("temporal-server", &program("temporal", version)),
        ("tdbg", "not wanted"),
    ]);
    let platform = Platform::current().expect("tests run where there is a release");
    let name = format!("temporal_{version}_{}.tar.gz", platform.in_archives());
    let list = format!("{}  {name}\n", Digest::of_bytes(&archive));
    vec![("checksums.txt", list.into_bytes()), (".tar.gz", archive)]
}

#[tokio::test]
async fn each_source_is_used_if_the_earlier_ones_fail() {
    let mut fixture = Fixture::new();
    fixture.go();
    assert_eq!(fixture.found().await.origin, Origin::Go);
    assert_eq!(fixture.found().await.origin, Origin::Cache);
    let names = ["temporal-server", "temporal-sql-tool", "verified.json"];
    assert_eq!(fixture.cached(), names);

    fs_err::remove_dir_all(fixture.machine.folder.join("home")).expect("the test made it");
    let mirror = Mirror::start(Answer::Files(release("1.2.3"))).await;
    fixture
        .machine
        .set("HARNESS_TEMPORAL_SERVER_MIRROR", &mirror.base);
    assert_eq!(fixture.found().await.origin, Origin::Vendor);
    assert_eq!(fixture.found().await.origin, Origin::Cache);
    assert_eq!(
        (mirror.requests(), fixture.cached()),
        (2, names.map(str::to_owned).to_vec())
    );

    let server = program("temporal", "1.2.3");
    let on_path = machine::tool(&fixture.machine.folder, "temporal-server", &server);
    let found = fixture.found().await;
    assert_eq!((found.server.path, found.origin), (on_path, Origin::Cache));
    let sql_tool = program("temporal-sql-tool", "1.2.3");
    machine::tool(&fixture.machine.folder, "temporal-sql-tool", &sql_tool);
    assert_eq!(fixture.found().await.origin, Origin::Path);
    let elsewhere = fixture.machine.folder.join("named");
    machine::executable(&elsewhere, &server);
    fixture.machine.set("HARNESS_TEMPORAL_SERVER", &elsewhere);
    assert_eq!(fixture.found().await.server.path, elsewhere);
}

#[tokio::test]
async fn go_builds_what_the_vendor_builds_and_reports_progress() {
    let mut fixture = Fixture::new();
    fixture.go();
    fixture.found().await;
    let output = fs_err::read_to_string(fixture.machine.folder.join("output")).expect("it was run");
    let (output, _) = output
        .split_once("/partial-")
        .expect("it runs in a folder of the test");
    insta::assert_snapshot!(fixture.redact(output), @"install -v -tags disable_grpc_modules go.temporal.io/server/cmd/server@v1.2.3 go.temporal.io/server/cmd/tools/sql@v1.2.3 in FOLDER/home/.cache/harness/temporal-server/1.2.3/PLATFORM");
    let news = std::iter::from_fn(|| fixture.machine.listener.try_recv().ok());
    let told: Vec<String> = news
        .filter_map(|event| match event {
            News::Notice { message } => Some(message),
            News::Progress { what, done, .. } => Some(format!("{what}: {done}")),
            _ => None,
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    building temporal-server 1.2.3 with Go (this takes some minutes)
    download modules of temporal-server 1.2.3 with Go: 1
    compile packages of temporal-server 1.2.3 with Go: 1
    compile packages of temporal-server 1.2.3 with Go: 2
    ");
}

#[tokio::test]
async fn a_named_program_of_another_version_is_an_error_and_nothing_else_is_tried() {
    let mut fixture = Fixture::new();
    fixture.go();
    let elsewhere = fixture.machine.folder.join("named");
    fixture.machine.set("HARNESS_TEMPORAL_SQL_TOOL", &elsewhere);
    let mut errors = fixture.error().await;
    for content in [
        program("temporal-sql-tool", "1.2.2"),
        program("temporal", "1.2.3"),
    ] {
        machine::executable(&elsewhere, &content);
        errors.push('\n');
        errors.push_str(&fixture.error().await);
    }
    insta::assert_snapshot!(errors, @"
    HARNESS_TEMPORAL_SQL_TOOL names FOLDER/named: no such file
    HARNESS_TEMPORAL_SQL_TOOL names FOLDER/named: it prints `temporal-sql-tool version 1.2.2`, but `temporal-sql-tool version 1.2.3` is needed
    HARNESS_TEMPORAL_SQL_TOOL names FOLDER/named: it prints `temporal version 1.2.3`, but `temporal-sql-tool version 1.2.3` is needed
    ");
}

#[tokio::test]
async fn an_error_lists_all_that_was_tried() {
    let fixture = Fixture::new();
    let other = program("temporal", "1.2.2");
    machine::tool(&fixture.machine.folder, "temporal-server", &other);
    insta::assert_snapshot!(fixture.error().await, @"
    could not find temporal-server with temporal-sql-tool 1.2.3; tried:
      FOLDER/bin/temporal-server: it prints `temporal version 1.2.2`, but `temporal version 1.2.3` is needed
      PATH: `temporal-sql-tool` is not on it
      FOLDER/home/.cache/harness/temporal-server/1.2.3/PLATFORM: no such program yet
      FOLDER/temporal-server/1.2.3/PLATFORM: no such program yet
      the mirror: could not download http://127.0.0.1:1/v1.2.3/checksums.txt: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)
      Go: could not build temporal-server with Go: `go install -v -tags disable_grpc_modules go.temporal.io/server/cmd/server@v1.2.3 go.temporal.io/server/cmd/tools/sql@v1.2.3` ended with exit status: 2
        go: cannot find GOROOT directory
    ");
    assert!(fixture.cached().is_empty());
}

#[tokio::test]
async fn the_error_says_whether_go_is_absent_or_too_old() {
    let mut fixture = Fixture::new();
    let script = "echo 'go: go.temporal.io/server@v1.2.3 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)' >&2; exit 1";
    machine::tool(&fixture.machine.folder, "go", script);
    let line = |error: String| {
        let line = error.lines().find(|line| line.contains("  Go: "));
        line.expect("it was tried").trim().to_owned()
    };
    insta::assert_snapshot!(line(fixture.error().await), @"Go: Go is too old: go.temporal.io/server@v1.2.3 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)");
    fixture.machine.set("PATH", "/nowhere");
    insta::assert_snapshot!(line(fixture.error().await), @"Go: could not build temporal-server with Go: `go` is not on PATH");
}

#[tokio::test]
async fn an_archive_with_a_wrong_checksum_is_refused_and_removed() {
    let mut reasons = Vec::new();
    let right = release("1.2.3");
    let (list, archive) = (right[0].clone(), right[1].clone());
    let other = release("1.2.4").remove(1);
    let strange = ("checksums.txt", b"nothing of ours\n".to_vec());
    for files in [
        vec![archive.clone()],
        vec![strange, archive],
        vec![list, other],
    ] {
        let mut fixture = Fixture::new();
        let mirror = Mirror::start(Answer::Files(files)).await;
        fixture
            .machine
            .set("HARNESS_TEMPORAL_SERVER_MIRROR", &mirror.base);
        let error = fixture.error().await.replace(&mirror.base, "MIRROR");
        let line = error.lines().find(|line| line.contains("the mirror"));
        let line = line.expect("it was tried").trim();
        reasons.push(
            line.split(" has SHA-256")
                .next()
                .unwrap_or_default()
                .to_owned(),
        );
        assert!(fixture.cached().is_empty(), "{:?}", fixture.cached());
    }
    insta::assert_snapshot!(reasons.join("\n"), @"
    the mirror: could not download MIRROR/v1.2.3/checksums.txt: HTTP status client error (404 Not Found)
    the mirror: MIRROR/v1.2.3/checksums.txt has no SHA-256 for temporal_1.2.3_PLATFORM.tar.gz
    the mirror: the download
    ");
}

#[tokio::test]
async fn a_program_in_the_cache_that_was_changed_is_fetched_again() {
    let fixture = Fixture::new();
    fixture.go();
    let tool = fixture.found().await.sql_tool.path;
    machine::executable(&tool, "half of it");
    assert_eq!(fixture.found().await.origin, Origin::Go);
    assert_eq!(fixture.found().await.origin, Origin::Cache);
}
