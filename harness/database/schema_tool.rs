//! Temporal's SQL tool, as a program on this machine or as an image.

use std::time::Duration;

use artifact::Program;
use base::tool::{Environment, Family, Tool};
use camino::Utf8Path;
use docker::{ContainerSpec, Engine};
use mysql::ConnectOptions;
use mysql::schema::Store;
use tokio_util::sync::CancellationToken;

use super::Error;
use super::blueprint::{PORT, file};
use super::name::Names;

/// How long one run may take. The update of a large database adds columns and indexes.
const DEADLINE: Duration = Duration::from_mins(30);

/// The user of containers with files that nobody else may read.
const ROOT: (u64, u64) = (0, 0);

#[derive(Debug, Clone)]
pub enum SchemaTool {
    /// A program on this machine.
    Program(Program),
    /// An image with the tool, such as `temporalio/admin-tools:1.32.0`.
    Image(String),
}

/// A task of the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Create the database.
    Create,
    /// Create the tables that hold the schema version.
    Setup,
    /// Update through all versions to the newest one of the tool.
    Update,
}

/// The MySQL server that the tool works on.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    pub(super) engine: &'a Engine,
    pub(super) environment: &'a Environment,
    pub(super) names: &'a Names,
    pub(super) owner: &'a str,
    /// The server's container.
    pub(super) container: &'a str,
    /// How to connect from this machine.
    pub(super) access: &'a ConnectOptions,
    /// The file with the certificates of `access`.
    pub(super) roots: Option<&'a Utf8Path>,
}

impl Task {
    /// All tasks for an empty server.
    pub(super) const ALL: [Self; 3] = [Self::Create, Self::Setup, Self::Update];

    fn arguments(self, store: Store) -> Vec<&'static str> {
        match self {
            Self::Create => vec!["create-database"],
            Self::Setup => vec!["setup-schema", "-v", "0.0"],
            Self::Update => vec!["update-schema", "--schema-name", store.schema_name()],
        }
    }
}

impl SchemaTool {
    /// Runs one task on the schema of a store.
    pub(super) async fn run(
        &self,
        instance: &Instance<'_>,
        store: Store,
        task: Task,
    ) -> Result<(), Error> {
        match self {
            Self::Program(program) => run_program(program, instance, store, task).await,
            Self::Image(image) => run_image(image, instance, store, task).await,
        }
    }
}

async fn run_program(
    program: &Program,
    instance: &Instance<'_>,
    store: Store,
    task: Task,
) -> Result<(), Error> {
    let failed = |source| Error::SchemaTool {
        database: store.database(),
        source,
    };
    let access = instance.access;
    let at = (access.host.as_str(), access.port);
    let tool = Tool::new(
        program.path.as_str(),
        Family::Temporal,
        instance.environment,
        DEADLINE,
    );
    let tool = tool
        .map_err(failed)?
        .arguments(program.arguments.clone())
        .arguments(arguments(at, &access.user, instance.roots, store, task))
        .variable("SQL_PASSWORD", access.password.reveal());
    // An interrupted update cannot be resumed.
    let never = CancellationToken::new();
    tool.output(&never).await.map(drop).map_err(failed)
}

async fn run_image(
    image: &str,
    instance: &Instance<'_>,
    store: Store,
    task: Task,
) -> Result<(), Error> {
    let password = file("password", instance.access.password.reveal(), ROOT);
    let roots = instance.access.roots.as_ref();
    let roots = roots.map(|roots| file("ca.pem", roots, ROOT));
    let script = format!(
        "SQL_PASSWORD=$(cat {}) exec temporal-sql-tool \"$@\"",
        password.path
    );
    let given = arguments(
        ("127.0.0.1", PORT),
        &instance.access.user,
        roots.as_ref().map(|file| file.path.as_path()),
        store,
        task,
    );
    let spec = ContainerSpec {
        name: instance.names.helper("schema"),
        image: image.to_owned(),
        entrypoint: Some(["/bin/sh", "-ec"].map(str::to_owned).into()),
        // The arguments after a script are `$0`, `$1` and so on.
        arguments: [vec![script, "sh".to_owned()], given].concat(),
        user: Some("0:0".to_owned()),
        owner: instance.owner.to_owned(),
        network: Some(format!("container:{}", instance.container)),
        files: std::iter::once(password).chain(roots).collect(),
        ..ContainerSpec::default()
    };
    let never = CancellationToken::new();
    match instance
        .engine
        .run_container(&spec, DEADLINE, &never)
        .await?
    {
        (0, _) => Ok(()),
        (code, output) => Err(Error::Helper {
            act: "run Temporal's SQL tool",
            code,
            output,
        }),
    }
}

fn arguments(
    (host, port): (&str, u16),
    user: &str,
    roots: Option<&Utf8Path>,
    store: Store,
    task: Task,
) -> Vec<String> {
    let port = port.to_string();
    let mut words = vec!["--plugin", "mysql8", "--endpoint", host, "--port", &port];
    words.extend(["--user", user, "--database", store.database()]);
    if let Some(roots) = roots {
        words.extend(["--tls", "--tls-ca-file", roots.as_str()]);
    }
    words.extend(task.arguments(store));
    words.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_have_the_address_and_the_task_but_not_the_password() {
        let words = |roots: Option<&str>, store, task| {
            let roots = roots.map(Utf8Path::new);
            arguments(("127.0.0.1", 3306), "temporal", roots, store, task).join(" ")
        };
        insta::assert_snapshot!(words(None, Store::Default, Task::Create), @"--plugin mysql8 --endpoint 127.0.0.1 --port 3306 --user temporal --database temporal create-database");
        insta::assert_snapshot!(words(None, Store::Default, Task::Setup), @"--plugin mysql8 --endpoint 127.0.0.1 --port 3306 --user temporal --database temporal setup-schema -v 0.0");
        insta::assert_snapshot!(words(Some("/ca.pem"), Store::Visibility, Task::Update), @"--plugin mysql8 --endpoint 127.0.0.1 --port 3306 --user temporal --database temporal_visibility --tls --tls-ca-file /ca.pem update-schema --schema-name mysql/v8/visibility");
    }
}
