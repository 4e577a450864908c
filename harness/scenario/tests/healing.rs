//! What becomes of faults when others are open.

use backend::fault::{EntryId, Fault, Journal, Occurrence, Target};
use backend::run_id::RunId;
use camino::Utf8Path;
use engine::fault::{Healing, Injected, heal_all, heal_one, inject};
use jiff::Timestamp;
use model::quantity::Duration;
use model::topology::ServiceName;
use tempfile::TempDir;
use temporal::simulated::Model;
use tokio_util::sync::CancellationToken;

use super::stage::{Manner, Stage};
use super::topology;

/// A stage whose faults are in a journal.
struct Broken {
    stage: Stage,
    journal: Journal,
    entries: Vec<EntryId>,
    _folder: TempDir,
}

impl Broken {
    /// Kills these services, one after the other; each fault has the name of its service.
    async fn with(stage: Stage, services: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("faults.ndjson");
        let path = Utf8Path::from_path(&path).expect("a path in UTF-8");
        let mut broken = Self {
            stage,
            journal: Journal::open(path).expect("a journal"),
            entries: Vec::new(),
            _folder: folder,
        };
        for service in services {
            broken.kill(service).await;
        }
        broken
    }

    async fn kill(&mut self, service: &str) {
        let injected = self.inject(&occurrence(service, service)).await;
        self.entries.push(injected.expect("it can be killed").entry);
    }

    async fn inject(&self, occurrence: &Occurrence) -> Result<Injected, engine::fault::Error> {
        let (topology, never) = (topology(), CancellationToken::new());
        inject(&self.stage, &self.journal, &topology, occurrence, &never).await
    }

    async fn heal_all(&self) -> Healing {
        let healing = heal_all(&self.stage, &self.journal).await;
        healing.expect("a good journal")
    }

    fn open(&self) -> Vec<String> {
        let open = self.journal.unhealed().expect("a good journal");
        open.into_iter().map(|open| open.occurrence.id).collect()
    }

    /// What was done to the stage since the injections.
    fn done(&self) -> Vec<&'static str> {
        let done = self.stage.done.borrow();
        let done = done.iter().filter(|done| **done != "inject");
        done.copied().collect()
    }
}

/// A kill of a service.
fn occurrence(id: &str, service: &str) -> Occurrence {
    Occurrence {
        run: RunId::new(7, Timestamp::UNIX_EPOCH),
        id: id.to_owned(),
        nth: 1,
        fault: Fault::Kill,
        target: Target::Service(ServiceName::new(service)),
        at: Duration::from_secs(0),
        until: Duration::from_secs(60),
    }
}

fn stage() -> Stage {
    Stage::new(Model::default(), Manner::Obedient)
}

fn ids(healing: &Healing) -> Vec<&str> {
    let healed = healing.healed.iter();
    healed.map(|occurrence| occurrence.id.as_str()).collect()
}

const ASK: &str = "ask whether it serves";

#[tokio::test(start_paused = true)]
async fn the_database_is_healed_before_the_services_that_need_it() {
    for services in [["mysql", "temporal-history"], ["temporal-history", "mysql"]] {
        let stage = stage().needs("temporal-history-0", "mysql-0");
        let broken = Broken::with(stage, &services).await;
        let healing = broken.heal_all().await;
        assert_eq!(ids(&healing), ["mysql", "temporal-history"]);
        assert!(healing.failures.is_empty(), "{healing:?}");
        assert_eq!(broken.done(), ["heal", "heal", ASK], "asked once, last");
        assert!(broken.open().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_heals_only_after_another_is_tried_again() {
    for needy in ["temporal-frontend-0", "temporal-worker-0"] {
        let (first, second) = ("temporal-frontend-0", "temporal-worker-0");
        let other = if needy == first { second } else { first };
        let services = ["temporal-frontend", "temporal-worker"];
        let broken = Broken::with(stage().needs(needy, other), &services).await;
        let healing = broken.heal_all().await;
        assert!(healing.failures.is_empty(), "{needy}: {healing:?}");
        assert_eq!(healing.healed.len(), 2, "{needy}");
        assert!(broken.open().is_empty(), "{needy}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_cannot_be_healed_is_reported_and_the_others_are_healed() {
    let stage = stage().needs("temporal-history-0", "temporal-history-0");
    let broken = Broken::with(stage, &["temporal-history", "mysql", "worker"]).await;
    let healing = broken.heal_all().await;
    assert_eq!(broken.open(), ["temporal-history"]);
    assert_eq!(healing.healed.len(), 2);
    let failure = healing.failure().expect("history stays down").to_string();
    assert_eq!(failure, "could not heal fault `temporal-history`");
    assert!(!broken.done().contains(&ASK), "it cannot serve");
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_healed_while_another_one_lasts() {
    let mut broken = Broken::with(stage(), &["mysql", "temporal-history", "worker"]).await;
    let [mysql, history, worker] = broken.entries[..] else {
        panic!("three were injected");
    };
    let heal = async |entry| heal_one(&broken.stage, &broken.journal, entry).await;
    heal(mysql).await.expect("it is healed");
    assert_eq!(broken.done(), ["heal"], "history is down on purpose");
    heal(history).await.expect("it is healed");
    assert_eq!(broken.done(), ["heal", "heal", ASK], "the last answers");
    heal(worker).await.expect("it is healed");
    assert_eq!(broken.done()[3..], ["heal"], "workflows start without it");
    assert!(broken.open().is_empty());

    broken.kill("temporal-history").await;
    let healing = broken.heal_all().await;
    assert_eq!(ids(&healing), ["temporal-history"]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_ready_is_not_healed() {
    let broken = Broken::with(stage(), &["temporal-history"]).await;
    broken.stage.breaks("temporal-matching-0");
    let why = "could not heal fault `temporal-history`: still cannot start a workflow: \
               temporal-matching-0 is down";
    let one = heal_one(&broken.stage, &broken.journal, broken.entries[0]).await;
    assert_eq!(one.expect_err("matching is down").to_string(), why);
    let all = broken.heal_all().await.failure();
    assert_eq!(all.expect("matching is down").to_string(), why);
    assert_eq!(broken.open(), ["temporal-history"], "it can be tried again");
}

#[tokio::test(start_paused = true)]
async fn healing_does_not_wait_for_a_fault_that_begins_meanwhile() {
    let broken = Broken::with(stage(), &["temporal-history"]).await;
    broken.stage.breaks("mysql-0");
    let begun = tokio::time::Instant::now();
    let next = async {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        broken.inject(&occurrence("next", "mysql")).await
    };
    let heal = heal_one(&broken.stage, &broken.journal, broken.entries[0]);
    let (healed, next) = tokio::join!(heal, next);
    healed.expect("nothing more can be asked of it");
    next.expect("it can be killed");
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    assert_eq!(broken.open(), ["next"]);
}
