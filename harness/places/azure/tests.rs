//! Faults on the database of a rehearsal, against the built-in Azure.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::event::Events;
use backend::fault::{Pull, Sighting, Sign};
use backend::state::{Directory, Lock};
use backend::wait::{self, Pace};
use backend::{Backend as _, Change, Fetch, Provision};
use base::tool::Environment;
use camino::Utf8Path;
use model::topology::ServiceName;
use testing::profile::{azure, topology};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Aim, AzureBackend, Settings, register_providers};

/// `FAST` makes every wait short; `USUAL` is the default speed of rehearsals.
const FAST: u32 = 6000;
const USUAL: u32 = 60;

fn backend(folder: &Utf8Path, speed: u32, lock: Option<Lock>) -> AzureBackend {
    let settings = Settings {
        profile: "azure".to_owned(),
        azure: azure(&[]),
        aim: Aim::Rehearsal {
            speed,
            stand_in: false,
        },
        environment: Environment::default(),
    };
    let state = Directory::new(folder.join("state"));
    AzureBackend::new(settings, state, lock).expect("creating it asks nothing")
}

/// Creates the resource group and everything in its stack.
async fn promote(folder: &Utf8Path) {
    let state = Directory::new(folder.join("state"));
    let opened = state.open("promote", "azure-rehearsal", Duration::ZERO);
    let (lock, _journal) = opened.await.expect("the folder is free");
    let backend = backend(folder, FAST, Some(lock));
    let (events, _unheard) = Events::channel();
    let cloud = backend.site.cloud().await.expect("it signs in");
    let registered = register_providers(cloud, &events).await;
    assert!(registered.expect("it registers"), "none was missing");
    let topology = topology("azure", &["worker.run={image: registry.example/worker:1}"]);
    let provision = Provision {
        fetch: Fetch::Missing,
        events: &events,
        cancel: &CancellationToken::new(),
    };
    let prepared = backend.prepare(&topology, provision).await;
    let prepared = prepared.expect("it prepares");
    for resource in &prepared.desired[..2] {
        let made = backend.apply(&resource.id, Change::Make(&prepared.parts));
        made.await.expect("it is created");
    }
    let observed = backend.observe(&[], Some(&prepared.parts)).await;
    let observed = observed.expect("it answers");
    let found: Vec<_> = observed.iter().map(|it| &it.id).collect();
    let wanted: Vec<_> = prepared.desired[..2].iter().map(|it| &it.id).collect();
    assert_eq!(found, wanted);
}

fn interrupted() -> Sign {
    Sign::Interrupted {
        service: ServiceName::new("mysql"),
        lives: BTreeMap::new(),
    }
}

fn back() -> Sign {
    Sign::Back {
        service: ServiceName::new("mysql"),
        replicas: Vec::new(),
    }
}

#[tokio::test]
async fn azures_state_of_the_server_proves_a_restart_and_its_end() {
    let (_folder, folder, _) = testing::machine::machine();
    promote(&folder).await;
    let backend = backend(&folder, USUAL, None);
    let ready = backend.look(&interrupted()).await;
    assert_eq!(ready, Sighting::NotYet("the server is ready".to_owned()));
    let restart = Pull::Restart { failover: false };
    backend.pull(&restart).await.expect("it begins");
    let Sighting::Seen(what) = backend.look(&interrupted()).await else {
        panic!("the server is still available");
    };
    assert!(what.ends_with(" is Updating"), "{what}");
    assert!(matches!(backend.look(&back()).await, Sighting::NotYet(_)));
    let deadline = Instant::now() + Duration::from_mins(1);
    let pace = Pace::steady(Duration::from_millis(50));
    let looked = wait::until(deadline, pace, async || {
        backend.look(&back()).await.looked()
    });
    assert_eq!(looked.await.as_deref(), Ok("the server is ready"));
    let failover = backend.pull(&Pull::Restart { failover: true }).await;
    failover.expect_err("it has no standby");
}

#[tokio::test]
async fn without_a_promotion_nothing_has_to_be_back_and_levers_of_other_places_are_refused() {
    let (_folder, folder, _) = testing::machine::machine();
    let backend = backend(&folder, USUAL, None);
    let none = Sighting::Seen("there is no database any more".to_owned());
    assert_eq!(backend.look(&back()).await, none);
    let serves = Sign::Serves {
        namespace: "default".to_owned(),
    };
    assert!(matches!(backend.look(&serves).await, Sighting::Seen(_)));
    let never = backend.look(&interrupted()).await;
    assert_eq!(never, Sighting::Never("there is no server".to_owned()));
    assert!(backend.levers(&topology("azure", &[])).is_empty());
    let replicas = vec!["mysql".to_owned()];
    let foreign = backend.pull(&Pull::Start { replicas }).await;
    let foreign = foreign.expect_err("Azure has no such lever");
    assert!(foreign.to_string().contains("azure-rehearsal"), "{foreign}");
}
