//! Command lines that are wrong, and the help for those that are not.

use insta::assert_snapshot;

use crate::fixture::World;

#[test]
fn no_verb_shows_the_help_and_is_a_usage_error() {
    let run = World::new().run("");
    assert_eq!(run.code, 64);
    assert!(run.stdout.is_empty());
    assert!(run.stderr.contains("Start here:"), "{run}");
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let world = World::new();
    assert_snapshot!(world.run("upp"), @"
    --- stderr
    error: unrecognized subcommand 'upp'

      tip: a similar subcommand exists: 'up'

    Usage: harness [OPTIONS] <COMMAND>

    For more information, try '--help'.
    --- exit 64
    ");
    assert_snapshot!(world.run("up --replicas 3"), @"
    --- stderr
    error: unexpected argument '--replicas' found

    Usage: harness up [OPTIONS]

    For more information, try '--help'.
    --- exit 64
    ");
    assert_snapshot!(world.run("test"), @"
    --- stderr
    error: the following required arguments were not provided:
      <PATHS>...

    Usage: harness test <PATHS>...

    For more information, try '--help'.
    --- exit 64
    ");
    assert_snapshot!(world.run("up -p simulated --local"), @"
    --- stderr
    error: the argument '--profile <NAME>' cannot be used with '--local'

    Usage: harness up --profile <NAME>

    For more information, try '--help'.
    --- exit 64
    ");
    assert_snapshot!(world.run("schema topology"), @"
    --- stderr
    error: invalid value 'topology' for '<FORMAT>'
      [possible values: profile, scenario, report]

    For more information, try '--help'.
    --- exit 64
    ");
    assert_snapshot!(world.run("-C nowhere status"), @"
    --- stderr
    error: could not work in `nowhere`: No such file or directory (os error 2)
    --- exit 64
    ");
}

#[test]
fn a_wrong_command_line_is_one_json_document_where_json_is_asked_for() {
    let world = World::new();
    let json = world.run("up --replicas 3 --output json").json();
    assert_snapshot!(format!("{json:#}"), @r#"
    {
      "causes": [],
      "error": "unexpected argument '--replicas' found",
      "exit-code": 64,
      "hints": [
        {
          "commands": [
            [
              "harness",
              "--help"
            ]
          ],
          "text": "run `harness --help`"
        }
      ],
      "log-tail": null
    }
    "#);
    assert_eq!(world.run("--output=json").json()["exit-code"], 64);
}

#[test]
fn the_help_names_every_verb() {
    assert_snapshot!(World::new().run("-h"), @"
    Run, test and promote a self-hosted Temporal topology from one profile

    Usage: harness [OPTIONS] <COMMAND>

    Commands:
      up           Bring the topology up and leave it running
      down         Stop everything that `up` started, and say so if anything is left
      status       Show what runs, whether it is ready, and where
      logs         Show the logs of services
      open         Open the web console or the starter in a browser, and print the address
      test         Load and break the topology as scenarios say, and judge what came of it
      report       Show what came of a run, judged anew by what stands in its folder
      bench        Measure what this topology carries, and what the harness costs
      heal         Undo faults that an interrupted run left behind
      render       Print the Kubernetes objects of a profile as YAML
      parity       Compare two profiles, and what runs of them
      cost         Say what profiles cost in a month, before anything is made in Azure
      plan         Say what promoting a profile to Azure would do, and what stands in its way
      promote      Make a profile's topology real in Azure, or what is missing or different of it
      outputs      Print what a promoted topology is called in Azure, and how it is reached
      drift        Say what in Azure is not as the profile says, property by property
      rotate       Give the database's administrator another password, and everybody who uses it
      destroy      Delete what was promoted: the stack with all in it, then the resource group
      rehearse     Use the built-in Azure, which rehearsals run against, with other tools
      doctor       Show what this machine can run, and how to mend what it cannot
      schema       Print the JSON Schema of a file format
      completions  Print a completion script for a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Options of every verb:
          --output <FORM>       Form of the data on standard output [default: text] [possible values:
                                text, json]
          --events              Write every event to standard output, one JSON object a line
      -C, --directory <FOLDER>  Work as if started in this folder
      -v, --verbose...          Log what happens inside to standard error (-v info, -vv debug)

    Start here:
      harness test scenarios/     bring the topology up, load it, break it, judge it, take it down
      harness up --local          leave it running
      harness doctor              what this machine can run

    Exit codes: 0 ok, 1 invariant violated, 2 inconclusive, 64 usage, 65 invalid file, 69 unavailable,
    70 internal, 71 output not written, 73 leftovers, 74 heal failed, 77 not allowed, 99 threshold
    missed, 130 interrupted
    --- exit 0
    ");
}

#[test]
fn the_help_of_a_verb_has_its_own_options_first() {
    assert_snapshot!(World::new().run("up -h"), @"
    Bring the topology up and leave it running

    Usage: harness up [OPTIONS]

    Options:
      -p, --profile <NAME>   Profile by name: profiles/NAME.yaml [default: local]
          --local            The same as `--profile local`
      -f, --file <FILE>      Profile by file
          --backend <NAME>   Where to run it, whatever the profile says [env: HARNESS_BACKEND=]
                             [possible values: k3d, process, simulated]
          --rehearse         In place of Azure, the built-in one: a rehearsal, apart from the real thing
          --set <KEY=VALUE>  Set a key of the profile, such as `worker.replicas=3`; may be repeated
          --dry-run          Show what would be done, and do nothing
      -h, --help             Print help (see more with '--help')

    Options of every verb:
          --output <FORM>       Form of the data on standard output [default: text] [possible values:
                                text, json]
          --events              Write every event to standard output, one JSON object a line
      -C, --directory <FOLDER>  Work as if started in this folder
      -v, --verbose...          Log what happens inside to standard error (-v info, -vv debug)

    Examples:
      harness up --local
      harness up --set worker.replicas=3
      harness up --dry-run
    --- exit 0
    ");
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = World::new().run("--version");
    assert_eq!(
        version.stdout.trim(),
        concat!("harness ", env!("CARGO_PKG_VERSION"))
    );
}
