//! The built-in Azure, as Microsoft's own clients for Python find it.

use std::process::Stdio;
use std::time::Duration;

use azure_simulator::Dialect;
use fs_err as fs;
use serde_json::json;

use super::child::{converse, tool};
use super::install::{self, AZURE_JUDGES};
use super::world::{DIALECTS, World};

testing::tests!(
    [AZURE_JUDGES];
    multi_thread:
    they_find_it_as_it_is_described,
    they_find_it_as_it_was_recorded,
);

/// For all tests of one dialect.
const DEADLINE: Duration = Duration::from_mins(8);

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/azure/clients");

/// Lets them use a cloud of that dialect.
async fn judged(dialect: Dialect) {
    let python = install::python().await.expect("the test needs it");
    let world = World::empty(dialect).await;
    let target = world.target();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let authority = folder.path().join("authority.pem");
    fs::write(&authority, &world.simulator.ca_pem).expect("it is writable");
    let stack = folder.path().join("stack.json");
    let wanted = json!({
        "region": world.azure.region,
        "group": target.group.name,
        "name": target.names.stack,
        "cluster": target.names.cluster,
        "server": target.names.mysql,
        "stack": world.stack(),
    });
    fs::write(&stack, wanted.to_string()).expect("it is writable");
    let mut tests = tool(python, &["-B", "-m", "unittest", "discover", "-s", TESTS]);
    tests
        .env("AZURE_TENANT_ID", &world.settings.tenant)
        .env("AZURE_CLIENT_ID", &world.settings.client)
        .env("AZURE_CLIENT_SECRET", world.settings.secret.reveal())
        .env("AZURE_SUBSCRIPTION_ID", &world.settings.subscription)
        .env("JUDGED_ADDRESS", &world.simulator.base_url)
        .env("JUDGED_AUTHORITY", &authority)
        .env("JUDGED_STACK", &stack)
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::piped());
    let heard = converse(tests, DEADLINE, |line| {
        let seconds = line.strip_prefix("sleep ")?.parse().ok()?;
        world
            .time
            .advance(Duration::try_from_secs_f64(seconds).ok()?);
        Some("slept".to_owned())
    });
    let said = heard.await.unwrap_or_else(|why| panic!("{why}"));
    // Python calls it a success where it has found no test.
    let ran = said.lines().find_map(|line| {
        let ran = line.strip_prefix("Ran ")?.split(' ').next()?;
        ran.parse::<u32>().ok()
    });
    assert!(ran.is_some_and(|ran| ran >= 15), "{said}");
}

async fn they_find_it_as_it_is_described() {
    judged(DIALECTS[0]).await;
}

async fn they_find_it_as_it_was_recorded() {
    judged(DIALECTS[1]).await;
}
