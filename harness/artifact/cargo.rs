//! Builds the worker of a Cargo package such that nothing is compiled twice.

use std::time::Duration;

use base::news::{Listener, Progress};
use base::tool::{self, Environment, Family, Stream, Tool};
use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::error::Error;

/// How long cargo may take to describe a workspace, and to compile one completely.
const DESCRIBE: Duration = Duration::from_mins(1);
const COMPILE: Duration = Duration::from_mins(30);

const CARGO: &str = "cargo";

/// The package of this program.
const HARNESS: &str = "harness";

const MANIFEST: &str = "Cargo.toml";

/// The binary target that is built.
const BINARY: &str = "worker";

/// What older and newer releases of cargo print while another cargo builds in the same target
/// folder.
const WAITS: [&str; 2] = [
    "Blocking waiting for file lock on build directory",
    "Blocking waiting for file lock on artifact directory",
];

/// How many lines of the compiler's errors an error shows.
const DIAGNOSIS_LINES: usize = 60;

/// The output of `cargo metadata`.
#[derive(Debug, Deserialize)]
struct Workspace {
    #[serde(rename = "workspace_root")]
    root: Utf8PathBuf,
    target_directory: Utf8PathBuf,
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: Utf8PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// One line of cargo's `--message-format=json`. Other fields are ignored.
#[derive(Debug, Deserialize)]
struct Message {
    manifest_path: Option<Utf8PathBuf>,
    target: Option<Target>,
    executable: Option<Utf8PathBuf>,
}

impl Target {
    fn is_worker(&self) -> bool {
        self.name == BINARY && self.kind.iter().any(|kind| kind == "bin")
    }
}

/// The workspace of the package in `folder`, or the package itself if it is in none.
pub(super) async fn workspace(
    folder: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<Utf8PathBuf, Error> {
    Ok(describe(folder, environment, cancel).await?.root)
}

/// Whether the package in `folder` can be built, as far as can be checked without running cargo.
pub(super) fn foresee(folder: &Utf8Path, environment: &Environment) -> Result<(), Error> {
    folder_of(folder)?;
    let found = environment.require(CARGO).map(drop);
    found.map_err(|source| Error::using(format!("build the worker in {folder}"), source))
}

/// The absolute path of `folder`, which must contain the manifest of a package.
fn folder_of(folder: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let folder = folder
        .canonicalize_utf8()
        .map_err(|error| package(folder, format!("cannot be opened: {error}")))?;
    if folder.join(MANIFEST).is_file() {
        Ok(folder)
    } else {
        Err(package(&folder, "has no Cargo.toml".to_owned()))
    }
}

/// Builds the binary `worker` of the package in `folder` and returns its path.
pub(super) async fn build(
    folder: &Utf8Path,
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<Utf8PathBuf, Error> {
    let folder = folder_of(folder)?;
    let manifest = folder.join(MANIFEST);
    let workspace = describe(&folder, environment, cancel).await?;
    let wanted = workspace
        .packages
        .iter()
        .find(|package| package.manifest_path == manifest);
    let wanted = wanted.ok_or_else(|| {
        package(
            &folder,
            "is a workspace, not one of its packages".to_owned(),
        )
    })?;
    if !wanted.targets.iter().any(Target::is_worker) {
        return Err(package(&folder, without_worker(wanted)));
    }
    let mut compilation = Compilation::new(wanted, news);
    let tool = command(&workspace, wanted, environment)
        .map_err(|source| compilation.failed(&folder, source))?;
    let built = tool
        .lines(cancel, |stream, line| compilation.read_line(stream, line))
        .await;
    built.map_err(|source| compilation.failed(&folder, source))?;
    let nothing = || {
        package(
            &folder,
            "was built, but cargo did not report the path of its worker".to_owned(),
        )
    };
    let executable = compilation.executable.take().ok_or_else(nothing)?;
    compilation.progress.finish();
    Ok(executable)
}

/// The binary that [`build`] made last for the package in `folder`, if there is one. [`build`]
/// would make the same one unless a source has changed since.
pub(super) async fn built_last(
    folder: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<Option<Utf8PathBuf>, Error> {
    let workspace = describe(folder, environment, cancel).await?;
    let profile = if is_release(&workspace) {
        "release"
    } else {
        "debug"
    };
    let executable = workspace.target_directory.join(profile).join(BINARY);
    Ok(executable.is_file().then_some(executable))
}

fn package(folder: &Utf8Path, reason: String) -> Error {
    let folder = folder.to_owned();
    Error::Package { folder, reason }
}

fn without_worker(package: &Package) -> String {
    let binaries = package
        .targets
        .iter()
        .filter(|target| target.kind.iter().any(|kind| kind == "bin"));
    let names = binaries
        .map(|target| format!("`{}`", target.name))
        .collect::<Vec<_>>();
    if names.is_empty() {
        return format!("has no binary `{BINARY}` and no other binary");
    }
    format!("has no binary `{BINARY}`, only {}", names.join(", "))
}

async fn describe(
    folder: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<Workspace, Error> {
    let failed = |source| Error::using(format!("describe {folder} with cargo"), source);
    let tool = Tool::new(CARGO, Family::Rust, environment, DESCRIBE).map_err(failed)?;
    let tool = tool
        .arguments(["metadata", "--no-deps", "--format-version", "1"])
        .folder(folder);
    let output = tool.output(cancel).await.map_err(failed)?.output;
    serde_json::from_str(&output).map_err(|error| {
        package(
            folder,
            format!("has an unexpected description by `cargo metadata`: {error}"),
        )
    })
}

/// The command line that builds the worker as `cargo run` of the harness would have built it.
///
/// Cargo unites the features of all selected packages. If the harness is in the same workspace, it
/// is selected too, although none of its targets is built. Its dependencies include all of the
/// worker's, so every shared crate gets the features with which it was compiled for the harness.
/// With the worker's package alone, `serde_json`, `hyper-util`, `tower` and `libc` have fewer
/// features (compare `cargo tree -e no-dev -f '{p} {f}'` of the two). They and almost all crates
/// that depend on them would be compiled again. For the same reason the profile is the one with
/// which this harness was compiled. Another workspace is built in its own folder, where its
/// `.cargo/config.toml` and toolchain file apply.
fn command(
    workspace: &Workspace,
    wanted: &Package,
    environment: &Environment,
) -> Result<Tool, tool::Error> {
    let same_workspace = has_harness(workspace);
    let tool = Tool::new(CARGO, Family::Rust, environment, COMPILE)?
        .arguments(["build", "--package", &*wanted.name, "--bin", BINARY])
        .arguments(
            same_workspace
                .then_some(["--package", HARNESS])
                .into_iter()
                .flatten(),
        )
        .arguments(is_release(workspace).then_some("--release"))
        .arguments(["--message-format=json-render-diagnostics"])
        .folder(&workspace.root)
        .variable("CARGO_TERM_COLOR", "never")
        // Cargo then prints its progress as it does on a terminal.
        .variable("CARGO_TERM_PROGRESS_WHEN", "always")
        .variable("CARGO_TERM_PROGRESS_WIDTH", "100");
    Ok(tool)
}

/// Whether the harness is in the workspace.
fn has_harness(workspace: &Workspace) -> bool {
    let mut packages = workspace.packages.iter();
    packages.any(|package| package.name == HARNESS)
}

/// Whether the worker is compiled in release mode: as the harness if both are in one workspace.
fn is_release(workspace: &Workspace) -> bool {
    !cfg!(debug_assertions) || !has_harness(workspace)
}

/// The progress of cargo, read from its output.
struct Compilation<'a> {
    manifest: &'a Utf8Path,
    progress: Progress<'a>,
    news: &'a Listener,
    executable: Option<Utf8PathBuf>,
    diagnosis: Vec<String>,
}

impl<'a> Compilation<'a> {
    fn new(package: &'a Package, news: &'a Listener) -> Self {
        Self {
            manifest: &package.manifest_path,
            progress: Progress::new(format!("compile {}", package.name), news),
            news,
            executable: None,
            diagnosis: Vec::new(),
        }
    }

    fn read_line(&mut self, stream: Stream, line: &str) {
        match stream {
            Stream::Output => self.read_message(line),
            Stream::Error => self.read_text(line),
        }
    }

    fn read_message(&mut self, line: &str) {
        // Build scripts and later releases of cargo may print other lines, which are ignored.
        let Ok(message) = serde_json::from_str::<Message>(line) else {
            return;
        };
        let ours = message
            .manifest_path
            .is_some_and(|manifest| manifest == self.manifest);
        if ours && message.target.is_some_and(|target| target.is_worker()) {
            self.executable = message.executable;
        }
    }

    fn read_text(&mut self, line: &str) {
        let words = line.trim();
        if let Some((done, total)) = progress_of(words) {
            self.progress.at(done, Some(total));
        } else if WAITS.iter().any(|waits| words.starts_with(waits)) {
            self.news
                .notice("waiting for another cargo that builds in the same target folder");
        } else if line.starts_with("error") || !self.diagnosis.is_empty() {
            self.diagnosis.push(line.to_owned());
        }
    }

    fn failed(&self, folder: &Utf8Path, source: tool::Error) -> Error {
        if !matches!(source, tool::Error::Run { .. }) || self.diagnosis.is_empty() {
            return Error::using(format!("build the worker in {folder}"), source);
        }
        let lines = self.diagnosis.iter().filter(|line| !line.trim().is_empty());
        let lines = lines
            .take(DIAGNOSIS_LINES)
            .map(|line| format!("\n    {line}"));
        Error::Compile {
            folder: folder.to_owned(),
            diagnosis: lines.collect(),
            source,
        }
    }
}

/// Parses cargo's progress bar: `Building [====>    ] 12/345: serde, tokio`.
fn progress_of(line: &str) -> Option<(u64, u64)> {
    let (_, rest) = line.strip_prefix("Building [")?.split_once("] ")?;
    let (counts, _) = rest.split_once(':').unwrap_or((rest, ""));
    let (done, total) = counts.trim().split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests;
