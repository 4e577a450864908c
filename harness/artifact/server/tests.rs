//! The search for Temporal's server and SQL tool against fake tools and a local mirror.

use base::news::News;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::topology::Digest;
use testing::machine;
use tokio::sync::mpsc::UnboundedReceiver;

use super::*;
use crate::mirror::{Answer, Mirror};

/// A server, or a tool, that says this version.
fn program(says: &str, version: &str) -> String {
    format!("#!/bin/sh\necho '{says} version {version}'\n")
}

/// A folder of its own for each test, with tools in `bin`.
struct Fixture {
    _folder: tempfile::TempDir,
    folder: Utf8PathBuf,
    environment: Environment,
    news: Listener,
    listener: UnboundedReceiver<News>,
    cancel: CancellationToken,
}

impl Fixture {
    fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(temporary.path())
            .expect("text")
            .to_owned();
        let (news, listener) = Listener::channel();
        // No way leads out of the machine: the only mirror there is refuses connections, and the
        // only Go there is can do nothing.
        let environment = machine::environment(&folder)
            .with("HARNESS_TEMPORAL_SERVER_MIRROR", "http://127.0.0.1:1");
        machine::tool(
            &folder,
            "go",
            "echo 'go: cannot find GOROOT directory' >&2; exit 2",
        );
        Self {
            _folder: temporary,
            environment,
            news,
            listener,
            cancel: CancellationToken::new(),
            folder,
        }
    }

    fn set(&mut self, name: &str, value: impl AsRef<str>) {
        self.environment = self.environment.clone().with(name, value.as_ref());
    }

    fn search(&self) -> ServerSearch<'_> {
        ServerSearch {
            version: "1.2.3",
            fallback: &self.folder,
            environment: &self.environment,
            news: &self.news,
            cancel: &self.cancel,
        }
    }

    async fn found(&self) -> ServerPrograms {
        self.search().resolve().await.expect("they are to be had")
    }

    async fn error(&self) -> String {
        let error = self.search().resolve().await;
        let text = error.expect_err("they are not to be had").to_string();
        self.redact(&text)
    }

    /// A text of the search with what differs between runs replaced.
    fn redact(&self, text: &str) -> String {
        let platform = Platform::current().expect("tests run where there is a release");
        text.replace(self.folder.as_str(), "FOLDER")
            .replace(&platform.to_string(), "PLATFORM")
            .replace(platform.in_archives(), "PLATFORM")
    }

    /// The files in the cache, apart from the lock.
    fn cached(&self) -> Vec<String> {
        let release = self.search().release().expect("there is one");
        let folder = self.folder.join("home/.cache/harness").join(release.folder);
        let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_owned()).collect();
        names.retain(|name| name != "lock");
        names.sort();
        names
    }

    /// A Go that puts both programs into `GOBIN`, and tells what it does as Go does.
    fn go(&self) {
        let server = self.folder.join("server");
        let sql = self.folder.join("sql");
        machine::executable(&server, &program("temporal", "1.2.3"));
        machine::executable(&sql, &program("temporal-sql-tool", "1.2.3"));
        let script = format!(
            r#"echo "$@" "in $PWD with CGO_ENABLED=$CGO_ENABLED" > {}
            echo "go: downloading go.temporal.io/server v1.2.3" >&2
            echo "errors" >&2; echo "go.temporal.io/server/cmd/server" >&2
            mkdir -p "$GOBIN"; cp {server} {sql} "$GOBIN""#,
            self.folder.join("said")
        );
        machine::tool(&self.folder, "go", &script);
    }
}

/// An archive as the vendor publishes it, with the list beside it.
fn release(version: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in [
        ("LICENSE", "free".to_owned()),
        ("temporal-sql-tool", program("temporal-sql-tool", version)),
        ("temporal-server", program("temporal", version)),
        ("tdbg", "not wanted".to_owned()),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o755);
        header.set_cksum();
        archive
            .append_data(&mut header, name, content.as_bytes())
            .expect("in memory");
    }
    let archive = archive.into_inner().and_then(GzEncoder::finish);
    let archive = archive.expect("in memory");
    let platform = Platform::current().expect("tests run where there is a release");
    let name = format!("temporal_{version}_{}.tar.gz", platform.in_archives());
    let list = format!("{}  {name}\n", Digest::of_bytes(&archive));
    vec![("checksums.txt", list.into_bytes()), (".tar.gz", archive)]
}

#[tokio::test]
async fn each_source_is_used_if_those_before_it_have_nothing() {
    let mut fixture = Fixture::new();
    fixture.go();
    assert_eq!(fixture.found().await.origin, Origin::Go);
    assert_eq!(fixture.found().await.origin, Origin::Cache);
    let names = ["temporal-server", "temporal-sql-tool", "verified.json"];
    assert_eq!(fixture.cached(), names);

    fs_err::remove_dir_all(fixture.folder.join("home")).expect("ours");
    let mirror = Mirror::start(Answer::Files(release("1.2.3"))).await;
    fixture.set("HARNESS_TEMPORAL_SERVER_MIRROR", &mirror.base);
    assert_eq!(fixture.found().await.origin, Origin::Vendor);
    assert_eq!(fixture.found().await.origin, Origin::Cache);
    assert_eq!(
        (mirror.requests(), fixture.cached()),
        (2, names.map(str::to_owned).to_vec())
    );

    let server = program("temporal", "1.2.3");
    let on_path = machine::tool(&fixture.folder, "temporal-server", &server);
    let found = fixture.found().await;
    assert_eq!((found.server.path, found.origin), (on_path, Origin::Cache));
    let sql_tool = program("temporal-sql-tool", "1.2.3");
    machine::tool(&fixture.folder, "temporal-sql-tool", &sql_tool);
    assert_eq!(fixture.found().await.origin, Origin::Path);
    let elsewhere = fixture.folder.join("named");
    machine::executable(&elsewhere, &server);
    fixture.set("HARNESS_TEMPORAL_SERVER", &elsewhere);
    assert_eq!(fixture.found().await.server.path, elsewhere);
}

#[tokio::test]
async fn go_builds_what_the_vendor_builds_and_tells_how_far_it_is() {
    let mut fixture = Fixture::new();
    fixture.go();
    fixture.found().await;
    let said = fs_err::read_to_string(fixture.folder.join("said")).expect("it was run");
    let (said, _) = said
        .split_once("/partial-")
        .expect("it works in a folder of ours");
    insta::assert_snapshot!(fixture.redact(said), @"install -v -tags disable_grpc_modules go.temporal.io/server/cmd/server@v1.2.3 go.temporal.io/server/cmd/tools/sql@v1.2.3 in FOLDER/home/.cache/harness/temporal-server/1.2.3/PLATFORM");
    let news = std::iter::from_fn(|| fixture.listener.try_recv().ok());
    let told: Vec<String> = news
        .filter_map(|event| match event {
            News::Notice { message } => Some(message),
            News::Progress { what, done, .. } => Some(format!("{what}: {done}")),
            _ => None,
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    building temporal-server 1.2.3 with Go, which takes some minutes
    download modules of temporal-server 1.2.3 with Go: 1
    compile packages of temporal-server 1.2.3 with Go: 1
    compile packages of temporal-server 1.2.3 with Go: 2
    ");
}

#[tokio::test]
async fn a_named_program_of_another_version_is_an_error_and_nothing_else_is_tried() {
    let mut fixture = Fixture::new();
    fixture.go();
    let elsewhere = fixture.folder.join("named");
    fixture.set("HARNESS_TEMPORAL_SQL_TOOL", &elsewhere);
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
    HARNESS_TEMPORAL_SQL_TOOL names FOLDER/named: there is no such file
    HARNESS_TEMPORAL_SQL_TOOL names FOLDER/named: it says `temporal-sql-tool version 1.2.2`, not `temporal-sql-tool version 1.2.3`
    HARNESS_TEMPORAL_SQL_TOOL names FOLDER/named: it says `temporal version 1.2.3`, not `temporal-sql-tool version 1.2.3`
    ");
}

#[tokio::test]
async fn an_error_lists_all_that_was_tried() {
    let fixture = Fixture::new();
    let other = program("temporal", "1.2.2");
    machine::tool(&fixture.folder, "temporal-server", &other);
    insta::assert_snapshot!(fixture.error().await, @"
    no temporal-server with temporal-sql-tool 1.2.3 is to be had
      tried FOLDER/bin/temporal-server: it says `temporal version 1.2.2`, not `temporal version 1.2.3`
      tried PATH: there is no `temporal-sql-tool` on it
      tried FOLDER/home/.cache/harness/temporal-server/1.2.3/PLATFORM: nothing there yet
      tried FOLDER/temporal-server/1.2.3/PLATFORM: nothing there yet
      tried the mirror: download http://127.0.0.1:1/v1.2.3/checksums.txt: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)
      tried Go: build temporal-server with Go: `go install -v -tags disable_grpc_modules go.temporal.io/server/cmd/server@v1.2.3 go.temporal.io/server/cmd/tools/sql@v1.2.3` ended with exit status: 2
        go: cannot find GOROOT directory
    ");
    assert!(fixture.cached().is_empty());
}

#[tokio::test]
async fn a_go_that_is_absent_or_too_old_is_said_to_be_so() {
    let mut fixture = Fixture::new();
    let script = "echo 'go: go.temporal.io/server@v1.2.3 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)' >&2; exit 1";
    machine::tool(&fixture.folder, "go", script);
    let line = |error: String| {
        let line = error.lines().find(|line| line.contains("tried Go"));
        line.expect("it was tried").trim().to_owned()
    };
    insta::assert_snapshot!(line(fixture.error().await), @"tried Go: Go is too old: go.temporal.io/server@v1.2.3 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)");
    fixture.set("PATH", "/nowhere");
    insta::assert_snapshot!(line(fixture.error().await), @"tried Go: build temporal-server with Go: `go` is not on PATH");
}

#[tokio::test]
async fn an_archive_that_is_not_what_its_list_says_is_refused_and_leaves_nothing() {
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
        fixture.set("HARNESS_TEMPORAL_SERVER_MIRROR", &mirror.base);
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
    tried the mirror: download MIRROR/v1.2.3/checksums.txt: HTTP status client error (404 Not Found)
    tried the mirror: MIRROR/v1.2.3/checksums.txt has no SHA-256 of temporal_1.2.3_PLATFORM.tar.gz
    tried the mirror: what came
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
