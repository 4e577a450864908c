//! A full disk prevents neither a verdict nor `down`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde_json::Value;
use support::world::{SHORT, World, named, pairs, verdicts};
use support::{Look as _, Place, eventually};
use testing::need::Need;

testing::tests!(
    [MOUNT];
    blocking:
    a_full_disk_takes_no_verdict_ends_the_run_and_stops_what_comes_after,
    a_full_disk_keeps_nobody_from_taking_the_topology_down,
);

/// The right to mount a file system.
const MOUNT: Need = Need {
    name: "mount",
    look: || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8Path::from_path(folder.path()).expect("UTF-8");
        Small::mount(path.join("small"), "64k").map(drop)
    },
};

/// A small file system.
struct Small(Utf8PathBuf);

impl Small {
    fn mount(path: Utf8PathBuf, size: &str) -> Result<Self, String> {
        fs::create_dir_all(&path).expect("writable");
        let size = format!("size={size},mode=700");
        let arguments = ["-t", "tmpfs", "-o", &size, "tmpfs", path.as_str()];
        testing::need::succeeds("mount", &arguments)?;
        Ok(Self(path))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let mut unmount = Command::new("umount");
        let _ = unmount.arg(&self.0).stderr(Stdio::null()).status();
    }
}

fn a_full_disk_takes_no_verdict_ends_the_run_and_stops_what_comes_after() {
    let world = World::new();
    world.write("scenarios/short.yaml", SHORT);
    let flood = named("flood").replace("users: 2", "users: 40");
    let flood = flood.replace("baseline: 300ms", "baseline: 10m");
    world.write("scenarios/flood.yaml", &flood);
    world.write("scenarios/third.yaml", &named("third"));
    let small = Small::mount(world.state().join("reports"), "512k");
    let _small = small.expect("the test needs it");
    let paths = "scenarios/short.yaml scenarios/flood.yaml scenarios/third.yaml";
    let run = world.run(&format!("test -p simulated {paths} --output json"));
    let rows = [("short", "pass"), ("flood", "error"), ("third", "not-run")];
    assert_eq!(verdicts(&run), pairs(&rows), "{run}");
    assert_eq!(run.code, 69, "{run}");
    let json = run.json();
    let reason = json["verdicts"][1]["reason"].as_str().expect("text");
    let begins = "the run was ended because its evidence could not be written: could not write ";
    assert!(reason.starts_with(begins), "{reason}");
    assert_eq!(json["verdicts"][1]["report"], Value::Null);
    assert_eq!(
        json["verdicts"][2]["reason"],
        "not run: could not write evidence: no storage space"
    );
    assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
    let reports = world.state().join("reports");
    let mut folders = reports.read_dir_utf8().expect("a folder").flatten();
    let flood = folders.find(|it| it.file_name().starts_with("flood-"));
    let flood = flood.expect("it was begun").into_path();
    let left = world.run(&format!("report {flood}"));
    assert_eq!(left.code, 2, "{left}");
    assert!(left.stdout.starts_with("flood: cut off\n"), "{left}");
    assert!(left.stdout.contains(" iterations, "), "{left}");
}

fn a_full_disk_keeps_nobody_from_taking_the_topology_down() {
    let place = Place::new();
    let folder = place.root().join(".harness");
    let _small = Small::mount(folder.clone(), "64m").expect("the test needs it");
    place.up();
    let ports = place.ports();
    let mut ballast = fs::File::create(folder.join("ballast")).expect("writable");
    while ballast.write_all(&[1; 4096]).is_ok() {}
    while ballast.write_all(&[1]).is_ok() {}
    place.harness(&["down"]).run().exits(0);
    place.assert_nothing_is_left(&ports);
    drop(ballast);
    eventually("the end of the file system", || {
        let unmounted = Command::new("umount").arg(&folder).status().ok()?;
        unmounted.success().then_some(())
    });
}
