//! A working folder of its own, and the binary in it.

use std::fmt;
use std::process::{Command, Output, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use insta::Settings;
use insta::internals::SettingsBindDropGuard;
use serde_json::Value;
use tempfile::TempDir;
use testing::machine;

use crate::programs::harness;

/// The profile that every fixture has besides `base`.
const SIMULATED: &str = "\
apiVersion: harness/v1
kind: Profile
name: simulated
extends: base
description: A model in place of everything
backend: {simulated: {}}
";

/// Two workflows at a time for a moment.
pub const SHORT: &str = r#"
apiVersion: harness/v1
kind: Scenario
name: short
description: Hello world for a moment, and every result is right
workload:
  - name: hello
    executor:
      constant-concurrency: {users: 2}
    workflow:
      type: Workflow
      input: ["{{ name }}"]
      result: "Hello {{ name }}!"
phases: {baseline: 300ms, drain: 5s}
expect:
  invariants: [no-lost-start, right-result, all-closed, history-integrity]
  generator-delay: 5m
"#;

/// What differs from run to run, and what is shown in its place.
const REDACTIONS: [(&str, &str); 10] = [
    (r"done in \d+\.\ds", "done in [time]"),
    (r"\b(was|p99) +\S+( +|, )wanted", "$1 [time], wanted"),
    (r#""elapsed-ms":[0-9.]+"#, r#""elapsed-ms":"[time]""#),
    (r#""at":"[^"]+Z""#, r#""at":"[time]""#),
    (r#""harness":"[^"]+""#, r#""harness":"[version]""#),
    (r"\btopology [0-9a-f]{12}\b", "topology [digest]"),
    (r"\b[0-9a-f]{64}\b", "[digest]"),
    (
        r"reports/([a-z-]+)-[0-9a-f]+-[0-9a-f]+/",
        "reports/$1-[run]/",
    ),
    (r"\b\d+ workflows", "[count] workflows"),
    (r"\b\d+ histories", "[count] histories"),
];

/// A working folder with profiles, and the harness in it with an empty environment.
pub struct World {
    folder: TempDir,
    path: Utf8PathBuf,
    _redactions: SettingsBindDropGuard,
}

impl World {
    /// A folder with the profiles `base` and `simulated`, in which nothing is up.
    pub fn new() -> Self {
        let world = Self::empty();
        let base = testing::project().join("profiles/base.yaml");
        let base = fs_err::read_to_string(base).expect("the project has a base profile");
        world.write("profiles/base.yaml", &base);
        world.write("profiles/simulated.yaml", SIMULATED);
        world
    }

    /// An empty folder.
    pub fn empty() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let path = folder.path().canonicalize().expect("the folder is there");
        let path = Utf8PathBuf::from_path_buf(path).expect("a path in UTF-8");
        let mut settings = Settings::clone_current();
        for (pattern, shown) in REDACTIONS {
            settings.add_filter(pattern, shown);
        }
        Self {
            folder,
            path,
            _redactions: settings.bind_to_scope(),
        }
    }

    /// A folder in which the topology is up.
    pub fn up() -> Self {
        let world = Self::new();
        assert_eq!(world.run("up -p simulated").code, 0);
        world
    }

    /// The folder.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The state folder of the profile `simulated`.
    pub fn state(&self) -> Utf8PathBuf {
        self.path.join(".harness/simulated")
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        let folder = path.parent().expect("a file is in a folder");
        fs_err::create_dir_all(folder).expect("the folder can be made");
        fs_err::write(path, text).expect("the file can be written");
    }

    /// Writes the package `own` with a worker, and in place of the user's cargo one in `bin` that
    /// describes it and builds it as a script says, with the package's folder as `$here`.
    pub fn cargo(&self, build: &str) {
        self.write("own/Cargo.toml", "");
        machine::tool(
            &self.path,
            "cargo",
            &format!(
                r#"here=$(pwd)
case "$1" in
metadata)
  echo '{{"workspace_root":"'$here'","target_directory":"'$here'/target","packages":[{{"name":"mine","manifest_path":"'$here'/Cargo.toml","targets":[{{"name":"worker","kind":["bin"]}}]}}]}}' ;;
*)
{build} ;;
esac
"#
            ),
        );
    }

    /// The binary in the folder, with nothing in its environment but a home.
    pub fn command(&self) -> Command {
        let mut command = Command::new(harness());
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path.join("home"))
            // What takes Azure minutes is no matter here.
            .env("HARNESS_REHEARSAL_SPEED", "3000")
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary with the words of a line as its arguments.
    pub fn run(&self, line: &str) -> Run {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.run_words(&words)
    }

    /// Runs the binary with these arguments.
    pub fn run_words(&self, words: &[&str]) -> Run {
        let mut command = self.command();
        command.args(words);
        self.output(command)
    }

    /// Runs a command to its end.
    pub fn output(&self, mut command: Command) -> Run {
        let output = command.output();
        let Output {
            status,
            stdout,
            stderr,
        } = output.expect("the binary starts");
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("output is UTF-8");
            text.replace(self.path.as_str(), "[folder]")
        };
        Run {
            code: status.code().expect("no signal ended it"),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Runs the binary with standard output closed by its reader before the first byte.
    pub fn run_unread(&self, line: &str) -> Run {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        self.run_into(line, writer)
    }

    /// Runs the binary with its standard output going somewhere.
    pub fn run_into(&self, line: &str, stdout: impl Into<Stdio>) -> Run {
        let mut child = self
            .command()
            .args(line.split_whitespace())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stderr = child.stderr.take().expect("it is piped");
        let stderr = std::io::read_to_string(&mut stderr).expect("output is UTF-8");
        let status = child.wait().expect("it ends");
        Run {
            code: status.code().expect("no signal ended it"),
            stdout: String::new(),
            stderr,
        }
    }
}

/// What a run of the binary printed, and how it exited.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Standard output as one JSON document, and nothing else.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not one JSON document: {error}\n{self}"))
    }

    /// Standard output as one JSON document a line.
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| {
                serde_json::from_str(line)
                    .unwrap_or_else(|error| panic!("no JSON: {error}: {line}\n{self}"))
            })
            .collect()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(out, "--- stderr\n{}", self.stderr)?;
        }
        write!(out, "--- exit {}", self.code)
    }
}

/// As `short`, under another name.
pub fn named(name: &str) -> String {
    SHORT.replace("name: short", &format!("name: {name}"))
}

/// The scenarios of a run with their verdicts, in order.
pub fn verdicts(run: &Run) -> Vec<(String, String)> {
    let json = run.json();
    let rows = json["verdicts"].as_array().expect("a list").clone();
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
    rows.iter()
        .map(|row| (text(row, "scenario"), text(row, "verdict")))
        .collect()
}

/// The same, as a test expects them.
pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(one, other): &(&str, &str)| ((*one).to_owned(), (*other).to_owned());
    expected.iter().map(owned).collect()
}
