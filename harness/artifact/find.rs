//! Programs on this machine: one that the user names, or one on `PATH`, and the version of each.

use std::time::Duration;

use base::tool::{self, Environment, Family, Tool};
use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::sync::CancellationToken;

use super::error::{Attempt, Error};

/// How long a program may take to print its version. The first start from a cold disk is slow.
const VERSION_DEADLINE: Duration = Duration::from_secs(20);

/// The program that the user names. An error if `check` refuses it.
pub(super) async fn named(
    origin: &'static str,
    path: &Utf8Path,
    check: impl AsyncFn(&Utf8Path) -> Result<(), Error>,
) -> Result<Utf8PathBuf, Error> {
    let refused = |reason: String| Error::Explicit {
        origin,
        path: path.to_owned(),
        reason,
    };
    let absolute = camino::absolute_utf8(path).map_err(|error| refused(error.to_string()))?;
    if !absolute.is_file() {
        return Err(refused("no such file".to_owned()));
    }
    match check(&absolute).await {
        Ok(()) => Ok(absolute),
        Err(error) if error.ends_the_search() => Err(error),
        Err(error) => Err(refused(error.with_causes())),
    }
}

/// The program of that name on `PATH`, if `check` accepts it.
pub(super) async fn on_path(
    program: &str,
    environment: &Environment,
    check: impl AsyncFn(&Utf8Path) -> Result<(), Error>,
) -> Result<Utf8PathBuf, Attempt> {
    let found = environment.find(program);
    let path = found.ok_or_else(|| Attempt::new("PATH", format!("`{program}` is not on it")))?;
    match check(&path).await {
        Ok(()) => Ok(path),
        Err(error) => Err(Attempt::new(path, error.with_causes())),
    }
}

/// What a program prints when it is asked for its version.
pub(super) async fn version(
    path: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<String, Error> {
    let asked = async {
        let tool = Tool::new(
            path.as_str(),
            Family::Temporal,
            environment,
            VERSION_DEADLINE,
        )?;
        tool.arguments(["--version"]).output(cancel).await
    };
    match asked.await {
        Ok(done) => Ok(done.output),
        Err(tool::Error::Interrupted { .. }) => Err(Error::Interrupted),
        Err(source) => Err(Error::Ask(source)),
    }
}
