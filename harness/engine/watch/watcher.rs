//! The watcher of one command: it remembers between scenarios what it saw last.

use std::cell::RefCell;
use std::time::Duration;

use backend::death::Death;
use backend::event::{Events, Kind};
use backend::{Backend, Ended, Host as _, Vitals};
use base::alongside::alongside;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::excuse::Excuses;

/// How often it is looked.
const PACE: Duration = Duration::from_millis(500);

/// For how long the last look of a run is repeated where a place cannot be looked at.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks after the lives of a topology.
#[derive(Debug, Default)]
pub struct Watch(RefCell<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// What was seen last; nothing before the first look.
    known: Option<Vitals>,
    excuses: Excuses,
    /// The moment from which offsets count, of the run that is under way.
    epoch: Option<Instant>,
    deaths: Vec<Death>,
}

/// What was seen of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Who died although no fault had planned it, in order.
    pub deaths: Vec<Death>,
    /// Why it is not known of all replicas whether they lived to the end.
    pub unseen: Option<String>,
}

/// What follows where a place could not be looked at to the end, and why it could not.
pub fn not_known(reason: &str) -> String {
    format!("it is not known whether all replicas lived to the end: {reason}")
}

impl Watch {
    /// To be called before a topology is brought up. What died since the last run is told; before
    /// the first one, nobody knows what should be alive, and what is dead has been so before.
    pub async fn prepare<B: Backend>(&self, backend: &B, events: &Events) {
        if self.0.borrow().known.is_some() {
            self.look(backend, events).await;
            return;
        }
        let mut vitals = backend.hosts().vitals().await;
        // What lives may be replaced now, for the profile says otherwise today.
        vitals.replicas.retain(|_, vital| vital.ended.is_some());
        self.0.borrow_mut().known = Some(vitals);
    }

    /// Looks until `work` is done, and then once more.
    pub async fn during<B: Backend, T>(
        &self,
        backend: &B,
        events: &Events,
        work: impl Future<Output = T>,
    ) -> T {
        alongside(work, async |over| self.attend(backend, events, over).await).await
    }

    /// Looks until `over`, and then once more.
    async fn attend<B: Backend>(&self, backend: &B, events: &Events, over: &CancellationToken) {
        while !over.is_cancelled() {
            self.look(backend, events).await;
            over.run_until_cancelled(sleep(PACE)).await;
        }
        let last = Instant::now();
        loop {
            self.look(backend, events).await;
            if self.unseen().is_none() || last.elapsed() > PATIENCE {
                return;
            }
            sleep(PACE).await;
        }
    }

    /// A run begins: from now on, times count from `epoch`.
    pub fn begin(&self, epoch: Instant) {
        self.0.borrow_mut().epoch = Some(epoch);
    }

    /// A fault on a service begins: that its replicas end is planned.
    pub fn excuse(&self, service: &str) {
        self.0.borrow_mut().excuses.begin(service);
    }

    /// A fault on a service is undone.
    pub fn expect(&self, service: &str) {
        self.0.borrow_mut().excuses.end(service);
    }

    /// All faults are undone.
    pub fn expect_all(&self) {
        self.0.borrow_mut().excuses.end_all();
    }

    /// Who died since the end of the run before.
    pub fn deaths_so_far(&self) -> Vec<Death> {
        self.0.borrow().deaths.clone()
    }

    /// Why it is not known of all replicas whether they live, if it is not.
    pub fn unseen(&self) -> Option<String> {
        let memory = self.0.borrow();
        memory.known.as_ref()?.unseen.clone()
    }

    /// Ends a run, and says what was seen since the end of the one before.
    pub fn end(&self) -> Seen {
        let unseen = self.unseen();
        let mut memory = self.0.borrow_mut();
        memory.epoch = None;
        Seen {
            unseen,
            deaths: std::mem::take(&mut memory.deaths),
        }
    }

    /// Looks once, and tells of each life that ended since the look before.
    async fn look<B: Backend>(&self, backend: &B, events: &Events) {
        let begun = self.0.borrow_mut().excuses.look();
        let now = backend.hosts().vitals().await;
        let ended: Vec<Ended> = {
            let mut memory = self.0.borrow_mut();
            let known = memory.known.take().unwrap_or_default();
            let mut ended = now.ended_since(&known);
            ended.retain(|ended| !memory.excuses.cover(&begun, &ended.services));
            if now.unseen.is_some() {
                memory.excuses.keep(begun);
            }
            memory.known = Some(now.or_as_before(known));
            ended
        };
        for Ended {
            replica,
            life,
            status,
            ..
        } in ended
        {
            let epoch = self.0.borrow().epoch;
            let at_ms = epoch.map(|epoch| epoch.elapsed().into());
            let log_tail = backend.hosts().last_words(&replica, Some(&life)).await;
            let death = Death {
                replica,
                at_ms,
                status,
                log_tail,
            };
            self.0.borrow_mut().deaths.push(death.clone());
            events.send(Kind::ReplicaDied { death });
        }
    }
}
