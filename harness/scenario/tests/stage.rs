//! A backend that is a stage: it has a modelled frontend, and notes what is done to it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use backend::fault::{Pull, Reach, Recipients, Sighting, Sign};
use backend::{
    Backend, Change, Endpoint, Error, Host, Log, Prepared, Provision, Readiness, Vital, Vitals,
};
use base::log_tail::LogTail;
use model::plan::{Observed, ResourceId};
use model::topology::{ServiceName, Topology};
use temporal::simulated::{Frontend, Model, Window};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The services of the stage, each with one replica.
const SERVICES: [&str; 6] = [
    "mysql",
    "temporal-frontend",
    "temporal-history",
    "temporal-matching",
    "temporal-worker",
    "worker",
];

/// How the stage reacts to faults.
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
    /// The service whose replica dies without a fault, and when.
    dies_after: Option<(&'static str, Duration)>,
    /// When the stage cannot be observed.
    blind: Option<Window>,
    /// The replicas that are down.
    down: RefCell<BTreeSet<String>>,
    /// How often each replica was restarted.
    starts: RefCell<BTreeMap<String, usize>>,
    /// A replica that does not start while another is down.
    needs: Option<(&'static str, &'static str)>,
    /// How long it takes to connect.
    connects_after: Duration,
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
            starts: RefCell::default(),
            needs: None,
            connects_after: Duration::ZERO,
        }
    }

    /// Sets how long a client takes to connect.
    pub(super) fn connects_after(mut self, time: Duration) -> Self {
        self.connects_after = time;
        self
    }

    /// When an execution was read first, from the creation of the stage.
    pub(super) fn first_read(&self) -> Option<Duration> {
        self.frontend.first_read()
    }

    /// Keeps a replica from starting while another is down.
    pub(super) fn needs(mut self, replica: &'static str, other: &'static str) -> Self {
        self.needs = Some((replica, other));
        self
    }

    /// Takes down a replica that no fault targets.
    pub(super) fn breaks(&self, replica: &str) {
        self.down.borrow_mut().insert(replica.to_owned());
    }

    /// Starts replicas; an error if another one that they need is down.
    fn start(&self, replicas: &[String]) -> Result<(), Error> {
        let mut down = self.down.borrow_mut();
        for replica in replicas {
            match self.needs {
                Some((needy, other)) if needy == replica && down.contains(other) => {
                    return Err(refusal(&format!("{needy} ends without {other}")));
                }
                _ => {}
            }
            if down.remove(replica) {
                let mut starts = self.starts.borrow_mut();
                *starts.entry(replica.clone()).or_default() += 1;
            }
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

    fn count(&self, what: &str) -> usize {
        let done = self.done.borrow();
        done.iter().filter(|done| **done == what).count()
    }

    /// How a replica ended, by a fault or without one; `None` if it runs.
    fn ended(&self, service: &str, replica: &str) -> Option<String> {
        if self.down.borrow().contains(replica) {
            return Some("signal: 9 (SIGKILL)".to_owned());
        }
        let dies = self.dies_after.filter(|(broken, _)| *broken == service);
        let dead = dies.filter(|(_, after)| self.begun.elapsed() >= *after);
        dead.map(|_| "exit status: 3".to_owned())
    }
}

fn replica_of(service: &str) -> String {
    format!("{service}-0")
}

fn refusal(message: &str) -> Error {
    Error::new(message)
}

impl Host for Stage {
    async fn vitals(&self) -> Vitals {
        let now = self.begun.elapsed();
        if self
            .blind
            .is_some_and(|it| (it.from..it.until).contains(&now))
        {
            return Vitals::unseen("the stage is dark".to_owned());
        }
        let replicas = SERVICES.map(|service| {
            let replica = replica_of(service);
            let starts = self.starts.borrow().get(&replica).copied();
            let vital = Vital {
                services: vec![service.to_owned()],
                life: starts.unwrap_or_default().to_string(),
                ended: self.ended(service, &replica),
                before: None,
                if_gone: "it is gone",
            };
            (replica, vital)
        });
        Vitals {
            replicas: replicas.into(),
            unseen: None,
        }
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let lines = vec![format!("life {} of {replica} is over", life?)];
        Some(LogTail {
            path: "log".into(),
            lines,
        })
    }

    async fn logs(&self) -> Vec<Log> {
        Vec::new()
    }

    async fn collect_logs(&self, _: Option<&CancellationToken>) -> Result<(), Error> {
        Ok(())
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        Vec::new()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        BTreeMap::new()
    }
}

impl Backend for Stage {
    type Frontend = Frontend;
    type Hosts = Self;
    type Parts = ();

    async fn prepare(&self, _: &Topology, _: Provision<'_>) -> Result<Prepared<()>, Error> {
        unreachable!("the stage is set")
    }

    async fn expects(&self, _: &Topology) -> Result<Vec<ResourceId>, Error> {
        Ok(Vec::new())
    }

    async fn observe(&self, _: &[ResourceId], _: Option<&()>) -> Result<Vec<Observed>, Error> {
        Ok(Vec::new())
    }

    async fn apply(&self, _: &ResourceId, _: Change<'_, ()>) -> Result<(), Error> {
        Ok(())
    }

    async fn ready(&self, _: &ResourceId, _: Option<&()>) -> Readiness {
        Readiness::Ready
    }

    async fn frontend(&self, _: &str) -> Result<Frontend, Error> {
        tokio::time::sleep(self.connects_after).await;
        Ok(self.frontend.clone())
    }

    fn hosts(&self) -> &Self {
        self
    }

    async fn sweep(&self) -> Vec<String> {
        Vec::new()
    }

    fn levers(&self, _: &Topology) -> BTreeMap<ServiceName, Reach> {
        super::levers(&SERVICES)
    }

    async fn pull(&self, pull: &Pull) -> Result<(), Error> {
        match pull {
            Pull::Signal {
                whom: Recipients::Replicas(replicas),
                ..
            } => {
                self.done.borrow_mut().push("inject");
                if self.manner != Manner::WithoutEffect {
                    self.down.borrow_mut().extend(replicas.iter().cloned());
                }
                match self.manner {
                    Manner::RefusesToInject => Err(refusal("the worker is not there")),
                    _ => Ok(()),
                }
            }
            Pull::Start { replicas } => {
                self.done.borrow_mut().push("heal");
                match self.manner {
                    Manner::RefusesToHeal => Err(refusal("the worker does not start")),
                    Manner::HealsAtTheSecondTry if self.count("heal") == 1 => {
                        Err(refusal("the worker does not start"))
                    }
                    _ => self.start(replicas),
                }
            }
            Pull::Signal { .. } | Pull::Scale { .. } | Pull::Restart { .. } => {
                Err(pull.foreign("stage"))
            }
        }
    }

    async fn look(&self, sign: &Sign) -> Sighting {
        let down = self.down.borrow().clone();
        match sign {
            Sign::Gone { lives, .. } => self.vitals().await.gone(lives),
            Sign::Back { replicas, .. } => match replicas.iter().find(|it| down.contains(*it)) {
                Some(replica) => Sighting::NotYet(format!("{replica} is down")),
                None => Sighting::Seen("it is on the stage".to_owned()),
            },
            Sign::Serves { .. } => {
                self.done.borrow_mut().push("ask whether it serves");
                let mut server = down.iter().filter(|it| !it.starts_with("worker"));
                match server.next() {
                    Some(replica) => Sighting::NotYet(format!("{replica} is down")),
                    None => Sighting::Seen("it serves".to_owned()),
                }
            }
            Sign::Interrupted { .. } => sign.foreign("stage"),
        }
    }
}
