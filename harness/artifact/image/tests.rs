//! Images of real programs, and containers of them.

use std::time::Duration;

use docker::{ContainerSpec, Engine};
use model::topology::Command;
use testing::docker_engine::{SHELL, engine, remove_image};

use super::*;

const DEADLINE: Duration = Duration::from_mins(1);

/// A folder with the source of a worker, and one for the archives made from it.
struct Fixture {
    _folder: tempfile::TempDir,
    folder: Utf8PathBuf,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(temporary.path()).expect("a UTF-8 path");
        fs_err::create_dir_all(folder.join("source")).expect("writable");
        for (name, content) in files {
            fs_err::write(folder.join("source").join(name), content).expect("writable");
        }
        Self {
            folder: folder.to_owned(),
            _folder: temporary,
        }
    }

    fn source(&self) -> Run {
        Run::Build(self.folder.join("source").into_string())
    }

    async fn image(&self, run: &Run) -> Result<WorkerImage, Error> {
        let news = Listener::silent();
        let environment = Environment::of_process();
        let kept = self.folder.join("kept");
        worker_image(run, &environment, &kept, &news, &CancellationToken::new()).await
    }

    async fn error(&self, run: &Run) -> String {
        let error = self.image(run).await.expect_err("there is no image");
        let hints = base::hint::join(&error.hints(), "\n");
        let lines = [error.with_causes(), hints];
        lines.join("\n").replace(self.folder.as_str(), "FOLDER")
    }
}

/// The output of a container of an image that runs these arguments and exits with success.
async fn run(engine: &Engine, image: &str, arguments: &[&str]) -> String {
    let name = format!(
        "harness-test-{}-{}",
        std::process::id(),
        image.replace([':', '/'], "-")
    );
    let spec = ContainerSpec {
        owner: format!("/test/{name}"),
        name,
        image: image.to_owned(),
        arguments: arguments.iter().map(ToString::to_string).collect(),
        ..ContainerSpec::default()
    };
    let ended = engine
        .run_container(&spec, DEADLINE, &CancellationToken::new())
        .await;
    let (code, output) = ended.expect("it runs");
    assert_eq!(code, 0, "{output}");
    output
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "needs docker"]
async fn an_executable_runs_in_its_image_unprivileged_and_with_only_its_libraries() {
    let engine = engine().await;
    let fixture = Fixture::new(&[]);
    let made = from_executable(
        "/bin/cat".into(),
        Entry::WORKER,
        fixture.folder.join("kept"),
    )
    .await;
    let image = made.expect("it is made");
    let archive = image.archive.as_deref().expect("it was made here");
    let loaded = engine.load_image(archive).await.expect("Docker loads it");
    assert_eq!(loaded, [image.reference.as_str()]);

    let output = run(
        &engine,
        &image.reference,
        &["/proc/self/status", "/etc/passwd"],
    )
    .await;
    assert!(
        output.contains("Uid:\t65532\t65532\t65532\t65532"),
        "{output}"
    );
    assert!(
        output.contains("Gid:\t65532\t65532\t65532\t65532"),
        "{output}"
    );
    assert!(
        output.ends_with("worker:x:65532:65532:worker:/:/sbin/nologin\n"),
        "{output}"
    );
    remove_image(&image.reference).await;
}

#[tokio::test]
#[ignore = "needs docker"]
async fn docker_builds_a_folder_with_only_a_dockerfile_and_the_image_is_named_by_its_id() {
    let engine = engine().await;
    let dockerfile = |word: &str| {
        format!(
            "FROM {SHELL}\nCOPY greeting /\nUSER 65532\nENTRYPOINT [\"cat\", \"/greeting\"]\nLABEL word={word}\n"
        )
    };
    let fixture = Fixture::new(&[("Dockerfile", &dockerfile("one")), ("greeting", "hello\n")]);
    let first = fixture.image(&fixture.source()).await.expect("it is built");
    assert_eq!(first.archive, None);
    assert_eq!(run(&engine, &first.reference, &[]).await, "hello\n");
    let again = fixture.image(&fixture.source()).await.expect("it is built");
    assert_eq!(again, first, "nothing has changed");

    fs_err::write(fixture.folder.join("source/greeting"), "goodbye\n").expect("writable");
    let second = fixture.image(&fixture.source()).await.expect("it is built");
    assert_ne!(second, first);
    assert_eq!(run(&engine, &second.reference, &[]).await, "goodbye\n");
    for image in [first, second] {
        remove_image(&image.reference).await;
    }
}

#[tokio::test]
async fn an_image_that_the_profile_names_is_used_unchanged() {
    let fixture = Fixture::new(&[]);
    let image = fixture
        .image(&Run::Image("registry.example/orders:7".to_owned()))
        .await;
    let expected = WorkerImage {
        reference: "registry.example/orders:7".to_owned(),
        archive: None,
        build: WorkerBuild {
            reference: Some("registry.example/orders:7".to_owned()),
            ..WorkerBuild::default()
        },
    };
    assert_eq!(image.expect("nothing is asked"), expected);
}

#[test]
fn the_harness_is_the_image_of_the_example_worker_only_where_it_runs_in_a_container() {
    let of = |linux, published| BuiltIn::of(linux, published).map_err(|error| error.hints());
    let published = Some("registry.example/harness:1");
    assert_eq!(of(true, published), Ok(BuiltIn::Made));
    assert_eq!(of(true, None), Ok(BuiltIn::Made));
    assert_eq!(
        of(false, published),
        Ok(BuiltIn::Published("registry.example/harness:1"))
    );
    let hints = of(false, None).expect_err("there is none");
    insta::assert_snapshot!(base::hint::join(&hints, "\n"), @"Set `worker.run.image` in the profile to an image, or use `--backend process`.");
}

#[tokio::test]
async fn errors_about_missing_images_have_hints() {
    let fixture = Fixture::new(&[]);
    let command = Run::Command(Command {
        words: vec!["./worker".to_owned()],
        prepare: None,
    });
    insta::assert_snapshot!(fixture.error(&command).await, @"
    worker.run.command names a program of this machine, but containers run images
    Set `worker.run.build` or `worker.run.image` in the profile, or use `--backend process`.
    ");
    insta::assert_snapshot!(fixture.error(&fixture.source()).await, @"
    FOLDER/source has neither Cargo.toml nor Dockerfile
    Write a Dockerfile, or set `worker.run.image` in the profile to an image.
    ");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_script_is_refused_as_the_executable_of_an_image() {
    let fixture = Fixture::new(&[("worker", "#!/bin/sh\n")]);
    let script = fixture.folder.join("source/worker");
    let made = from_executable(script, Entry::WORKER, fixture.folder.join("kept")).await;
    let error = made.expect_err("it is a script").with_causes();
    insta::assert_snapshot!(error.replace(fixture.folder.as_str(), "FOLDER"), @"FOLDER/source/worker is not an ELF executable");
}
