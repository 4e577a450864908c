//! An existing cluster, for real: the test starts the development server, and the harness only offers
//! load to it, runs workers and terminates what it left.

mod cluster;
mod connections;
mod loads;
mod proxy;
mod refusing;

use camino::Utf8PathBuf;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use support::{Finished, Invocation, Look as _, Place, Running, eventually};

use self::cluster::Cluster;

/// Workflows that nobody runs, for a moment.
const OPEN: &str = "\
apiVersion: harness/v1
kind: Scenario
name: open
description: Nobody runs the workflows
workload:
  - name: hello
    executor: {constant-concurrency: {users: 3}}
    workflow: {type: Workflow, input: [\"{{ name }}\"]}
    timeout: 10m
phases: {baseline: LENGTH, drain: 1s}
expect: {generator-delay: 5m}
";

/// A folder with scenarios, and the state folder of the profile `existing` in it.
struct Here {
    place: Place,
}

impl Here {
    fn new() -> Self {
        let place = Place::new();
        let write = |name: &str, length: &str| {
            let path = place.root().join(format!("scenarios/{name}.yaml"));
            fs_err::write(path, OPEN.replace("LENGTH", length)).expect("writable");
        };
        write("open", "2s");
        write("long-open", "10m");
        Self { place }
    }

    fn harness(&self, arguments: &[&str]) -> Invocation {
        // The variable would choose another backend for the profile.
        self.place.harness(arguments).without_env("HARNESS_BACKEND")
    }

    /// The same on a cluster.
    fn on(&self, cluster: &Cluster, arguments: &[&str]) -> Invocation {
        let address = cluster.address();
        let options = ["--address", &address];
        // It takes precedence over the variable.
        self.place.harness(&[arguments, &options].concat())
    }

    fn state(&self) -> Utf8PathBuf {
        self.place.root().join(".harness/existing")
    }

    /// Kills a command together with its reaper.
    fn kill_with_reaper(&self, running: &Running) {
        let reapers = self.place.processes().into_iter();
        let mut reapers = reapers.filter(|found| found.replica.as_deref() == Some("reaper"));
        let reaper = reapers.next().expect("a load has a reaper");
        kill(Pid::from_raw(reaper.pid), Signal::SIGKILL).expect("it runs");
        running.signal(Signal::SIGKILL);
    }

    /// Insists that no process and no record is left.
    #[track_caller]
    fn assert_nothing_is_left(&self) {
        // The reaper of a run is killed at its end.
        eventually("the end of all processes", || {
            self.place.processes().is_empty().then_some(())
        });
        let records = support::files(&self.state().join("run"));
        assert!(records.is_empty(), "left over: {records:?}");
    }
}

/// The first line that a command told.
fn first_line(finished: &Finished) -> &str {
    finished.stderr.lines().next().unwrap_or_default()
}
