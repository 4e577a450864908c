//! The dynamic configuration of engine `server`: writes its file, and lets the server validate it.

use std::time::Duration;

use artifact::Program;
use backend::Fetch;
use backend::state::Directory;
use base::file::write_atomically;
use base::tool::{self, Environment, Family, Tool};
use camino::{Utf8Path, Utf8PathBuf};
use model::topology::{Digest, Topology, dynamic_config_text};
use tokio_util::sync::CancellationToken;

use super::error::Error;

/// How long the server may take to validate its dynamic configuration.
const VALIDATE: Duration = Duration::from_secs(30);

/// The path of the dynamic configuration. The file always exists, because the server does not start
/// without it. Its name contains a digest of its content, so a change replaces the processes.
pub(super) fn file(
    topology: &Topology,
    state: &Directory,
    fetch: Fetch,
) -> Result<Utf8PathBuf, Error> {
    let text = dynamic_config_text(&topology.temporal.dynamic_config);
    let digest = Digest::of_bytes(text.as_bytes());
    let path = state
        .data()
        .join(format!("dynamic-config-{}.yaml", digest.short()));
    if fetch == Fetch::Missing {
        let written = write_atomically(&path, text.as_bytes());
        written.map_err(|source| Error::WriteDynamicConfig {
            path: path.clone(),
            source,
        })?;
    }
    Ok(path)
}

/// Lets the server validate its dynamic configuration. At run time, the server only warns about an
/// unknown key or a value of a wrong type, and ignores the setting. Here both are errors.
pub(super) async fn validate(
    server: &Program,
    file: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    let ran = async {
        let tool = Tool::new(
            server.path.as_str(),
            Family::Temporal,
            environment,
            VALIDATE,
        )?;
        let tool = tool.arguments(["validate-dynamic-config", file.as_str()]);
        tool.output(cancel).await
    };
    let said = match ran.await {
        Ok(output) => output.output,
        Err(error @ tool::Error::Run { .. }) => error.last_lines(),
        Err(error) => return Err(Error::Validate(error)),
    };
    match complaints(&said) {
        complaints if complaints.is_empty() => Ok(()),
        complaints => Err(Error::DynamicConfig {
            reason: complaints.join("; "),
        }),
    }
}

/// The server's complaints, from lines like `  warning: unregistered key "frontend.rsp"`.
fn complaints(said: &str) -> Vec<String> {
    let lines = said.lines().map(str::trim_start);
    let complaints = lines.filter_map(|line| {
        let error = line.strip_prefix("error: ");
        error.or_else(|| line.strip_prefix("warning: "))
    });
    complaints.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_complaints_of_the_server_are_read() {
        let said = "/a/dynamic-config.yaml\n  warning: unregistered key \"frontend.rsp\"\n  error: yaml: line 2\n";
        let complaints = complaints(said);
        insta::assert_snapshot!(complaints.join("; "), @r#"unregistered key "frontend.rsp"; yaml: line 2"#);
        assert!(super::complaints("/a/dynamic-config.yaml\n").is_empty());
    }
}
