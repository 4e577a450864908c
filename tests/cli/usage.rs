//! Command lines that are wrong, and the help for those that are not.

use insta::assert_snapshot;
use support::world::World;

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
    assert_snapshot!(world.run("report"), @"
    --- stderr
    error: the following required arguments were not provided:
      <FOLDER>

    Usage: harness report <FOLDER>

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
    error: could not enter the folder `nowhere`: No such file or directory (os error 2)
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
          "text": "Run `harness --help`"
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
      init         Write what `up` and `test` need to run the worker of this repository
      up           Start the topology and leave it running
      down         Stop everything that `up` started, and list what could not be stopped
      status       Show what runs, whether it is ready, and where
      logs         Show the logs of services
      open         Open the web console or the starter in a browser, and print the address
      test         Run scenarios: load and break the topology, then judge the result
      report       Show the result of a run, judged again from its folder
      bench        Measure the throughput of a topology, and the start-up time of the harness
      heal         Undo the faults that an interrupted run left open
      profile      Show profiles: those of the folder `profiles`, and the built-in ones
      render       Print the Kubernetes objects of a profile as YAML
      parity       Compare two profiles and their running topologies
      cost         Estimate what profiles cost in a month, before anything is created in Azure
      plan         Show what promoting a profile to Azure would change, and what would make it fail
      promote      Deploy a profile's topology to Azure, or update it there
      outputs      Print the names and addresses of a promoted topology in Azure
      drift        Show what in Azure differs from the profile, property by property
      rotate       Replace the password of the database's administrator
      destroy      Delete a promoted topology: the stack with its resources, then the resource group
      rehearse     Use the built-in Azure with other tools
      doctor       Show what this machine can run, and how to fix what is missing
      schema       Print the JSON Schema of a file format
      completions  Print a completion script for a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Global options:
          --output <FORMAT>     Format of the data on standard output [default: text] [possible values:
                                text, json]
          --events              Write every event to standard output, one JSON object a line
      -C, --directory <FOLDER>  Run as if started in this folder
      -v, --verbose...          Write the harness's own logs to standard error (-v info, -vv debug)

    Start here:
      harness test                start the topology, load it, break it, judge the result, stop it
      harness up --local          start the topology and leave it running
      harness init                write what both need to run your own worker
      harness doctor              show what this machine can run

    Exit codes: 0 ok, 1 invariant violated, 2 inconclusive, 64 usage, 65 invalid file, 69 unavailable,
    70 internal, 71 output not written, 73 leftovers, 74 heal failed, 77 not allowed, 99 threshold
    missed, 130 interrupted
    --- exit 0
    ");
}

#[test]
fn the_help_of_a_verb_has_its_own_options_first() {
    assert_snapshot!(World::new().run("up -h"), @"
    Start the topology and leave it running

    Usage: harness up [OPTIONS]

    Options:
      -p, --profile <NAME>       Profile by name: profiles/NAME.yaml [default: local]
          --local                The same as `--profile local`
      -f, --file <FILE>          Profile by file
          --backend <NAME>       Backend to use, in place of the profile's [env: HARNESS_BACKEND=]
                                 [possible values: k3d, process, simulated]
          --address <HOST:PORT>  Existing Temporal cluster to use, by default with the profile
                                 `existing`
          --rehearse             Use the built-in Azure in place of Azure, with separate state
          --set <KEY=VALUE>      Set a key of the profile, such as `worker.replicas=3`; may be repeated
          --dry-run              Show the plan without changing anything
      -h, --help                 Print help (see more with '--help')

    Global options:
          --output <FORMAT>     Format of the data on standard output [default: text] [possible values:
                                text, json]
          --events              Write every event to standard output, one JSON object a line
      -C, --directory <FOLDER>  Run as if started in this folder
      -v, --verbose...          Write the harness's own logs to standard error (-v info, -vv debug)

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
