//! A backend that is a stage: it has a modelled frontend, and notes what is done to it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use backend::fault::{Capability, Effect, Injection, Undo};
use backend::{Backend, Endpoint, Error, Log, Place, Provision, Readiness, Vital, Vitals};
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use model::plan::{Action, Observed, Resource, ResourceId};
use model::topology::Topology;
use temporal::simulated::{Frontend, Model, Window};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How the stage takes to faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Obedient,
    WithoutEffect,
    RefusesToInject,
    RefusesToHeal,
    HealsAtTheSecondTry,
}

pub(super) struct Stage {
    frontend: Frontend,
    manner: Manner,
    pub(super) done: RefCell<Vec<&'static str>>,
    begun: Instant,
    /// The service of which a replica dies by itself, and when.
    dies_after: Option<(&'static str, Duration)>,
    /// When nobody can look at the stage.
    blind: Option<Window>,
    /// The replicas that a fault has killed.
    down: RefCell<BTreeSet<String>>,
    /// A replica that does not start while another is down.
    needs: Option<(&'static str, &'static str)>,
}

impl Stage {
    pub(super) fn new(model: Model, manner: Manner) -> Self {
        Self {
            frontend: Frontend::new(model),
            manner,
            done: RefCell::default(),
            begun: Instant::now(),
            dies_after: None,
            blind: None,
            down: RefCell::default(),
            needs: None,
        }
    }

    /// Has a replica not start while another is down.
    pub(super) fn needs(mut self, replica: &'static str, other: &'static str) -> Self {
        self.needs = Some((replica, other));
        self
    }

    /// Has a replica go down that no fault is at.
    pub(super) fn breaks(&self, replica: &str) {
        self.down.borrow_mut().insert(replica.to_owned());
    }

    /// Starts replicas, or says which other is missing.
    fn start(&self, replicas: &[String]) -> Result<(), Error> {
        let mut down = self.down.borrow_mut();
        for replica in replicas {
            match self.needs {
                Some((needy, other)) if needy == replica && down.contains(other) => {
                    return Err(refusal(&format!("{needy} ends without {other}")));
                }
                _ => down.remove(replica),
            };
        }
        Ok(())
    }

    pub(super) fn dies_after(mut self, service: &'static str, after: Duration) -> Self {
        self.dies_after = Some((service, after));
        self
    }

    pub(super) fn blind_during(mut self, window: Window) -> Self {
        self.blind = Some(window);
        self
    }
}

fn vital(service: &str, replica: &str, life: usize, ended: Option<String>) -> (String, Vital) {
    let vital = Vital {
        services: vec![service.to_owned()],
        life: life.to_string(),
        ended,
        before: None,
        if_gone: "it is gone",
    };
    (replica.to_owned(), vital)
}

fn replica_of(injection: &Injection) -> String {
    format!("{}-0", injection.service)
}

fn refusal(message: &str) -> Error {
    Error::new(message)
}

impl Backend for Stage {
    type Frontend = Frontend;

    fn place(&self) -> Place {
        super::place()
    }

    async fn prepare(&mut self, _: &Topology, _: Provision<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn desire(&self, _: &Topology) -> Vec<Resource> {
        Vec::new()
    }

    async fn expects(&self, _: &Topology) -> Result<Vec<ResourceId>, Error> {
        Ok(Vec::new())
    }

    async fn observe(&self, _: &[ResourceId]) -> Result<Vec<Observed>, Error> {
        Ok(Vec::new())
    }

    async fn apply(&self, _: &ResourceId, _: Action) -> Result<(), Error> {
        Ok(())
    }

    async fn ready(&self, _: &ResourceId) -> Readiness {
        Readiness::Ready
    }

    async fn logs(&self) -> Vec<Log> {
        Vec::new()
    }

    async fn collect_logs(&self, _: Option<&CancellationToken>) -> Result<(), Error> {
        Ok(())
    }

    /// A worker that each `inject` kills and each `heal` starts, and one of another service; one of
    /// the two dies by itself.
    async fn vitals(&self) -> Vitals {
        let now = self.begun.elapsed();
        if self
            .blind
            .is_some_and(|it| (it.from..it.until).contains(&now))
        {
            return Vitals {
                unseen: Some("the stage is dark".to_owned()),
                ..Vitals::default()
            };
        }
        let count = |what: &str| {
            self.done
                .borrow()
                .iter()
                .filter(|done| **done == what)
                .count()
        };
        let (kills, starts) = (count("inject"), count("heal"));
        let killed = (kills > starts).then(|| "signal: 9 (SIGKILL)".to_owned());
        let dead = self.dies_after.filter(|(_, after)| now >= *after);
        let broken = |service| {
            let dead = dead.filter(|(broken, _)| *broken == service);
            dead.map(|_| "exit status: 3".to_owned())
        };
        let worker = killed.or_else(|| broken("worker"));
        let history = broken("temporal-history");
        let replicas = [
            vital("worker", "worker-0", starts, worker),
            vital("temporal-history", "temporal-history-0", 0, history),
        ];
        Vitals {
            replicas: replicas.into(),
            unseen: None,
        }
    }

    async fn last_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let lines = vec![format!("life {} of {replica} is over", life?)];
        Some(LogTail {
            path: "log".into(),
            lines,
        })
    }

    async fn evidence(&self, _: &ResourceId) -> Option<Utf8PathBuf> {
        None
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        Vec::new()
    }

    async fn frontend(&self) -> Result<Frontend, Error> {
        Ok(self.frontend.clone())
    }

    async fn database(&self) -> Result<Option<mysql::Access>, Error> {
        Ok(None)
    }

    fn faults(&self, _: &Topology) -> Vec<Capability> {
        Vec::new()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        BTreeMap::new()
    }

    async fn undo(&self, injection: &Injection) -> Result<Undo, Error> {
        Ok(Undo::Start {
            replicas: vec![replica_of(injection)],
        })
    }

    async fn inject(&self, injection: &Injection) -> Result<Effect, Error> {
        self.done.borrow_mut().push("inject");
        self.down.borrow_mut().insert(replica_of(injection));
        match self.manner {
            Manner::RefusesToInject => Err(refusal("the worker is not there")),
            Manner::WithoutEffect => Ok(Effect {
                proven: false,
                observation: "worker-0 is still there".to_owned(),
            }),
            Manner::Obedient | Manner::RefusesToHeal | Manner::HealsAtTheSecondTry => Ok(Effect {
                proven: true,
                observation: "worker-0 is gone".to_owned(),
            }),
        }
    }

    async fn heal(&self, undo: &Undo) -> Result<(), Error> {
        self.done.borrow_mut().push("heal");
        let tries = self
            .done
            .borrow()
            .iter()
            .filter(|done| **done == "heal")
            .count();
        match self.manner {
            Manner::RefusesToHeal | Manner::HealsAtTheSecondTry
                if self.manner == Manner::RefusesToHeal || tries == 1 =>
            {
                Err(refusal("the worker does not start"))
            }
            _ => match undo {
                Undo::Start { replicas } => self.start(replicas),
                Undo::Scale { .. } => unreachable!("the stage scales nothing"),
            },
        }
    }

    async fn serves(&self) -> Readiness {
        self.done.borrow_mut().push("ask whether it serves");
        let down = self.down.borrow();
        let mut server = down.iter().filter(|replica| !replica.starts_with("worker"));
        match server.next() {
            Some(replica) => Readiness::NotYet(format!("{replica} is down")),
            None => Readiness::Ready,
        }
    }

    fn outlives(&self, _: &ResourceId) -> bool {
        false
    }

    fn hurry(&self) {}

    async fn sweep(&self) -> Vec<String> {
        Vec::new()
    }
}
