//! Tests of `look` against the built-in Azure, over TLS.

use std::time::Duration;

use azure::arm::{Pending, Progress, ResourceGroup, Wait};
use azure_simulator::{Circumstances, Fault, Prepared, Script, What};
use base::secret::Secret;
use base::tool::Environment;
use camino::Utf8Path;
use model::profile::azure::Azure;
use places::azure::{Cloud, PROFILE, PROVIDERS, Rehearsal, Scope, Which, Wish};
use testing::profile::{azure, topology};
use tokio_util::sync::CancellationToken;

use super::*;

const NAME: &str = "azure";

/// Longer than any operation takes in a built-in Azure that is sixty times as fast as Azure.
const DEADLINE: Duration = Duration::from_mins(2);

async fn connect(folder: &Utf8Path) -> Cloud {
    connect_to(Rehearsal::new(folder.to_owned())).await
}

async fn connect_to(rehearsal: Rehearsal) -> Cloud {
    let which = Which::Rehearsal(rehearsal);
    let environment = Environment::default();
    Cloud::connect(&which, &environment, None)
        .await
        .expect("it signs in")
}

async fn outlook(cloud: &Cloud, azure: &Azure) -> Outlook {
    let never = CancellationToken::new();
    let looked = look(cloud, azure, &topology("azure", &[]), NAME, &never).await;
    looked.expect("Azure answers")
}

/// Registers the providers that a preflight check names, as a user would.
async fn register(cloud: &Cloud) {
    for (namespace, _) in PROVIDERS {
        let id = &cloud.subscription.subscription_id;
        cloud
            .arm
            .register_provider(id, namespace)
            .await
            .expect("it starts");
        let registered = async {
            while !cloud
                .arm
                .provider(id, namespace)
                .await
                .expect("a provider")
                .is_registered()
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(DEADLINE, registered)
            .await
            .expect("it is registered in time");
    }
}

async fn make_group(cloud: &Cloud, azure: &Azure) -> Scope {
    let scope = Scope::of(azure, NAME, cloud);
    let group = ResourceGroup {
        id: scope.group.id(),
        location: azure.region.clone(),
        tags: [(PROFILE.to_owned(), NAME.to_owned())].into(),
    };
    let made = cloud.arm.put_resource_group(&scope.group, &group).await;
    made.expect("a group");
    scope
}

/// Creates the group and its resources.
async fn deploy(cloud: &Cloud, azure: &Azure) {
    register(cloud).await;
    let scope = make_group(cloud, azure).await;
    let spec = scope.stack(Wish::of(azure, &topology("azure", &[]), Secret::generate()));
    let put = cloud
        .arm
        .put_stack(&scope.group, &scope.names.stack, &spec)
        .await;
    let wait = Wait {
        cancel: &CancellationToken::new(),
        deadline: DEADLINE,
        on_pending: &|_: &Pending| {},
        progress: &|_: &Progress| {},
    };
    let done = cloud.arm.finish(put.expect("a stack"), &wait).await;
    done.expect("everything is created");
}

#[tokio::test]
async fn a_first_promotion_leaves_no_differences() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = Utf8Path::from_path(folder.path()).expect("UTF-8");
    let cloud = connect(folder).await;
    let azure = azure(&[]);

    let before = outlook(&cloud, &azure).await;
    assert_eq!(before.group, Group::Absent);
    assert!(before.differences.iter().all(|it| it.act == "create"));
    assert!(before.differences.len() > 15, "{:?}", before.differences);
    let problems: Vec<&Check> = before
        .checks
        .iter()
        .filter(|it| it.problem.is_some())
        .collect();
    let unregistered = |check: &&Check| !check.what.starts_with("provider ");
    assert_eq!(
        problems
            .into_iter()
            .filter(unregistered)
            .collect::<Vec<_>>(),
        [] as [&Check; 0]
    );

    deploy(&cloud, &azure).await;
    let after = outlook(&cloud, &azure).await;
    assert_eq!(after.group, Group::Ours);
    assert_eq!(after.differences, []);
}

#[tokio::test]
async fn the_wait_for_a_what_if_survives_a_lost_answer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = Utf8Path::from_path(folder.path()).expect("UTF-8");
    let lost = Fault::at("/deploymentstackswhatifresults/", What::Reset).method("PUT");
    let azure = azure(&[]);
    let circumstances = Circumstances {
        prepared: Some(Prepared {
            group: azure.resource_group.clone(),
            region: azure.region.clone(),
            tags: [(PROFILE.to_owned(), NAME.to_owned())].into(),
            registered: true,
        }),
        ..Circumstances::default()
    };
    let cloud = connect_to(Rehearsal {
        // So slow that Azure is still computing when the client retries after a second.
        speed: 4,
        script: Script::new(vec![lost]).under(circumstances),
        ..Rehearsal::new(folder.to_owned())
    })
    .await;
    let looked = outlook(&cloud, &azure).await;
    assert!(looked.differences.len() > 15, "{:?}", looked.differences);
}
