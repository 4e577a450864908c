//! Words that name something in the wrong way, and variables that name nothing.

use insta::assert_snapshot;
use support::world::{SHORT, World};

fn world() -> World {
    let world = World::new();
    world.write("scenarios/short.yaml", SHORT);
    world
}

#[test]
fn a_file_after_the_option_for_a_name_is_told_how_files_are_named() {
    let world = world();
    let hint = "`-f profiles/simulated.yaml`";
    for verb in [
        "up",
        "status",
        "down --dry-run",
        "render",
        "heal",
        "plan",
        "test scenarios",
    ] {
        let verb = verb.replace("down --dry-run", "open web");
        for word in ["profiles/simulated.yaml", "simulated.yaml"] {
            let run = world.run(&format!("{verb} -p {word}"));
            assert_eq!(run.code, 65, "{verb}: {run}");
            assert!(run.stderr.contains(hint), "{verb}: {run}");
        }
    }
    assert_snapshot!(world.run("up -p simulated.yaml"), @"
    --- stderr
    error: there is no profile `simulated.yaml`, neither in `profiles` nor built in; expected `azure`, `azure-seed`, `base`, `existing`, `k3d`, `local`, `server` or `simulated`
      hint: `-p` takes a profile's name; use `-f profiles/simulated.yaml` for a file (`--file` with `logs`).
    --- exit 65
    ");
    // The hint is one that works.
    assert_eq!(world.run("up -f profiles/simulated.yaml").code, 0);
}

#[test]
fn what_is_no_file_with_a_profile_is_told_by_what_it_is() {
    let world = world();
    for (file, hint) in [
        (
            "simulated",
            "`-f` takes a file; use `-p simulated` for a profile's name.",
        ),
        (
            "profiles",
            "`profiles` is a folder; name a file in it after `-f`.",
        ),
        (
            "scenarios/short.yaml",
            "It is a scenario; run it with `harness test scenarios/short.yaml`",
        ),
    ] {
        let run = world.run(&format!("up -f {file}"));
        assert_eq!(run.code, 65, "{run}");
        assert!(run.stderr.ends_with(&format!("  hint: {hint}\n")), "{run}");
    }
}

#[test]
fn what_is_no_scenario_is_told_by_what_it_is() {
    let world = world();
    let profile = "It is a profile; name it with `-f profiles/simulated.yaml`, and add the \
                   scenarios.";
    for (file, hint) in [
        ("profiles/simulated.yaml", profile),
        (
            "short.yaml",
            "Run `harness test scenarios/short.yaml --profile simulated`",
        ),
    ] {
        let run = world.run(&format!("test -p simulated {file}"));
        assert_eq!(run.code, 65, "{run}");
        let told = run.stderr.contains(&format!("  hint: {hint}"));
        assert!(told, "{run}");
    }
}

#[test]
fn a_variable_that_is_set_to_nothing_is_one_that_is_not_set() {
    let names = [
        "HARNESS_BACKEND",
        "HARNESS_TEMPORAL",
        "HARNESS_TEMPORAL_SERVER",
        "HARNESS_TEMPORAL_SQL_TOOL",
        "HARNESS_TEMPORAL_MIRROR",
        "HARNESS_TEMPORAL_SERVER_MIRROR",
        "HARNESS_CACHE",
        "HARNESS_REHEARSAL_SPEED",
        "DOCKER_HOST",
        "AZURE_CONFIG_DIR",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_TOKEN_CREDENTIALS",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
    ];
    let world = world();
    for words in [
        "up -p simulated",
        "status -p simulated",
        "logs -p simulated",
        "doctor -p simulated",
    ] {
        let (mut empty, mut unset) = (world.command(), world.command());
        for name in names {
            empty.env(name, "");
            unset.env_remove(name);
        }
        for command in [&mut empty, &mut unset] {
            command.args(words.split(' '));
        }
        let (unset, empty) = (world.output(unset), world.output(empty));
        assert_eq!(empty.code, unset.code, "{words}: {empty}");
        if words != "up -p simulated" {
            assert_eq!(empty.stdout, unset.stdout, "{words}");
        }
    }
    // Without a home in the variables, the user database has one.
    let mut homeless = world.command();
    homeless.env("HOME", "").args(["doctor", "-p", "simulated"]);
    let mut unset = world.command();
    unset.env_remove("HOME").args(["doctor", "-p", "simulated"]);
    assert_eq!(world.output(homeless).stdout, world.output(unset).stdout);
}
