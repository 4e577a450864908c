//! A working folder: how it is made, how the harness is started in it, how it ends.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use artifact::EXAMPLE_WORKER;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err::{self as fs, File};
use nix::sys::signal::Signal;
use tempfile::TempDir;
use testing::machine;

use crate::census::listener_on;
use crate::eventually::POLL;
use crate::folder::{files, furnish};
use crate::invocation::{Finished, Invocation};
use crate::look::Look;
use crate::programs::{cache, harness, temporal_cli};
use crate::slot::Slot;

/// A working folder with the project's profiles and scenarios, and a home of its own.
#[derive(Debug)]
pub struct Place {
    root: Utf8PathBuf,
    sets: Vec<String>,
    runs: AtomicUsize,
    folder: TempDir,
    _slot: Option<Slot>,
}

impl Place {
    /// A place with the example worker.
    pub fn new() -> Self {
        Self::in_folder("work")
    }

    /// The same in a folder of this name, or in the last of these folders.
    pub fn in_folder(name: &str) -> Self {
        Self::with_slot(Some(Slot::take()), name)
    }

    /// A second place for a test that has one: it needs no slot, or two such tests could wait for
    /// each other.
    pub fn beside(_first: &Self) -> Self {
        Self::with_slot(None, "work")
    }

    /// A second place in the same folder as the first, in one of this name.
    pub fn beside_in(first: &Self, name: &str) -> Self {
        let mut place = Self::beside(first);
        let root = first.root.with_file_name(name);
        fs::rename(&place.root, &root).expect("writable");
        place.root = root;
        place
    }

    /// A place with one replica of a worker that serves no HTTP: a shell script. `{worker}` in it
    /// is the command of the example worker.
    pub fn with_worker_script(script: &str) -> Self {
        let mut place = Self::new();
        let path = place.worker_script(script);
        place.sets = vec![
            format!("worker.run={{command: [{path}]}}"),
            "worker.replicas=1".to_owned(),
            "starter.mode=off".to_owned(),
        ];
        place
    }

    /// Writes the script that is the worker of a place that was made with one.
    pub fn worker_script(&self, script: &str) -> Utf8PathBuf {
        let script = script.replace("{worker}", &format!("{} {EXAMPLE_WORKER}", harness()));
        self.script("worker.sh", &script)
    }

    fn with_slot(slot: Option<Slot>, name: &str) -> Self {
        temporal_cli();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let real = folder.path().canonicalize().expect("it is there");
        let beside = Utf8PathBuf::try_from(real).expect("UTF-8");
        let root = beside.join(name);
        furnish(&root);
        for own in ["home", "output"] {
            fs::create_dir(beside.join(own)).expect("writable");
        }
        Self {
            sets: Vec::new(),
            runs: AtomicUsize::new(0),
            root,
            folder,
            _slot: slot,
        }
    }

    /// Sets a key of the profile in every command from now on.
    pub fn set(mut self, set: impl Into<String>) -> Self {
        self.sets.push(set.into());
        self
    }

    /// A folder beside the working folder: `home`, or a test's own.
    pub fn beside_root(&self, name: &str) -> Utf8PathBuf {
        let folder = Utf8Path::from_path(self.folder.path()).expect("UTF-8");
        let folder = folder.canonicalize_utf8().expect("it is there");
        folder.join(name)
    }

    /// Writes an executable shell script beside the working folder.
    pub fn script(&self, name: &str, script: &str) -> Utf8PathBuf {
        let path = self.beside_root(name);
        machine::executable(&path, &format!("#!/bin/sh\n{script}\n"));
        path
    }

    /// Brings the topology up.
    #[track_caller]
    pub fn up(&self) -> Finished {
        self.harness(&["up"]).run().exits(0)
    }

    /// Takes it down and insists that nothing of it is left.
    #[track_caller]
    pub fn down(&self) -> Finished {
        let ports = self.ports();
        let down = self.harness(&["down"]).run().exits(0);
        self.assert_nothing_is_left(&ports);
        down
    }

    /// Insists that there is no process, no record, no lock and no port of this place.
    #[track_caller]
    pub fn assert_nothing_is_left(&self, ports: &[SocketAddr]) {
        let processes = self.processes();
        let listed: Vec<_> = processes.iter().map(ToString::to_string).collect();
        assert!(processes.is_empty(), "left over:\n{}", listed.join("\n"));
        let state = self.state();
        let records = files(&state.join("run"));
        assert!(records.is_empty(), "left over: {records:?}");
        assert!(!state.join("faults.ndjson").exists(), "faults are left");
        let lock = File::open(state.join("lock")).expect("there is a state folder");
        lock.try_lock().expect("nobody holds the lock");
        for address in ports {
            if let Err(error) = TcpListener::bind(address) {
                // Another place may have taken what was free again.
                let listener = listener_on(address.port());
                let foreign = listener.as_ref().is_some_and(|(_, mark)| {
                    let mark = mark.as_deref().unwrap_or_default();
                    !mark.is_empty() && !mark.starts_with(self.root.as_str())
                });
                assert!(foreign, "{address} is left to {listener:?}: {error}");
            }
        }
    }
}

impl Look for Place {
    fn root(&self) -> &Utf8Path {
        &self.root
    }

    fn state(&self) -> Utf8PathBuf {
        self.root.join(".harness/local")
    }

    /// Nothing is in its environment but what it needs.
    fn harness(&self, arguments: &[&str]) -> Invocation {
        let number = self.runs.fetch_add(1, Ordering::SeqCst);
        let output = self.beside_root("output");
        let mut command = Command::new(harness());
        command.args(arguments).current_dir(&self.root).env_clear();
        // `logs` takes no `--set`.
        if arguments.first() != Some(&"logs") {
            command.args(self.sets.iter().flat_map(|set| ["--set", set]));
        }
        let inherited = ["PATH", "HARNESS_TEMPORAL"];
        command.envs(
            inherited
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        );
        // Whatever else this machine could run it on.
        command.env("HARNESS_BACKEND", "process");
        command.env("HOME", self.beside_root("home"));
        command.env("HARNESS_CACHE", cache());
        Invocation {
            command,
            stdout: output.join(format!("{number}.out")),
            stderr: output.join(format!("{number}.err")),
        }
    }
}

impl Drop for Place {
    /// Nothing outlives the test, and what explains a panic outlives the place.
    fn drop(&mut self) {
        for _ in 0..500 {
            let processes = self.processes();
            if processes.is_empty() {
                break;
            }
            for process in processes {
                process.signal(Signal::SIGKILL);
            }
            std::thread::sleep(POLL);
        }
        self.folder.disable_cleanup(std::thread::panicking());
    }
}
