//! The functions of this crate with a real engine.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use base::news::Listener;
use bollard::query_parameters::RemoveImageOptions;
use camino::Utf8Path;
use docker::{ContainerSpec, Engine, Error, File, Mount, OWNER, Owned, Publish, Status};
use futures_util::StreamExt as _;
use testing::docker_engine::{SHELL, api, engine, remove_all};
use testing::need::DOCKER;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

testing::tests!(
    [DOCKER];
    current_thread:
    a_container_can_be_started_stopped_and_removed_and_each_step_can_be_repeated,
    a_container_of_somebody_else_is_refused_and_left_alone,
    files_volumes_and_networks_exist_when_a_container_starts,
    a_timed_out_or_interrupted_run_leaves_no_container,
    a_command_in_a_container_returns_its_exit_code_and_output,
    a_log_is_written_completely_and_replaces_an_older_longer_one,
    following_a_log_continues_with_a_replacement_container,
    the_error_for_an_image_that_cannot_be_pulled_has_the_image_and_hints,
    an_archive_is_loaded_with_the_references_in_it,
);

fn main() -> ExitCode {
    testing::suite::run([tests()])
}

const DEADLINE: Duration = Duration::from_mins(1);

/// A container of this test that runs a shell script.
fn script(test: &str, script: &str) -> ContainerSpec {
    let owner = format!("/test/{}/{test}", std::process::id());
    ContainerSpec {
        name: format!("harness-test-{}-{test}", std::process::id()),
        image: SHELL.to_owned(),
        entrypoint: Some(vec!["/bin/sh".to_owned(), "-ec".to_owned()]),
        arguments: vec![script.to_owned()],
        owner,
        ..ContainerSpec::default()
    }
}

async fn provided(engine: &Engine) {
    let news = Listener::silent();
    engine
        .provide_image(SHELL, &news, &CancellationToken::new())
        .await
        .expect("the image is here or can be pulled");
}

async fn a_container_can_be_started_stopped_and_removed_and_each_step_can_be_repeated() {
    let engine = engine().await;
    provided(&engine).await;
    let mut spec = script("life", "trap 'exit 7' TERM; while :; do sleep 0.05; done");
    spec.labels = BTreeMap::from([("dev.harness.test".to_owned(), "life".to_owned())]);
    spec.memory = Some(64 << 20);
    spec.publish = vec![Publish {
        container: 80,
        host: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    }];
    let name = spec.name.as_str();

    assert_eq!(engine.container(name).await.expect("an answer"), None);
    let started = engine.start_container(&spec).await.expect("it starts");
    assert_eq!(started.status, Status::Running);
    assert_eq!(started.labels[OWNER], spec.owner);
    assert_eq!(started.labels["dev.harness.test"], "life");
    let [published] = started.ports.as_slice() else {
        panic!("one port is published: {:?}", started.ports);
    };
    assert!(published.host.ip().is_loopback() && published.host.port() != 0);

    let again = engine.start_container(&spec).await.expect("it is replaced");
    assert_ne!(again.id, started.id);
    engine.start_again(name).await.expect("it runs already");
    engine
        .stop_container(name, DEADLINE)
        .await
        .expect("it ends");
    engine
        .stop_container(name, DEADLINE)
        .await
        .expect("it has ended");
    assert_eq!(status(&engine, name).await, ended(7));

    engine.start_again(name).await.expect("it starts again");
    engine.cpu_time(name).await.expect("it is measured");
    assert!(engine.kill_container(name).await.expect("it is killed"));
    assert!(!engine.kill_container(name).await.expect("it has ended"));
    assert_eq!(status(&engine, name).await, ended(137));

    engine.remove_container(name).await.expect("it is removed");
    engine.remove_container(name).await.expect("it is gone");
    engine
        .stop_container(name, DEADLINE)
        .await
        .expect("it is gone");
    assert!(!engine.kill_container(name).await.expect("it is gone"));
    remove_all(&engine, &spec.owner).await;
}

async fn status(engine: &Engine, name: &str) -> Status {
    let container = engine.container(name).await.expect("an answer");
    container.expect("it exists").status
}

fn ended(code: i64) -> Status {
    Status::Exited {
        code,
        out_of_memory: false,
    }
}

async fn a_container_of_somebody_else_is_refused_and_left_alone() {
    let engine = engine().await;
    provided(&engine).await;
    let theirs = script("theirs", "sleep 60");
    let before = engine.start_container(&theirs).await.expect("it starts");
    let ours = ContainerSpec {
        owner: "/test/ours".to_owned(),
        ..theirs.clone()
    };
    let cancel = CancellationToken::new();
    let run = engine.run_container(&ours, DEADLINE, &cancel).await;
    for refused in [engine.start_container(&ours).await.map(drop), run.map(drop)] {
        let error = refused.expect_err("it has another owner");
        assert_eq!(
            error.to_string(),
            format!(
                "container `{}` already exists and belongs to the topology in {}",
                theirs.name, theirs.owner
            )
        );
    }
    let after = engine.container(&theirs.name).await.expect("an answer");
    assert_eq!(after, Some(before));
    remove_all(&engine, &theirs.owner).await;
}

async fn files_volumes_and_networks_exist_when_a_container_starts() {
    let engine = engine().await;
    provided(&engine).await;
    let mut spec = script(
        "files",
        "stat -c '%a %u:%g' /etc/harness/secret; cat /etc/harness/secret; \
         echo kept >>/data/file; cat /data/file; getent hosts other >/dev/null && echo named",
    );
    spec.files = vec![File {
        path: "/etc/harness/secret".into(),
        content: b"for nobody else\n".to_vec(),
        mode: 0o600,
        owner: (999, 998),
    }];
    spec.mounts = vec![Mount {
        volume: format!("{}-data", spec.name),
        target: "/data".to_owned(),
        read_only: false,
    }];
    spec.network = Some(format!("{}-network", spec.name));
    spec.aliases = vec!["other".to_owned()];
    let owner = spec.owner.as_str();
    let network = format!("{}-network", spec.name);
    let labels = BTreeMap::from([(OWNER.to_owned(), owner.to_owned())]);
    let volume = format!("{}-data", spec.name);
    for _ in 0..2 {
        let made = engine.create_network(&network, owner).await;
        made.expect("made, and then used");
        let made = engine.create_volume(&volume, &labels).await;
        made.expect("made, and then used");
    }
    let foreign = engine.create_network(&network, "/test/other").await;
    assert!(matches!(foreign, Err(Error::Foreign { .. })));
    let labels = engine.volume(&volume).await.expect("an answer");
    assert_eq!(labels.expect("it exists")[OWNER], owner);

    let cancel = CancellationToken::new();
    let first = engine.run_container(&spec, DEADLINE, &cancel).await;
    let first = first.expect("it runs to its end");
    assert_eq!(
        first,
        (0, "600 999:998\nfor nobody else\nkept\nnamed\n".to_owned())
    );
    let (_, second) = engine
        .run_container(&spec, DEADLINE, &cancel)
        .await
        .expect("it runs to its end");
    assert!(second.contains("kept\nkept\n"), "{second}");

    let left = engine.owned(owner).await.expect("a list");
    assert_eq!(left, [Owned::Network(network), Owned::Volume(volume)]);
    remove_all(&engine, owner).await;
}

async fn a_timed_out_or_interrupted_run_leaves_no_container() {
    let engine = engine().await;
    provided(&engine).await;
    let spec = script("long", "sleep 60");
    let cancel = CancellationToken::new();
    let late = engine.run_container(&spec, Duration::from_millis(1500), &cancel);
    assert!(matches!(late.await, Err(Error::Deadline { .. })));
    cancel.cancel();
    let interrupted = engine.run_container(&spec, DEADLINE, &cancel).await;
    assert!(matches!(interrupted, Err(Error::Interrupted)));
    assert_eq!(engine.owned(&spec.owner).await.expect("a list"), []);
}

async fn a_command_in_a_container_returns_its_exit_code_and_output() {
    let engine = engine().await;
    provided(&engine).await;
    let spec = script("exec", "sleep 60");
    engine.start_container(&spec).await.expect("it starts");
    let ran = engine.exec(&spec.name, &["sh", "-c", "echo out; echo err >&2; exit 3"]);
    let (code, written) = ran.await.expect("it runs");
    assert_eq!(code, 3);
    assert!(written.contains("out\n") && written.contains("err\n"));
    remove_all(&engine, &spec.owner).await;
}

async fn a_log_is_written_completely_and_replaces_an_older_longer_one() {
    let engine = engine().await;
    provided(&engine).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = Utf8Path::from_path(folder.path())
        .expect("text")
        .join("log");
    fs_err::write(&file, "a line of an earlier container that was longer\n").expect("writable");
    let spec = script("log", "echo one; echo two >&2");
    engine.start_container(&spec).await.expect("it starts");
    let waited = until_ended(&spec.name).await;
    assert_eq!(waited, Ok(()), "the container ends, and its log with it");
    let written = engine.write_log(&spec.name, &file).await;
    written.expect("it is written");
    let text = fs_err::read_to_string(&file).expect("written");
    // Standard output and standard error may arrive in either order.
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["one", "two"]);
    remove_all(&engine, &spec.owner).await;
}

async fn until_ended(name: &str) -> Result<(), tokio::time::error::Elapsed> {
    let options = None::<bollard::query_parameters::WaitContainerOptions>;
    let mut waiting = Box::pin(api().wait_container(name, options));
    timeout(DEADLINE, waiting.next()).await.map(drop)
}

async fn following_a_log_continues_with_a_replacement_container() {
    let engine = engine().await;
    provided(&engine).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = Utf8Path::from_path(folder.path())
        .expect("text")
        .join("log");
    let first = script("follow", "echo one; sleep 60");
    let second = script("follow", "echo two; echo three; sleep 60");
    let name = first.name.as_str();
    let read = || fs_err::read_to_string(&file).unwrap_or_default();
    let until = async |text: &str| {
        while read() != text {
            sleep(Duration::from_millis(20)).await;
        }
    };
    // Another command that needs the end of the log does the same.
    let collect = async || engine.write_log(name, &file).await.expect("written");
    let stop = CancellationToken::new();
    let change = async {
        engine.start_container(&first).await.expect("it starts");
        until("one\n").await;
        collect().await;
        assert_eq!(read(), "one\n");
        engine.start_container(&second).await.expect("it starts");
        until("one\ntwo\nthree\n").await;
        collect().await;
        assert_eq!(
            read(),
            "one\ntwo\nthree\n",
            "only the follower writes the file"
        );
        stop.cancel();
    };
    let (followed, changed) = tokio::join!(
        engine.follow_log(name, &file, &stop),
        timeout(DEADLINE, change)
    );
    assert_eq!(changed, Ok(()), "{}", read());
    followed.expect("it was followed");
    collect().await;
    assert_eq!(read(), "two\nthree\n");
    remove_all(&engine, &first.owner).await;
}

async fn the_error_for_an_image_that_cannot_be_pulled_has_the_image_and_hints() {
    let engine = engine().await;
    let reference = "127.0.0.1:1/nobody/nothing:1";
    let news = Listener::silent();
    let cancel = CancellationToken::new();
    let error = engine
        .provide_image(reference, &news, &cancel)
        .await
        .expect_err("no registry listens there");
    assert!(matches!(&error, Error::Pull { image, .. } if image == reference));
    assert!(
        error.hints()[0]
            .to_string()
            .contains("docker pull 127.0.0.1:1/nobody/nothing:1")
    );
}

async fn an_archive_is_loaded_with_the_references_in_it() {
    let engine = engine().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = Utf8Path::from_path(folder.path())
        .expect("text")
        .join("image.tar");
    let reference = format!("harness-test:{}", std::process::id());
    fs_err::write(&file, empty_image(&reference)).expect("writable");
    let loaded = engine.load_image(&file).await.expect("it is an image");
    assert_eq!(loaded, [reference.as_str()]);
    let image = engine.image(&reference).await.expect("an answer");
    let image = image.expect("it exists");
    assert!(image.id.starts_with("sha256:"));
    assert_eq!(image.repo_digest, None);
    let removed = api()
        .remove_image(&reference, None::<RemoveImageOptions>, None)
        .await;
    removed.expect("the test made it");
    assert_eq!(engine.image(&reference).await.expect("an answer"), None);
}

/// An image without files, in the format of `docker save`.
fn empty_image(reference: &str) -> Vec<u8> {
    let layer = tar::Builder::new(Vec::new())
        .into_inner()
        .expect("writing to memory succeeds");
    let diff = model::topology::Digest::of_bytes(&layer);
    let config = serde_json::json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{diff}")]},
    });
    let manifest = serde_json::json!([
        {"Config": "config.json", "RepoTags": [reference], "Layers": ["layer.tar"]}
    ]);
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in [
        ("layer.tar", layer),
        ("config.json", config.to_string().into_bytes()),
        ("manifest.json", manifest.to_string().into_bytes()),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        let added = archive.append_data(&mut header, name, content.as_slice());
        added.expect("writing to memory succeeds");
    }
    archive.into_inner().expect("writing to memory succeeds")
}
