//! The gate, for a worker that is built here.

use std::os::unix::fs::PermissionsExt as _;

use super::Subscription;

/// In place of the user's cargo: it tells each build, and whatever is built is one program.
const CARGO: &str = r#"#!/bin/sh
here=$(pwd)
case "$1" in
metadata)
  echo '{"workspace_root":"'$here'","target_directory":"'$here'/target","packages":[{"name":"mine","manifest_path":"'$here'/Cargo.toml","targets":[{"name":"worker","kind":["bin"]}]}]}' ;;
build)
  echo built >> builds
  echo '{"reason":"compiler-artifact","manifest_path":"'$here'/Cargo.toml","target":{"name":"worker","kind":["bin"]},"executable":"/bin/true"}' ;;
esac
"#;

#[test]
fn the_build_that_the_gate_was_asked_about_is_the_one_that_is_promoted() {
    let azure = Subscription::new();
    let world = &azure.world;
    world.write("own/Cargo.toml", "");
    world.write("bin/cargo", CARGO);
    let cargo = world.path().join("bin/cargo");
    fs_err::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut command = azure.command("promote --override-gate=untested");
    command.args(["--set", "worker.run={build: own}"]);
    command.env("PATH", format!("{}/bin:/usr/bin:/bin", world.path()));
    let run = world.output(command);
    assert_eq!(run.code, 0, "{run}");
    let builds = fs_err::read_to_string(world.path().join("own/builds")).expect("it was built");
    assert_eq!(builds, "built\n");
}
