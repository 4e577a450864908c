//! Temporal's server and its SQL tool out of the vendor's source, by way of the user's own Go: it
//! knows the proxy, the checksum database and the mirror that hold on this machine.

use std::time::Duration;

use base::news::{Listener, Progress};
use base::tool::{self, Environment, Family, Stream, Tool};
use camino::Utf8Path;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::release::{SERVER, SQL_TOOL};

/// The packages of the two programs, each with the name that Go gives its executable.
const PROGRAMS: [(&str, &str, &str); 2] = [
    ("go.temporal.io/server/cmd/server", "server", SERVER),
    ("go.temporal.io/server/cmd/tools/sql", "sql", SQL_TOOL),
];

/// How long Go may take to download the modules and to compile them from nothing.
const COMPILE: Duration = Duration::from_mins(30);

/// Builds both programs and leaves them in `partial`, by their names.
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
        "building temporal-server {version} with Go, which takes some minutes"
    ));
    let mut work = Work::new(version, news);
    let built = tool
        .lines(cancel, |stream, line| work.hear(stream, line))
        .await;
    built.map_err(failed)?;
    for (_, built, name) in PROGRAMS {
        let built = binaries.join(built);
        std::fs::rename(&built, partial.join(name)).map_err(Error::file("move", built))?;
    }
    work.finish();
    Ok(())
}

/// Go, told to build what the vendor builds: without C, and without the modules of gRPC that only
/// its tests need.
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
        // Outside of any module or workspace of the user's.
        .folder(partial)
        .variable("CGO_ENABLED", "0")
        .variable("GOBIN", binaries.as_str())
        .variable("GOWORK", "off")
        // What is installed at a version is a module.
        .variable("GO111MODULE", "on");
    Ok(tool)
}

/// What Go has said so far.
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

    /// With `-v` Go names each package on standard error as it compiles it, and among them each
    /// module as it downloads it.
    fn hear(&mut self, stream: Stream, line: &str) {
        let (progress, done) = match (stream, line.strip_prefix("go: ")) {
            (Stream::Error, Some(said)) if said.starts_with("downloading ") => &mut self.modules,
            (Stream::Error, None) => &mut self.packages,
            (Stream::Error, Some(_)) | (Stream::Output, _) => return,
        };
        *done += 1;
        progress.at(*done, None);
    }
}

fn failed(source: tool::Error) -> Error {
    match too_old(&source.said()) {
        Some(reason) => Error::Toolchain { reason },
        None => Error::using("build temporal-server with Go", source),
    }
}

/// What Go says where a module wants a newer one and it may not fetch that: `go: MODULE requires
/// go >= 1.26.4 (running go 1.25.1; GOTOOLCHAIN=local)`.
fn too_old(said: &str) -> Option<String> {
    let mut lines = said.lines().map(str::trim);
    let line = lines.find(|line| line.contains(" requires go >= "))?;
    Some(line.trim_start_matches("go: ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_go_that_is_too_old_is_told_from_other_failures() {
        let said = "\n    go: downloading go.temporal.io/server v1.32.0\n    go: go.temporal.io/server/cmd/server@v1.32.0: go.temporal.io/server@v1.32.0 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)";
        insta::assert_snapshot!(too_old(said).expect("it is too old"), @"go.temporal.io/server/cmd/server@v1.32.0: go.temporal.io/server@v1.32.0 requires go >= 1.26.4 (running go 1.24.2; GOTOOLCHAIN=local)");
        assert_eq!(
            too_old("\n    go: module lookup disabled by GOPROXY=off"),
            None
        );
    }
}
