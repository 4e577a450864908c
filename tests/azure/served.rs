//! `harness rehearse serve` as Microsoft's clients for Python find it, told nothing but what it prints.

use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::timeout;

use super::child::{converse, tool};
use super::install::{self, AZURE_JUDGES};

testing::tests!([AZURE_JUDGES]; multi_thread: what_it_prints_is_all_that_microsofts_clients_need);

const DEADLINE: Duration = Duration::from_mins(8);

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/azure/served");

/// What a line such as `export NAME=VALUE` sets; a value may be what a file holds.
fn exported(line: &str) -> (String, String) {
    let line = line.strip_prefix("export ").expect("a line that exports");
    let (name, value) = line.split_once('=').expect("a name and its value");
    let file = value
        .strip_prefix("\"$(cat ")
        .and_then(|rest| rest.strip_suffix(")\""));
    let value = file.map_or_else(
        || value.to_owned(),
        |file| fs_err::read_to_string(file).expect("readable"),
    );
    (name.to_owned(), value)
}

async fn what_it_prints_is_all_that_microsofts_clients_need() {
    let python = install::python().await.expect("the test needs it");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut serve = tool(
        env!("CARGO_BIN_EXE_harness"),
        &["rehearse", "serve", "--speed", "100000", "--output", "json"],
    );
    serve.current_dir(folder.path()).stderr(Stdio::null());
    let mut served = serve.spawn().expect("the binary starts");
    let mut lines = BufReader::new(served.stdout.take().expect("it is piped")).lines();
    let mut document = String::new();
    let printed = async {
        while let Some(line) = lines.next_line().await.expect("output is UTF-8") {
            document.push_str(&line);
            if line == "}" {
                break;
            }
        }
    };
    let printed = timeout(DEADLINE, printed).await;
    printed.expect("it says where it is");
    let document: Value = serde_json::from_str(&document).expect("one document");
    let exports = document["commands"]["clients"].as_array().expect("lines");
    let exports = exports.iter().filter_map(Value::as_str).map(exported);
    let mut tests = tool(python, &["-B", "-m", "unittest", "discover", "-s", TESTS]);
    tests
        .envs(exports)
        .env(
            "SERVED_ADDRESS",
            document["resource-manager"].as_str().expect("an address"),
        )
        .env("NO_PROXY", "127.0.0.1");
    let said = converse(tests, DEADLINE, |_| None).await;
    let said = said.unwrap_or_else(|why| panic!("{why}"));
    assert!(said.contains("Ran 10 tests"), "{said}");
    let pid = document["pid"]
        .as_i64()
        .and_then(|pid| i32::try_from(pid).ok());
    kill(Pid::from_raw(pid.expect("a process")), Signal::SIGTERM).expect("it runs");
    let ended = timeout(DEADLINE, served.wait()).await.expect("it ends");
    let ended = ended.expect("it is a child");
    assert_eq!(ended.code(), Some(0));
}
