//! Builds small packages with the real cargo.

use super::*;

const MANIFEST: &str = "[package]\nname = \"example\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

/// A package in a separate folder, with its own target folder.
struct Fixture {
    _folder: tempfile::TempDir,
    folder: Utf8PathBuf,
    environment: Environment,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(temporary.path()).expect("a UTF-8 path");
        let folder = folder.canonicalize_utf8().expect("it exists");
        for (name, content) in files {
            let path = folder.join(name);
            fs_err::create_dir_all(path.parent().expect("in the folder")).expect("writable");
            fs_err::write(path, content).expect("writable");
        }
        let target = folder.join("target").into_string();
        let environment = Environment::of_process().with("CARGO_TARGET_DIR", target);
        Self {
            _folder: temporary,
            environment,
            folder,
        }
    }

    async fn build(&self) -> Result<Utf8PathBuf, Error> {
        let news = Listener::silent();
        let never = CancellationToken::new();
        build(&self.folder, &self.environment, &news, &never).await
    }

    async fn error(&self) -> String {
        let error = self
            .build()
            .await
            .expect_err("it cannot be built")
            .to_string();
        error.replace(self.folder.as_str(), "FOLDER")
    }
}

#[tokio::test]
async fn a_worker_is_built_once_and_then_only_found() {
    let fixture = Fixture::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/bin/worker/main.rs", "fn main() {}"),
    ]);
    let path = fixture.build().await.expect("it compiles");
    assert_eq!(path, fixture.folder.join("target/release/worker"));
    assert!(path.is_file());
    assert_eq!(fixture.build().await.expect("it is built"), path);
}

#[test]
fn the_output_of_cargo_gives_progress_and_the_path_of_the_worker() {
    let worker = || Target {
        name: "worker".to_owned(),
        kind: vec!["bin".to_owned()],
    };
    let package = Package {
        name: "example".to_owned(),
        manifest_path: "/example/Cargo.toml".into(),
        targets: vec![worker()],
    };
    let (news, mut listener) = Listener::channel();
    let mut compilation = Compilation::new(&package, &news);
    for line in [
        "   Compiling serde v1.0.0",
        "    Building [=====>         ] 12/345: serde, tokio",
        "    Blocking waiting for file lock on package cache",
        "    Blocking waiting for file lock on build directory",
        "    Finished `release` profile [optimized] target(s) in 1m 02s",
    ] {
        compilation.read_line(Stream::Error, line);
    }
    for (manifest, executable) in [("/other", "/other/worker"), ("/example", "/target/worker")] {
        compilation.read_line(Stream::Output, &format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"{manifest}/Cargo.toml","target":{{"kind":["bin"],"name":"worker"}},"executable":"{executable}"}}"#
            ));
    }
    compilation.read_line(
        Stream::Output,
        r#"{"reason":"build-finished","success":true}"#,
    );
    assert_eq!(
        compilation.executable.as_deref(),
        Some(Utf8Path::new("/target/worker"))
    );
    compilation.progress.finish();
    let told: Vec<_> = std::iter::from_fn(|| listener.try_recv().ok())
        .map(|event| serde_json::to_string(&event).expect("an event converts to JSON"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r###"
        {"kind":"progress","what":"compile example","done":12,"total":345}
        {"kind":"notice","message":"waiting for another cargo that builds in the same target folder"}
        {"kind":"progress-finished","what":"compile example"}
        "###);
}

#[tokio::test]
async fn a_worker_that_does_not_compile_shows_the_compilers_errors() {
    let fixture = Fixture::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/bin/worker.rs", "fn main() { missing(); }"),
    ]);
    insta::assert_snapshot!(fixture.error().await, @r###"
        could not build the worker in FOLDER
            error[E0425]: cannot find function `missing` in this scope
             --> src/bin/worker.rs:1:13
              |
            1 | fn main() { missing(); }
              |             ^^^^^^^ not found in this scope
            For more information about this error, try `rustc --explain E0425`.
            error: could not compile `example` (bin "worker") due to 1 previous error
        "###);
}

#[tokio::test]
async fn the_error_says_why_no_worker_can_be_built_from_a_folder() {
    let other = Fixture::new(&[("Cargo.toml", MANIFEST), ("src/main.rs", "fn main() {}")]);
    insta::assert_snapshot!(other.error().await, @"FOLDER has no binary `worker`, only `example`");
    let library = Fixture::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", "")]);
    insta::assert_snapshot!(library.error().await, @"FOLDER has no binary `worker` and no other binary");
    let empty = Fixture::new(&[]);
    insta::assert_snapshot!(empty.error().await, @"FOLDER has no Cargo.toml");
    let workspace = Fixture::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"one\"]\nresolver = \"3\"\n",
        ),
        ("one/Cargo.toml", MANIFEST),
        ("one/src/lib.rs", ""),
    ]);
    insta::assert_snapshot!(workspace.error().await, @"FOLDER is a workspace, not one of its packages");
    let mut nowhere = Fixture::new(&[]);
    nowhere.folder.push("nowhere");
    insta::assert_snapshot!(nowhere.error().await, @"FOLDER cannot be opened: No such file or directory (os error 2)");
}

#[tokio::test]
async fn a_missing_cargo_is_reported_with_a_hint() {
    let mut fixture = Fixture::new(&[("Cargo.toml", MANIFEST)]);
    fixture.environment = Environment::default().with("PATH", "/nowhere");
    let error = fixture.build().await.expect_err("there is no cargo");
    insta::assert_snapshot!(error.with_causes().replace(fixture.folder.as_str(), "FOLDER"), @"could not describe FOLDER with cargo: `cargo` is not on PATH");
    insta::assert_snapshot!(base::hint::join(&error.hints(), "\n"), @"Install cargo; run `harness doctor` to see what else is missing.");
}

#[test]
fn cargos_progress_bar_is_parsed() {
    let line = "Building [=======>                 ] 112/345: serde, tokio";
    assert_eq!(progress_of(line), Some((112, 345)));
    assert_eq!(
        progress_of("Building [=========================] 345/345"),
        Some((345, 345))
    );
    for other in ["Compiling serde v1.0.0", "Building [", "error[E0425]: 1/2"] {
        assert_eq!(progress_of(other), None, "{other}");
    }
}
