//! The host of the processes.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use backend::{Endpoint, Host, Log, Vital, Vitals};
use base::causes::in_one_line;
use base::log_tail::LogTail;
use model::topology::{ServiceName, WorkerBuild, WorkerBuilds};
use tokio_util::sync::CancellationToken;

use super::children::ChildState;
use super::launch::Launch;
use super::liveness::PidFile;
use super::records::{self, Records};
use super::site::Site;

/// The status of a process that another command started: only a parent learns the exit status.
const NOT_KNOWN: &str =
    "its process is gone, and its exit status is not known: an earlier command started it";

/// This machine, as the host of processes.
#[derive(Debug)]
pub struct ProcessHost {
    site: Arc<Site>,
}

impl ProcessHost {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    /// The launch records; empty if they cannot be read.
    fn records(&self) -> Records {
        records::all(&self.site.state).unwrap_or_default()
    }

    /// The life of a replica; `None` if the replica is being started.
    pub(super) fn life(&self, replica: &str) -> io::Result<Option<Vital>> {
        let (state, children) = (&self.site.state, &self.site.children);
        // Without its record, nobody knows whether the replica should be alive.
        let Some(launch) = Launch::read(state, replica)?.damaged_as_error()? else {
            return Ok(None);
        };
        let vital = |process: PidFile, ended: Option<String>| Vital {
            services: launch.services.clone(),
            life: process.life(),
            ended,
            before: None,
            if_gone: "its launch record is gone",
        };
        if let Some(process) = PidFile::leader(state, replica)? {
            return Ok(Some(vital(process, None)));
        }
        let Some(process) = PidFile::last(state, replica)? else {
            return Ok(None);
        };
        let status = match children.pid(replica) {
            // It was started again and has not registered itself yet.
            Some(pid) if pid != process.pid => return Ok(None),
            Some(_) => match children.state_of(replica) {
                Some(ChildState::Ended { status, .. }) => status,
                // It has released its lock, but has not been reaped yet.
                Some(ChildState::Runs) => return Ok(Some(vital(process, None))),
                None => NOT_KNOWN.to_owned(),
            },
            None => NOT_KNOWN.to_owned(),
        };
        Ok(Some(vital(process, Some(status))))
    }
}

impl Host for ProcessHost {
    async fn vitals(&self) -> Vitals {
        let replicas = match Launch::replicas(&self.site.state) {
            Ok(replicas) => replicas,
            Err(error) => return Vitals::unseen(in_one_line(&error)),
        };
        let mut vitals = Vitals::default();
        for replica in replicas {
            match self.life(&replica) {
                Ok(vital) => vitals.replicas.extend(vital.map(|vital| (replica, vital))),
                Err(error) => {
                    vitals.unseen = Some(format!("{replica}: {}", in_one_line(&error)));
                }
            }
        }
        vitals
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let state = &self.site.state;
        let launch = Launch::read(state, replica).ok()?.damaged_as_none()?;
        let last = PidFile::last(state, replica).ok()?.map(PidFile::life);
        // Only the last life's part of the log is known.
        let is_last = life.is_none() || life == last.as_deref();
        is_last.then(|| launch.log_tail(state)).flatten()
    }

    /// All log files of the folder, including those of dead replicas, which are needed most.
    async fn logs(&self) -> Vec<Log> {
        let records = self.records();
        let files = self.site.state.logs().read_dir_utf8();
        let files = files.into_iter().flatten().flatten();
        let written = files.filter_map(|file| {
            let replica = file.file_name().strip_suffix(".log")?;
            Some(replica.to_owned())
        });
        let replicas: BTreeSet<String> = records.keys().cloned().chain(written).collect();
        let log = |replica: String| Log {
            path: Launch::log(&self.site.state, &replica),
            services: match records.get(&replica) {
                Some((launch, _)) => launch.services.clone(),
                None => service_of(&replica),
            },
            replica,
        };
        replicas.into_iter().map(log).collect()
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), backend::Error> {
        // Processes write their log files themselves.
        if let Some(follow) = follow {
            follow.cancelled().await;
        }
        Ok(())
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        let alive = self.records().into_values().filter(|(_, alive)| *alive);
        let ports = alive.flat_map(|(Launch { replica, ports, .. }, _)| {
            let ports = ports.into_iter();
            ports.map(move |(port, listen)| (replica.clone(), port, listen))
        });
        let endpoint = |(replica, port, listen): (_, _, crate::address::Listen)| Endpoint {
            service: ServiceName::new(listen.service),
            replica,
            port,
            address: listen.address,
            wanted: listen.wanted,
        };
        ports.map(endpoint).collect()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        let usage = self.records().into_keys().filter_map(|replica| {
            let process = PidFile::alive(&self.site.state, &replica).ok()??;
            Some((replica, process.cpu_time()?))
        });
        usage.collect()
    }

    async fn worker_builds(&self) -> WorkerBuilds {
        let mut seen: BTreeMap<ServiceName, BTreeSet<WorkerBuild>> = BTreeMap::new();
        let alive = self.records().into_values().filter(|(_, alive)| *alive);
        for (launch, _) in alive {
            for (service, build) in launch.services.iter().zip(launch.worker) {
                let service = ServiceName::new(service);
                seen.entry(service).or_default().insert(build);
            }
        }
        let same = seen.into_iter().filter(|(_, builds)| builds.len() == 1);
        let same = same.filter_map(|(service, builds)| Some((service, builds.into_iter().next()?)));
        WorkerBuilds(same.collect())
    }
}

/// The service of a replica without a record: `worker` of `worker-0`.
fn service_of(replica: &str) -> Vec<String> {
    let service = replica.rsplit_once('-');
    service
        .map(|(service, _)| service.to_owned())
        .into_iter()
        .collect()
}
