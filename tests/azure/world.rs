//! A built-in Azure in which time passes as it is waited, and the client that is signed in there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use azure::arm;
use azure::arm::{Pending, Progress, Recorder, Started, Wait};
use azure_simulator::{Clock, Dialect, Exchange, Hooks, Options, Script, Settings, Simulator};
use base::secret::Secret;
use base::tool::Environment;
use model::profile;
use model::profile::Profile;
use model::profile::azure::Azure;
use places::azure::{Access, Cloud, Scope, Wish};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// The name of the profile.
pub(crate) const PROFILE: &str = "azure";

/// Both ways to announce an operation.
pub(crate) const DIALECTS: [Dialect; 2] = [Dialect::Documented, Dialect::Recorded];

/// Longer than anything takes there, on its own clock.
const DEADLINE: Duration = Duration::from_hours(2);

/// What Azure says between two looks at an operation, in seconds.
const RETRY_AFTER: u32 = 20;

/// A built-in Azure with the client that the promoter has.
pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) azure: Azure,
    pub(crate) profile: Profile,
    pub(crate) settings: Settings,
    pub(crate) simulator: Simulator,
    pub(crate) time: Clock,
}

/// Somebody behind the cloud who runs a cluster.
struct Behind;

impl Hooks for Behind {
    fn kubeconfig(&self, cluster: &str) -> Result<String, String> {
        Ok(format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {cluster}\n"
        ))
    }
}

impl World {
    /// One with nothing in it.
    pub(crate) async fn empty(dialect: Dialect) -> Self {
        let time = Clock::held();
        let settings = Settings {
            dialect,
            retry_after: RETRY_AFTER,
            hooks: Arc::new(Behind),
            ..Settings::invented()
        };
        let options = Options {
            clock: time.clone(),
            settings: settings.clone(),
            script: Script::default(),
            folder: None,
            port: None,
        };
        let simulator = Simulator::start(options).await.expect("it starts");
        let access = Access::built_in(&simulator, &settings, Environment::default());
        let mut access = access.expect("it has an address");
        access.clock = arm::Clock::skipping();
        access.recorder = Some(passing(&access.clock, &time));
        let cloud = Cloud::sign_in(access, None).await.expect("it signs in");
        let profile = profile();
        let profile::Backend::Azure(azure) = profile.backend.clone() else {
            panic!("the profile is of a place in Azure");
        };
        Self {
            cloud,
            azure: *azure,
            profile,
            settings,
            simulator,
            time,
        }
    }

    /// Where the profile goes.
    pub(crate) fn target(&self) -> Scope {
        Scope::of(&self.azure, PROFILE, &self.cloud)
    }

    /// The stack of the profile, with a password of its own.
    pub(crate) fn stack(&self) -> arm::StackSpec {
        let topology = self.profile.topology();
        self.target().stack(Wish {
            azure: &self.azure,
            topology: &topology,
            password: password(),
            promoter: "tests",
            gate_override: None,
        })
    }

    /// Waits until what has begun is done.
    pub(crate) async fn finish(
        &self,
        begun: Result<Started, arm::Error>,
    ) -> Result<Value, arm::Error> {
        let wait = Wait {
            cancel: &CancellationToken::new(),
            deadline: DEADLINE,
            on_pending: &|_: &Pending| {},
            progress: &|_: &Progress| {},
        };
        self.cloud.arm.finish(begun?, &wait).await
    }

    /// What was asked and answered until now.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.simulator.recorder.exchanges()
    }
}

/// Lets time pass in the cloud as far as the client has waited, with each of its requests.
fn passing(waits: &arm::Clock, time: &Clock) -> Recorder {
    let (waits, time) = (waits.clone(), time.clone());
    let began = waits.now();
    let passed = AtomicU64::new(0);
    Recorder::new(move |_| {
        let now = u64::try_from((waits.now() - began).as_millis()).unwrap_or(u64::MAX);
        let before = passed.swap(now, Ordering::SeqCst);
        time.advance(Duration::from_millis(now.saturating_sub(before)));
    })
}

/// A password that Azure takes.
pub(crate) fn password() -> Secret {
    Secret::new(format!("Aa1{}", Secret::generate().reveal()))
}

fn profile() -> Profile {
    let request = profile::Request {
        source: profile::Source::Named {
            folder: "profiles".into(),
            name: PROFILE.to_owned(),
        },
        // With a pool besides that of the system, which is a resource of its own.
        sets: vec![
            "backend.azure.kubernetes.node-pools={system: {count: 2}, batch: {count: 1}}"
                .to_owned(),
        ],
    };
    let reader = profile::Reader {
        read: |path: &camino::Utf8Path| fs_err::read_to_string(path),
        list: |_: &camino::Utf8Path| Vec::new(),
    };
    profile::load(&request, &reader).expect("a valid profile")
}
