//! Probes this machine for programs.

use std::time::Duration;

use artifact::{PIP_WAYS, Platform, ServerPrograms, ServerSearch, TemporalSearch};
use base::causes::in_one_line;
use base::hint;
use base::tool::{self, Environment, Family, Tool};
use futures_util::future::join_all;
use places::k3d;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::azure::find_azure;
use super::check::{Findings, Found};

/// The deadline for a tool's version, long enough for a busy machine.
const DEADLINE: Duration = Duration::from_secs(10);

/// Looks for everything that a backend needs, concurrently. Takes as long as the slowest tool, at
/// most the deadline.
pub async fn probe(temporal: &TemporalSearch<'_>, server: &ServerSearch<'_>) -> Findings {
    let (environment, cancel) = (temporal.environment, temporal.cancel);
    let (temporal_found, server, cargo, go, pip, docker, k3d) = tokio::join!(
        find_temporal(temporal),
        find_server(server),
        version("cargo", Family::Rust, &["--version"], environment, cancel),
        version("go", Family::Go, &["version"], environment, cancel),
        find_pip(environment, cancel),
        find_docker(environment, cancel),
        find_k3d(environment, cancel),
    );
    Findings {
        temporal: temporal_found,
        fetchable: temporal.can_fetch(),
        server,
        server_fetchable: Platform::current().is_some(),
        cargo,
        go,
        pip,
        docker,
        k3d,
        azure: find_azure(environment),
    }
}

async fn find_temporal(search: &TemporalSearch<'_>) -> Found {
    match search.locate(&mut Vec::new()).await {
        Ok(Some(found)) => Found::Works(format!(
            "server {} at {}",
            search.server, found.program.path
        )),
        Ok(None) => Found::Absent,
        Err(error) => Found::Fails(in_one_line(&error)),
    }
}

/// Both programs or neither, since each needs the other.
async fn find_server(search: &ServerSearch<'_>) -> Found {
    match search.locate(&mut Vec::new()).await {
        Ok(Some(ServerPrograms {
            server, sql_tool, ..
        })) => {
            let tool = if server.path.parent() == sql_tool.path.parent() {
                "with its SQL tool".to_owned()
            } else {
                sql_tool.path.to_string()
            };
            let (version, server) = (search.version, server.path);
            Found::Works(format!("{version} at {server}, {tool}"))
        }
        Ok(None) => Found::Absent,
        Err(error) => Found::Fails(in_one_line(&error)),
    }
}

/// The first line of a tool's version.
async fn version(
    program: &str,
    family: Family,
    arguments: &[&str],
    environment: &Environment,
    cancel: &CancellationToken,
) -> Found {
    let asked = async {
        let tool = Tool::new(program, family, environment, DEADLINE)?;
        tool.arguments(arguments.iter().copied())
            .output(cancel)
            .await
    };
    match asked.await {
        Ok(output) => Found::Works(output.output.lines().next().unwrap_or_default().to_owned()),
        Err(tool::Error::Find { .. }) => Found::Absent,
        Err(error) => Found::Fails(in_one_line(&error)),
    }
}

/// k3d, by the version in its first line.
pub async fn find_k3d(environment: &Environment, cancel: &CancellationToken) -> Found {
    let found = version("k3d", Family::Container, &["version"], environment, cancel).await;
    match found {
        Found::Works(said) if k3d::is_too_old(said.rsplit(' ').next().unwrap_or_default()) => {
            Found::Fails(format!("{said} is too old"))
        }
        found => found,
    }
}

/// The first pip that works, asking all concurrently. A broken one is reported only if no other
/// works.
async fn find_pip(environment: &Environment, cancel: &CancellationToken) -> Found {
    let asked = PIP_WAYS.iter().map(|way| async move {
        let (program, first) = way.split_first().expect("every command has a program");
        let arguments: Vec<_> = first.iter().copied().chain(["--version"]).collect();
        version(program, Family::Python, &arguments, environment, cancel).await
    });
    let mut broken = Found::Absent;
    for found in join_all(asked).await {
        match found {
            Found::Works(said) => return Found::Works(without_place(&said)),
            Found::Fails(reason) if reason.contains("No module named pip") => {}
            Found::Fails(reason) => broken = Found::Fails(reason),
            Found::Absent | Found::Unusable { .. } => {}
        }
    }
    broken
}

/// Shortens `pip 26.0 from /usr/lib/... (python 3.13)` by its path.
fn without_place(said: &str) -> String {
    let words: Vec<_> = said.split(' ').take(2).collect();
    words.join(" ")
}

/// The output of `docker version --format json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerVersion {
    client: DockerPart,
    server: Option<DockerPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerPart {
    version: String,
}

/// Without an engine, the client prints its own version and fails. So the output counts more than
/// the exit code.
async fn find_docker(environment: &Environment, cancel: &CancellationToken) -> Found {
    // The client may reach an engine that the harness cannot.
    if let Err(error) = docker::check_host(environment) {
        let (reason, fix) = (in_one_line(&error), hint::join(&error.hints(), "; "));
        return Found::Unusable { reason, fix };
    }
    let tool = match Tool::new("docker", Family::Container, environment, DEADLINE) {
        Ok(tool) => tool.arguments(["version", "--format", "json"]),
        Err(_) => return Found::Absent,
    };
    let mut written = String::new();
    let ended = tool.lines(cancel, |stream, line| {
        if stream == tool::Stream::Output {
            written.push_str(line);
        }
    });
    let ended = ended.await;
    match serde_json::from_str::<DockerVersion>(&written) {
        Ok(DockerVersion {
            client,
            server: Some(server),
        }) => Found::Works(format!(
            "client {}, engine {}",
            client.version, server.version
        )),
        Ok(DockerVersion {
            client,
            server: None,
        }) => Found::Fails(format!("client {}, but no engine answers", client.version)),
        Err(_) => Found::Fails(match ended {
            Ok(()) => "printed no version".to_owned(),
            Err(error) => in_one_line(&error),
        }),
    }
}

#[cfg(test)]
mod tests {
    use base::news::Listener;
    use camino::Utf8Path;
    use testing::machine;

    use super::*;

    async fn findings(folder: &Utf8Path, environment: &Environment) -> Findings {
        let news = Listener::silent();
        let search = TemporalSearch {
            server: "1.2.3",
            explicit: None,
            pin: None,
            fallback: folder,
            environment,
            news: &news,
            cancel: &CancellationToken::new(),
        };
        let server = ServerSearch {
            version: "1.2.3",
            fallback: folder,
            environment,
            news: &news,
            cancel: search.cancel,
        };
        probe(&search, &server).await
    }

    fn works(said: &str) -> Found {
        Found::Works(said.to_owned())
    }

    #[tokio::test]
    async fn nothing_is_found_on_a_bare_machine() {
        let (_guard, folder, environment) = machine::machine();
        let findings = findings(&folder, &environment).await;
        let Findings {
            temporal,
            fetchable,
            server,
            server_fetchable: _,
            cargo,
            go,
            pip,
            docker,
            k3d,
            azure,
        } = findings;
        assert_eq!(
            [temporal, server, cargo, go, pip, docker, k3d, azure],
            [const { Found::Absent }; 8]
        );
        assert!(!fetchable);
    }

    #[tokio::test]
    async fn working_tools_are_found_with_their_versions() {
        let (_guard, folder, environment) = machine::machine();
        let temporal = machine::tool(
            &folder,
            "temporal",
            "echo 'temporal version 9 (Server 1.2.3, UI 4)'",
        );
        let server = machine::tool(&folder, "temporal-server", "echo 'temporal version 1.2.3'");
        machine::tool(
            &folder,
            "temporal-sql-tool",
            "echo 'temporal-sql-tool version 1.2.3'",
        );
        machine::tool(&folder, "cargo", "echo 'cargo 1.95.0'");
        machine::tool(
            &folder,
            "python3",
            "echo 'python3: No module named pip' >&2; exit 1",
        );
        machine::tool(
            &folder,
            "pip3",
            "echo 'pip 26.0 from /usr/lib/python3 (python 3.13)'",
        );
        machine::tool(
            &folder,
            "docker",
            r#"echo '{"Client":{"Version":"28.2.2"},"Server":{"Version":"27.0.1"}}'"#,
        );
        machine::tool(
            &folder,
            "k3d",
            "echo 'k3d version v5.9.0'; echo 'k3s version v1.35.5-k3s1 (default)'",
        );
        let findings = findings(&folder, &environment).await;
        assert_eq!(
            findings.temporal,
            works(&format!("server 1.2.3 at {temporal}"))
        );
        let both = format!("1.2.3 at {server}, with its SQL tool");
        assert_eq!(findings.server, works(&both));
        assert_eq!(findings.cargo, works("cargo 1.95.0"));
        assert_eq!(findings.pip, works("pip 26.0"));
        assert_eq!(findings.docker, works("client 28.2.2, engine 27.0.1"));
        assert_eq!(findings.k3d, works("k3d version v5.9.0"));
    }

    #[tokio::test]
    async fn docker_without_an_engine_is_broken() {
        let (_guard, folder, environment) = machine::machine();
        machine::tool(
            &folder,
            "docker",
            r#"echo '{"Client":{"Version":"28.2.2"},"Server":null}'; exit 1"#,
        );
        let reason = "client 28.2.2, but no engine answers".to_owned();
        assert_eq!(
            findings(&folder, &environment).await.docker,
            Found::Fails(reason)
        );
    }

    #[tokio::test]
    async fn an_engine_that_only_the_docker_client_reaches_is_unusable() {
        let (_guard, folder, environment) = machine::machine();
        machine::tool(
            &folder,
            "docker",
            r#"echo '{"Client":{"Version":"28.2.2"},"Server":{"Version":"28.2.2"}}'"#,
        );
        let far = environment.with("DOCKER_HOST", "ssh://builder");
        let Found::Unusable { reason, fix } = findings(&folder, &far).await.docker else {
            panic!("the engine counts as usable");
        };
        insta::assert_snapshot!(reason, @"DOCKER_HOST is `ssh://builder`, which is neither unix://PATH nor tcp://HOST:PORT");
        assert!(fix.starts_with("Unset DOCKER_HOST"), "{fix}");
    }

    #[tokio::test]
    async fn a_k3d_that_is_too_old_is_broken() {
        let (_guard, folder, environment) = machine::machine();
        machine::tool(&folder, "k3d", "echo 'k3d version v4.4.8'");
        let reason = "k3d version v4.4.8 is too old".to_owned();
        assert_eq!(
            findings(&folder, &environment).await.k3d,
            Found::Fails(reason)
        );
    }
}
