//! Temporal's server and its SQL tool, built from the vendor's source with the user's own Go. That
//! Go is configured for the proxy, checksum database and mirror of this machine.
#![expect(clippy::disallowed_methods, reason = "`Error::file` names the file")]

use std::time::Duration;

use base::news::{Listener, Progress};
use base::tool::{self, Environment, Family, Stream, Tool};
use camino::Utf8Path;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::release::{SERVER, SQL_TOOL};

/// The packages of the two programs. Each has the name that Go gives the executable.
const PROGRAMS: [(&str, &str, &str); 2] = [
    ("go.temporal.io/server/cmd/server", "server", SERVER),
    ("go.temporal.io/server/cmd/tools/sql", "sql", SQL_TOOL),
];

/// How long Go may take to download the modules and to compile everything.
const COMPILE: Duration = Duration::from_mins(30);

/// Builds both programs and leaves them in `partial` under their names.
pub(super) async fn build(
    version: &str,
    partial: &Utf8Path,
    environment: &Environment,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    let binaries = partial.join("bin");
    let tool = command(version, partial, &binaries, environment).map_err(failed)?;
    news.notice(format!(
        "building temporal-server {version} with Go (this takes some minutes)"
    ));
    let mut work = Work::new(version, news);
    let built = tool
        .lines(cancel, |stream, line| work.read_line(stream, line))
        .await;
    built.map_err(failed)?;
    for (_, built, name) in PROGRAMS {
        let built = binaries.join(built);
        std::fs::rename(&built, partial.join(name)).map_err(Error::file("move", built))?;
    }
    work.finish();
    Ok(())
}

/// The command line of Go, with the options that the vendor uses: without cgo, and without the gRPC
/// modules that only its tests need.
fn command(
    version: &str,
    partial: &Utf8Path,
    binaries: &Utf8Path,
    environment: &Environment,
) -> Result<Tool, tool::Error> {
    let packages = PROGRAMS.map(|(package, ..)| format!("{package}@v{version}"));
    let tool = Tool::new("go", Family::Go, environment, COMPILE)?
        .arguments(["install", "-v", "-tags", "disable_grpc_modules"])
        .arguments(packages)
        // Outside of any module or workspace of the user.
        .folder(partial)
        .variable("CGO_ENABLED", "0")
        .variable("GOBIN", binaries.as_str())
        .variable("GOWORK", "off")
        // `go install PACKAGE@VERSION` needs module mode.
        .variable("GO111MODULE", "on");
    Ok(tool)
}

/// The progress of Go, read from its output.
struct Work<'a> {
    modules: (Progress<'a>, u64),
    packages: (Progress<'a>, u64),
}

impl<'a> Work<'a> {
    fn new(version: &str, news: &'a Listener) -> Self {
        let progress = |work: &str| {
            let what = format!("{work} of temporal-server {version} with Go");
            (Progress::of_pieces(what, news), 0)
        };
        Self {
            modules: progress("download modules"),
            packages: progress("compile packages"),
        }
    }

    fn finish(self) {
        self.modules.0.finish();
        self.packages.0.finish();
    }

    /// With `-v`, Go prints each package on standard error when it compiles it, and each module
    /// when it downloads it.
    fn read_line(&mut self, stream: Stream, line: &str) {
        let (progress, done) = match (stream, line.strip_prefix("go: ")) {
            (Stream::Error, Some(output)) if output.starts_with("downloading ") => {
                &mut self.modules
            }
            (Stream::Error, None) => &mut self.packages,
            (Stream::Error, Some(_)) | (Stream::Output, _) => return,
        };
        *done += 1;
        progress.at(*done, None);
    }
}

fn failed(source: tool::Error) -> Error {
    match too_old(&source.last_lines()) {
        Some(reason) => Error::Toolchain { reason },
        None => Error::using("build temporal-server with Go", source),
    }
}

/// The line with which Go refuses a module that needs a newer Go, when it may not download one:
/// `go: MODULE requires go >= 1.26.4 (running go 1.25.1; GOTOOLCHAIN=local)`.
fn too_old(output: &str) -> Option<String> {
    let mut lines = output.lines().map(str::trim);
    let line = lines.find(|line| line.contains(" requires go >= "))?;
    Some(line.trim_start_matches("go: ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_go_that_is_too_old_is_distinguished_from_other_failures() {
        let output = "\n    go: downloading go.temporal.io/server v1.32.0\n    go: go.temporal.io/server/cmd/server@v1.32.0: go.temporal.io/server@v1.32.0 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)";
        insta::assert_snapshot!(too_old(output).expect("it is too old"), @"go.temporal.io/server/cmd/server@v1.32.0: go.temporal.io/server@v1.32.0 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)");
        assert_eq!(
            too_old("\n    go: module lookup disabled by GOPROXY=off"),
            None
        );
    }
}
