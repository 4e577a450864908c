//! The launch record of a replica, and the two halves of starting it.
//!
//! The harness starts itself again with the hidden verb `launch`. That process takes the lock on
//! the pid file, writes its own pid there, leaves the terminal's session and then *becomes* the
//! program (`exec`, so pid and lock stay). Until that moment it also holds the lock of the state
//! folder, inherited as standard input: if the starting command is killed between fork and
//! registration, the next command waits until the child is known.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use backend::state::Directory;
use base::file::{present, read_json, write_atomically};
use base::log_tail::LogTail;
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::{ResourceId, ResourceKind};
use model::quantity;
use model::topology::{Digest, WorkerBuild};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use serde::{Deserialize, Serialize};

use super::liveness::PidFile;
use super::probe::Check;
use crate::address::Listen;

/// How long a child tries to take its pid file; only a command that looks at it holds it as well.
const PID_FILE_PATIENCE: Duration = Duration::from_secs(5);

/// Everything about one replica: how to start it, where it listens, when it is ready, how it stops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Launch {
    /// The replica, such as `worker-0`.
    pub replica: String,
    /// The service or services it stands for.
    pub services: Vec<String>,
    /// Identity of this configuration.
    pub digest: Digest,
    /// What it needs to be ready first.
    pub needs: Vec<ResourceId>,
    /// The program.
    pub program: Utf8PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    /// Variables besides, each with the private file that its value is read from at the start.
    #[serde(default)]
    pub secrets: BTreeMap<String, Utf8PathBuf>,
    /// Its working directory.
    pub directory: Utf8PathBuf,
    /// Its listening addresses by port name.
    pub ports: BTreeMap<String, Listen>,
    /// What must hold for it to be ready.
    pub checks: Vec<Check>,
    /// How long it may take to become ready.
    pub ready_timeout: quantity::Duration,
    /// How long it may take to end after SIGTERM, before SIGKILL.
    pub grace: quantity::Duration,
    /// How many bytes of its log are of earlier launches.
    #[serde(default)]
    pub log_begin: u64,
    /// Of the worker, which build of it was started.
    #[serde(default)]
    pub worker: Option<WorkerBuild>,
}

impl Launch {
    /// The resource that this record describes.
    pub fn id(&self) -> ResourceId {
        ResourceId::new(ResourceKind::Process, &self.replica)
    }

    /// The record of a replica, if there is one.
    pub fn read(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        let bytes = present(fs_err::read(Self::path(state, replica)))?;
        // A record that cannot be read is none: the journal and the marks still know the replica,
        // and nobody is kept from stopping it.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The same, where one that says something else is an error: who should be alive, nobody knows
    /// then.
    pub(super) fn known(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        read_json(&Self::path(state, replica))
    }

    /// Every record of the folder, by replica; what is none is left out.
    pub fn read_all(state: &Directory) -> io::Result<Vec<Self>> {
        let replicas = Self::replicas(state)?;
        let records = replicas.iter().map(|replica| Self::read(state, replica));
        records.filter_map(Result::transpose).collect()
    }

    /// The replicas that have a record, whatever it says.
    pub fn replicas(state: &Directory) -> io::Result<Vec<String>> {
        let Some(entries) = present(fs_err::read_dir(state.run()))? else {
            return Ok(Vec::new());
        };
        let mut replicas = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            replicas.extend(name.strip_suffix(".launch.json").map(str::to_owned));
        }
        replicas.sort();
        Ok(replicas)
    }

    /// Writes the record; the next start of the replica is by it.
    pub fn write(&self, state: &Directory) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(self)?;
        write_atomically(&Self::path(state, &self.replica), &bytes)
    }

    /// Forgets a replica that has been stopped.
    pub fn forget(state: &Directory, replica: &str) -> io::Result<()> {
        for path in [Self::path(state, replica), PidFile::path(state, replica)] {
            present(fs_err::remove_file(path))?;
        }
        Ok(())
    }

    /// The end of the replica's log, of what was written since this launch; `None` if there is no
    /// log.
    pub(super) fn log_tail(&self, state: &Directory) -> Option<LogTail> {
        LogTail::of_file(Self::log(state, &self.replica), self.log_begin).ok()
    }

    /// The log file of a replica.
    pub fn log(state: &Directory, replica: &str) -> Utf8PathBuf {
        state.logs().join(format!("{replica}.log"))
    }

    fn path(state: &Directory, replica: &str) -> Utf8PathBuf {
        state.run().join(format!("{replica}.launch.json"))
    }

    /// The program as this process becomes it.
    fn command(&self) -> io::Result<Command> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(&self.environment)
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        for (variable, file) in &self.secrets {
            command.env(variable, fs_err::read_to_string(file)?);
        }
        Ok(command)
    }

    /// Starts the replica that the record describes, detached; `lock` is the state folder's.
    pub(super) fn spawn(
        &self,
        state: &Directory,
        launcher: &Utf8Path,
        lock: File,
    ) -> io::Result<tokio::process::Child> {
        let log = fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(Self::log(state, &self.replica))?
            .into_file();
        let mut command = Command::new(launcher);
        command
            .arg("launch")
            .arg(state.path())
            .arg(&self.replica)
            .env_clear()
            .stdin(Stdio::from(lock))
            .stdout(log.try_clone()?)
            .stderr(log);
        tokio::process::Command::from(command).spawn()
    }
}

/// The other half: registers this process as the replica and becomes its program.
///
/// Returns only if that failed; the error is for the replica's log.
pub fn become_child(state: &Directory, replica: &str) -> io::Error {
    match register(state, replica) {
        // The descriptor of the pid file lives in `_held` until `exec` replaces this process.
        Ok((launch, _held)) => match launch.command() {
            Ok(mut command) => command.exec(),
            Err(error) => error,
        },
        Err(error) => error,
    }
}

fn register(state: &Directory, replica: &str) -> io::Result<(Launch, File)> {
    // A session of its own, and so a process group of its own: Ctrl-C and a closing terminal reach
    // neither this process nor what it starts.
    nix::unistd::setsid()?;
    let launch = Launch::read(state, replica)?
        .ok_or_else(|| io::Error::other(format!("there is no launch record of `{replica}`")))?;
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(PidFile::path(state, replica))?;
    let started = Instant::now();
    while file.try_lock().is_err() {
        if started.elapsed() > PID_FILE_PATIENCE {
            return Err(io::Error::other(format!("`{replica}` is already running")));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    file.set_len(0)?;
    file.write_all(&serde_json::to_vec(&PidFile::of_this_process())?)?;
    fcntl(&file, FcntlArg::F_SETFD(FdFlag::empty()))?;
    Ok((launch, file))
}
