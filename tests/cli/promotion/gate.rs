//! The gate, for a worker that is built here.

use super::Subscription;

/// A build that tells of itself, and makes always the same program.
const BUILD: &str = r#"
  echo built >> builds
  echo '{"reason":"compiler-artifact","manifest_path":"'$here'/Cargo.toml","target":{"name":"worker","kind":["bin"]},"executable":"/bin/true"}'"#;

#[test]
fn the_build_that_the_gate_was_asked_about_is_the_one_that_is_promoted() {
    let azure = Subscription::new();
    let world = &azure.world;
    world.cargo(BUILD);
    let mut command = azure.command("promote --override-gate=untested");
    command.args(["--set", "worker.run={build: own}"]);
    command.env("PATH", format!("{}/bin:/usr/bin:/bin", world.path()));
    let run = world.output(command);
    assert_eq!(run.code, 0, "{run}");
    let builds = fs_err::read_to_string(world.path().join("own/builds")).expect("it was built");
    assert_eq!(builds, "built\n");
}
