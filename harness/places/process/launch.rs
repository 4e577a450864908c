//! The launch record of a replica, and both steps of its start.
//!
//! The harness starts itself again with the hidden verb `launch`. That process locks the pid file,
//! writes its own pid into it, leaves the terminal's session, and then becomes the program by
//! `exec`, which keeps pid and lock. Until then it also holds the lock of the state folder,
//! inherited as standard input. If the starting command is killed between the fork and the
//! registration, the next command therefore waits until the child is known.

use fs_err::File;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use backend::state::Directory;
use backend::{WorkerSecrets, secret_source};
use base::file::{Stored, present, read_stored, write_atomically, write_json};
use base::log_tail::{LogTail, end_of};
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::{ResourceId, ResourceKind};
use model::quantity;
use model::topology::{Digest, SecretSource, ServiceName, WorkerBuild};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use serde::{Deserialize, Serialize};

use super::liveness::PidFile;
use super::probe::Check;
use crate::address::Listen;

/// The end of the names of files with a secret.
const SECRET: &str = ".secret";

/// How long a child tries to lock its pid file. Only a command that reads the file may hold the
/// lock.
const PID_FILE_PATIENCE: Duration = Duration::from_secs(5);

/// Everything about one replica: how to start, reach, check and stop it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Launch {
    /// The replica, such as `worker-0`.
    pub replica: String,
    /// The services that it runs.
    pub services: Vec<String>,
    /// The digest of this configuration.
    pub digest: Digest,
    /// The resources that must be ready first.
    pub needs: Vec<ResourceId>,
    pub program: Utf8PathBuf,
    pub arguments: Vec<String>,
    pub environment: BTreeMap<String, String>,
    /// Further variables, each with the private file that its value is read from at the start.
    #[serde(default)]
    pub secrets: BTreeMap<String, Utf8PathBuf>,
    /// Further variables, each with the place where the user has its value. It is read at the start,
    /// and not copied into the state folder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub borrowed: BTreeMap<String, SecretSource>,
    pub directory: Utf8PathBuf,
    /// Its addresses, by port name.
    pub ports: BTreeMap<String, Listen>,
    /// What must hold when it is ready.
    pub checks: Vec<Check>,
    /// How long it may take to become ready.
    pub ready_timeout: quantity::Duration,
    /// How long it may take to end after SIGTERM, before SIGKILL.
    pub grace: quantity::Duration,
    /// How many bytes of its log belong to earlier launches.
    #[serde(default)]
    pub log_begin: u64,
    /// The build of the worker that was started; `None` for other programs.
    #[serde(default)]
    pub worker: Option<WorkerBuild>,
}

impl Launch {
    pub fn id(&self) -> ResourceId {
        ResourceId::new(ResourceKind::Process, &self.replica)
    }

    /// The record of a replica.
    pub fn read(state: &Directory, replica: &str) -> io::Result<Stored<Self>> {
        read_stored(&Self::path(state, replica))
    }

    /// All valid records of the folder, by replica.
    pub fn read_all(state: &Directory) -> io::Result<Vec<Self>> {
        let mut records = Vec::new();
        for replica in Self::replicas(state)? {
            records.extend(Self::read(state, &replica)?.damaged_as_none());
        }
        Ok(records)
    }

    /// The replicas that have a record, valid or not.
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

    /// Writes the record. The next start of the replica uses it.
    pub fn write(&self, state: &Directory) -> io::Result<()> {
        write_json(&Self::path(state, &self.replica), self)
    }

    /// Removes the files of a replica that was stopped.
    pub fn forget(state: &Directory, replica: &str) -> io::Result<()> {
        let secrets = Self::secrets(state, replica)?.into_iter();
        let own = [Self::path(state, replica), PidFile::path(state, replica)];
        for path in secrets.chain(own) {
            present(fs_err::remove_file(path))?;
        }
        Ok(())
    }

    /// Writes the secrets of the replica's environment, which only the user may read. The next
    /// start of the replica uses them.
    pub(super) fn write_secrets(
        &self,
        state: &Directory,
        secrets: &WorkerSecrets,
    ) -> io::Result<()> {
        for service in &self.services {
            for (variable, secret) in secrets.of(&ServiceName::new(service)) {
                let path = Self::secret(state, &self.replica, variable);
                write_atomically(&path, secret.reveal().as_bytes())?;
            }
        }
        Ok(())
    }

    /// The private file with a secret of a replica's environment.
    pub(super) fn secret(state: &Directory, replica: &str, variable: &str) -> Utf8PathBuf {
        state.run().join(format!("{replica}.{variable}{SECRET}"))
    }

    fn secrets(state: &Directory, replica: &str) -> io::Result<Vec<Utf8PathBuf>> {
        let mut secrets = Vec::new();
        for entry in present(state.run().read_dir_utf8())?.into_iter().flatten() {
            let path = entry?.into_path();
            let name = path.file_name().and_then(|name| name.strip_prefix(replica));
            if name.is_some_and(|rest| rest.starts_with('.') && rest.ends_with(SECRET)) {
                secrets.push(path);
            }
        }
        Ok(secrets)
    }

    /// The end of the replica's log since this launch; `None` if there is no log.
    pub(super) fn log_tail(&self, state: &Directory) -> Option<LogTail> {
        LogTail::of_file(Self::log(state, &self.replica), self.log_begin).ok()
    }

    /// The end of what the replica has written since this launch, at most 64 KiB; empty if there is
    /// no log.
    pub(super) fn written(&self, state: &Directory) -> String {
        end_of(&Self::log(state, &self.replica), self.log_begin).unwrap_or_default()
    }

    pub fn log(state: &Directory, replica: &str) -> Utf8PathBuf {
        state.logs().join(format!("{replica}.log"))
    }

    fn path(state: &Directory, replica: &str) -> Utf8PathBuf {
        state.run().join(format!("{replica}.launch.json"))
    }

    /// The command that this process becomes by `exec`.
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
        let environment = Environment::of_process();
        for (variable, source) in &self.borrowed {
            let secret = secret_source::read(source, &environment).map_err(io::Error::other)?;
            command.env(variable, secret.reveal());
        }
        Ok(command)
    }

    /// The variables in the environment of the harness that the replica needs at its start.
    fn borrowed_variables(&self) -> impl Iterator<Item = &str> {
        self.borrowed.values().filter_map(|source| match source {
            SecretSource::SecretVariable(name) => Some(name.as_str()),
            SecretSource::SecretFile(_) => None,
        })
    }

    /// Starts the replica of this record, detached. `lock` is the lock of the state folder.
    pub(super) fn spawn(
        &self,
        state: &Directory,
        launcher: &Utf8Path,
        lock: File,
        environment: &Environment,
    ) -> io::Result<tokio::process::Child> {
        let log = fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(Self::log(state, &self.replica))?
            .into_file();
        let borrowed = self.borrowed_variables();
        let borrowed = borrowed.filter_map(|name| Some((name, environment.text(name)?)));
        let mut command = Command::new(launcher);
        command
            .arg("launch")
            .arg(state.path())
            .arg(&self.replica)
            .env_clear()
            .envs(borrowed)
            .stdin(Stdio::from(lock.into_file()))
            .stdout(log.try_clone()?)
            .stderr(log);
        tokio::process::Command::from(command).spawn()
    }
}

/// The second step: registers this process as the replica and becomes its program.
///
/// Returns only on failure; the error is for the replica's log.
pub fn become_child(state: &Directory, replica: &str) -> io::Error {
    match register(state, replica) {
        // `_held` keeps the descriptor of the pid file open until `exec` replaces this process.
        Ok((launch, _held)) => match launch.command() {
            Ok(mut command) => command.exec(),
            Err(error) => error,
        },
        Err(error) => error,
    }
}

fn register(state: &Directory, replica: &str) -> io::Result<(Launch, File)> {
    // A session of its own, and so a process group of its own: Ctrl-C and a closing terminal reach
    // neither this process nor its children.
    nix::unistd::setsid()?;
    let launch = Launch::read(state, replica)?
        .damaged_as_error()?
        .ok_or_else(|| io::Error::other(format!("`{replica}` has no launch record")))?;
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
