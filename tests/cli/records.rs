//! What verbs make of records that are not whole, not ours, or by a profile that says so no more.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use camino::Utf8Path;
use insta::assert_snapshot;
use support::world::{Run, World};

/// Brings the topology up and kills that at a point of its journal; false if it has fewer.
fn cut_up(world: &World, line: &str, point: u32) -> bool {
    let mut command = world.command();
    let status = command
        .args(line.split_whitespace())
        .env("HARNESS_CUT_POINT", point.to_string())
        .output()
        .expect("the binary starts")
        .status;
    if status.signal().is_some() {
        return true;
    }
    assert!(status.success(), "{status}");
    false
}

/// The names of the resources in a state.
fn in_state(status: &Run, state: &str) -> Vec<String> {
    let json = status.json();
    let resources = json["resources"].as_array().expect("a list").iter();
    let wanted = resources.filter(|resource| resource["state"] == state);
    wanted
        .map(|resource| resource["id"].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn status_never_says_ready_of_a_part_of_the_topology() {
    let world = World::new();
    let all: Vec<String> = {
        let whole = World::up();
        in_state(&whole.run("status -p simulated --output json"), "ready")
    };
    let mut half = 0;
    for point in 0.. {
        if !cut_up(&world, "up -p simulated", point) {
            break;
        }
        let status = world.run("status -p simulated --output json");
        let (ready, missing) = (in_state(&status, "ready"), in_state(&status, "missing"));
        if ready.len() < all.len() {
            assert_eq!(status.code, 69, "cut at {point}: {status}");
        }
        if !ready.is_empty() && ready.len() < all.len() {
            half += 1;
            let known = [ready, in_state(&status, "dead"), missing].concat();
            for id in &all {
                assert!(known.contains(id), "cut at {point}: {id} in {status}");
            }
        }
        assert_eq!(world.run("down -p simulated").code, 0);
    }
    assert!(half > 6, "only {half} cuts left a part");
}

#[test]
fn what_is_missing_is_listed_with_who_has_it() {
    let world = World::new();
    assert!(cut_up(&world, "up -p simulated", 6));
    assert_snapshot!(world.run("status -p simulated"), @"
    profile simulated (profiles/simulated.yaml)

    RESOURCE                     STATE
    replica/mysql-0              ready
    replica/temporal-frontend-0  missing  the profile requires it
    replica/temporal-history-0   missing  the profile requires it
    replica/temporal-matching-0  missing  the profile requires it
    replica/temporal-worker-0    missing  the profile requires it
    replica/web-0                missing  the profile requires it
    replica/worker-0             missing  the profile requires it
    replica/worker-1             missing  the profile requires it

    ENDPOINT  ADDRESS
    --- exit 69
    ");
}

#[test]
fn status_holds_what_runs_against_the_profile_of_today() {
    let world = World::up();
    let more = world.run("status -p simulated --set worker.replicas=3");
    assert_eq!(more.code, 69, "{more}");
    let missing = "replica/worker-2             missing  the profile requires it";
    assert!(more.stdout.contains(missing), "{more}");
    let fewer = world.run("status -p simulated --set worker.replicas=1");
    let not_wanted = "replica/worker-1             ready  not in the profile";
    assert!(fewer.stdout.contains(not_wanted), "{fewer}");
}

#[test]
fn what_an_interrupted_command_was_to_replace_is_not_ready() {
    let world = World::up();
    let other = "up -p simulated --set temporal.dynamic-config={\"limit.maxIDLength\":900}";
    assert!(cut_up(&world, other, 5), "a part was replaced");
    let status = world.run("status -p simulated --output json");
    assert_eq!(status.code, 69, "{status}");
    assert!(!in_state(&status, "outdated").is_empty(), "{status}");
    assert_eq!(world.run(other).code, 0);
    let whole = other.replacen("up", "status", 1);
    assert_eq!(world.run(&whole).code, 0, "all of it was replaced");
}

#[test]
fn a_broken_profile_keeps_nobody_from_looking_at_what_is_up() {
    let world = World::up();
    let broken = "kaputt: [";
    for (what, profile) in [("broken", Some(broken)), ("gone", None)] {
        match profile {
            Some(text) => world.write("profiles/simulated.yaml", text),
            None => fs_err::remove_file(world.path().join("profiles/simulated.yaml"))
                .expect("it is there"),
        }
        for (verb, shown) in [
            ("status -p simulated", "replica/worker-0             ready"),
            (
                "logs -p simulated worker",
                "worker-0 | create replica/worker-0",
            ),
            (
                "open -p simulated starter --print",
                "http://127.0.0.1:20015/sync",
            ),
            ("heal -p simulated", "nothing to heal"),
        ] {
            let run = world.run(verb);
            assert_eq!(run.code, 0, "{what}: {verb}: {run}");
            assert!(run.stdout.contains(shown), "{what}: {verb}: {run}");
            let told = "· using the records of the running topology";
            assert!(run.stderr.contains(told), "{what}: {verb}: {run}");
            assert!(run.stderr.starts_with("error: "), "{what}: {verb}: {run}");
        }
    }
    assert_eq!(world.run("down -p simulated").code, 0);
    let status = world.run("status -p simulated");
    assert!(status.stdout.contains("nothing is up"), "{status}");
    assert_eq!(status.code, 69, "{status}");
}

#[test]
fn half_a_topology_of_a_broken_profile_is_not_ready_either() {
    let world = World::new();
    assert!(cut_up(&world, "up -p simulated", 6));
    world.write("profiles/simulated.yaml", "kaputt: [");
    let status = world.run("status -p simulated");
    assert_eq!(status.code, 69, "{status}");
    let missing = "missing  the last command that changed the topology required it";
    assert!(status.stdout.contains(missing), "{status}");
    assert_eq!(world.run("down -p simulated").code, 0);
}

#[test]
fn a_profile_that_never_was_up_is_the_error_that_it_is() {
    let world = World::up();
    for verb in ["status", "logs", "open web"] {
        let run = world.run(&format!("{verb} -p missing"));
        assert_eq!(run.code, 65, "{run}");
        assert!(run.stderr.contains("no profile `missing`"), "{run}");
    }
    let down = world.run("down -p missing");
    assert_eq!(down.code, 65, "{down}");
    assert!(
        down.stderr
            .contains("these profiles are up here: simulated"),
        "{down}"
    );
}

/// What is no record of anything, by name.
const GARBAGE: [(&str, &[u8]); 5] = [
    ("empty", b""),
    ("cut", b"{\"layout\":1,\"back"),
    ("binary", b"\x00\xff\xfe\x80{\n\x9f"),
    ("another type", b"{\"layout\": \"1\", \"backend\": 3}\n"),
    ("a list", b"[1, 2]\n"),
];

#[test]
fn whatever_is_in_the_files_of_the_state_folder_down_ends_what_is_up() {
    for file in [
        "state.json",
        "journal.ndjson",
        "faults.ndjson",
        "run/simulated.json",
    ] {
        for (what, bytes) in GARBAGE {
            let world = World::up();
            fs_err::write(world.state().join(file), bytes).expect("writable");
            let down = world.run("down -p simulated");
            assert_eq!(down.code, 0, "{file}, {what}: {down}");
            let left = fs_err::read_dir(world.state().join("run")).expect("it is there");
            assert_eq!(left.count(), 0, "{file}, {what}: {down}");
            assert!(
                !world.state().join("faults.ndjson").exists(),
                "{file}, {what}"
            );
            let up = world.run("up -p simulated");
            assert_eq!(up.code, 0, "{file}, {what}: {up}");
            assert_eq!(world.run("status -p simulated").code, 0, "{file}, {what}");
        }
    }
}

#[test]
fn garbage_is_named_with_the_way_out_by_whoever_must_go_by_it() {
    for (file, code) in [
        ("state.json", 65),
        ("journal.ndjson", 65),
        ("faults.ndjson", 65),
    ] {
        for (what, bytes) in &GARBAGE[2..] {
            let world = World::up();
            fs_err::write(world.state().join(file), bytes).expect("writable");
            for verb in ["up", "status"] {
                let run = world.run(&format!("{verb} -p simulated"));
                assert_eq!(run.code, code, "{verb}, {file}, {what}: {run}");
                let named = format!(".harness/simulated/{file}");
                assert!(run.stderr.contains(&named), "{file}, {what}: {run}");
                let way_out = "`harness down --profile simulated`";
                assert!(run.stderr.contains(way_out), "{file}, {what}: {run}");
                assert_eq!(run.stdout, "", "{verb}, {file}, {what}");
            }
        }
    }
}

#[test]
fn down_tells_what_it_cleared() {
    let world = World::up();
    world.write(".harness/simulated/state.json", "garbage");
    world.write(".harness/simulated/run/simulated.json", "garbage");
    let down = world.run("down -p simulated");
    assert_eq!(down.code, 0, "{down}");
    for told in [
        "/state.json is not a file that the harness wrote",
        "/run/simulated.json is not a valid record; removing it",
    ] {
        assert!(down.stderr.contains(told), "{down}");
    }
    assert!(!down.stderr.contains("hint:"), "{down}");
}

/// Runs a verb as somebody who may not look into the state folder: as root, that is another user.
fn as_stranger(world: &World, verb: &str) -> Run {
    let state = world.state();
    let harness = Utf8Path::new(env!("CARGO_BIN_EXE_harness"));
    if fs_err::metadata(&state).expect("it is there").uid() == 0 {
        let open = |path: &Utf8Path| {
            fs_err::set_permissions(path, Permissions::from_mode(0o755)).expect("it is ours");
        };
        open(world.path());
        open(&world.path().join("profiles"));
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(harness).args(verb.split_whitespace());
        let own = world.command();
        command.current_dir(world.path()).env_clear();
        command.envs(
            own.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        return world.output(command);
    }
    fs_err::set_permissions(&state, Permissions::from_mode(0o000)).expect("it is ours");
    let run = world.run(verb);
    fs_err::set_permissions(&state, Permissions::from_mode(0o700)).expect("it is ours");
    run
}

#[test]
fn what_nobody_may_look_into_is_not_said_to_be_down() {
    let world = World::up();
    for verb in ["down", "status", "logs", "open web --print", "up", "heal"] {
        let run = as_stranger(&world, &format!("{verb} -p simulated"));
        assert_eq!(run.code, 69, "{verb}: {run}");
        assert!(run.stderr.contains("Permission denied"), "{verb}: {run}");
        assert!(!run.to_string().contains("nothing"), "{verb}: {run}");
        assert!(
            run.stderr.contains("it may still be running"),
            "{verb}: {run}"
        );
    }
    assert_eq!(world.run("status -p simulated").code, 0, "all is still up");
}
