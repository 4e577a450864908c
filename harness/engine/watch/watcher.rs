//! The watcher of one command. Between scenarios it remembers what it saw last.

use std::cell::RefCell;
use std::time::Duration;

use backend::death::Death;
use backend::event::{Events, Kind};
use backend::{Backend, Ended, Host as _, Vitals};
use base::alongside::alongside;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::excuse::Excuses;

/// How often it looks.
const PACE: Duration = Duration::from_millis(500);

/// For how long the last look of a run is repeated if the place cannot be checked.
const PATIENCE: Duration = Duration::from_secs(10);

/// Watches the lives of a topology's replicas.
#[derive(Debug, Default)]
pub struct Watch(RefCell<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// The last look; `None` before the first one.
    known: Option<Vitals>,
    excuses: Excuses,
    /// The start of the current run, from which offsets count.
    epoch: Option<Instant>,
    deaths: Vec<Death>,
}

/// What was seen during a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The replicas that died without a planned fault, in order.
    pub deaths: Vec<Death>,
    /// Why it is not known whether all replicas lived to the end.
    pub unseen: Option<String>,
}

/// The text for a place that could not be checked to the end, with the reason.
pub fn not_known(reason: &str) -> String {
    format!("it is not known whether all replicas lived to the end: {reason}")
}

impl Watch {
    /// Call this before a topology is brought up. It reports what died since the last run. Before
    /// the first run, nobody knows what should be alive, so replicas that are dead by then are not
    /// reported.
    pub async fn prepare<B: Backend>(&self, backend: &B, events: &Events) {
        if self.0.borrow().known.is_some() {
            self.look(backend, events).await;
            return;
        }
        let mut vitals = backend.hosts().vitals().await;
        // A living replica may be replaced now, because the profile may have changed.
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

    /// Begins a run: from now on, offsets count from `epoch`.
    pub fn begin(&self, epoch: Instant) {
        self.0.borrow_mut().epoch = Some(epoch);
    }

    /// A fault on a service begins: its replicas are expected to end.
    pub fn excuse(&self, service: &str) {
        self.0.borrow_mut().excuses.begin(service);
    }

    /// A fault on a service ended: its replicas are expected to live again.
    pub fn fault_ended(&self, service: &str) {
        self.0.borrow_mut().excuses.end(service);
    }

    pub fn all_faults_ended(&self) {
        self.0.borrow_mut().excuses.end_all();
    }

    /// The deaths since the end of the run before.
    pub fn deaths_so_far(&self) -> Vec<Death> {
        self.0.borrow().deaths.clone()
    }

    /// Why it is not known whether all replicas live, if so.
    pub fn unseen(&self) -> Option<String> {
        let memory = self.0.borrow();
        memory.known.as_ref()?.unseen.clone()
    }

    /// Ends a run, and returns what was seen since the end of the run before.
    pub fn end(&self) -> Seen {
        let unseen = self.unseen();
        let mut memory = self.0.borrow_mut();
        memory.epoch = None;
        Seen {
            unseen,
            deaths: std::mem::take(&mut memory.deaths),
        }
    }

    /// Looks once, and reports each life that ended since the look before.
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
            let log_tail = backend.hosts().log_tail(&replica, Some(&life)).await;
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
