//! `harness logs`.

use std::collections::BTreeMap;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use backend::{Backend as _, Host, Log};
use base::causes::in_one_line;
use base::file::present;
use base::hint::Hint;
use camino::Utf8PathBuf;
use model::topology::Topology;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::VerbResult;
use super::abandoned;
use super::any_backend::on_any_backend;
use super::session::{self, Target};
use super::way::Way;
use crate::error::{CommandError, Exit};
use crate::ui::{Output, Ui};

/// How often `--follow` reads the files.
const POLL: Duration = Duration::from_millis(100);

/// How often `--follow` looks for new replicas.
const CENSUS: Duration = Duration::from_secs(1);

/// Show the logs of services
#[derive(Debug, clap::Args)]
#[command(
    // In `logs`, `-f` means `--follow`, as in other tools.
    mut_arg("file", |file| file.short(None)),
    after_help = "\
Examples:
  harness logs
  harness logs -f worker
  harness logs -n 200 temporal-frontend"
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Services or replicas, such as `worker` (all workers) or `worker-0`; all if none is named
    pub(super) services: Vec<String>,
    /// Keep printing new lines until Ctrl-C
    #[arg(long, short = 'f')]
    pub(super) follow: bool,
    /// Number of lines to show from the end of each log
    #[arg(long, short = 'n', default_value_t = 50)]
    lines: usize,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    if args.follow && ui.output() == Output::Json {
        return Err(CommandError::new(
            Exit::Usage,
            "`--follow` cannot be combined with `--output json`",
        )
        .hint("Omit `--follow` or `--output json`."));
    }
    let loaded = session::load(&args.target);
    match session::look(&loaded).await {
        Ok(session) => session::on_backend!(session, |session| {
            let hosts = session.backend.hosts();
            let expected = expected(&session.topology);
            Box::pin(show(&args, session.way, hosts, &expected, ui)).await
        }),
        Err(error) => {
            let abandoned = abandoned::look(&loaded, error, ui)?;
            on_any_backend!(&abandoned.backend, |backend| {
                Box::pin(show(&args, Way::Up, backend.hosts(), &[], ui)).await
            })
        }
    }
}

/// The names of the services of a topology and of their replicas.
fn expected(topology: &Topology) -> Vec<String> {
    let names = topology.services.iter().flat_map(|service| {
        let name = service.name.as_str().to_owned();
        std::iter::once(name).chain(service.replica_names())
    });
    names.collect()
}

/// Shows the logs. `expected` are names that may have a log later.
async fn show<H: Host>(
    args: &Args,
    way: Way,
    hosts: &H,
    expected: &[String],
    ui: &mut Ui,
) -> VerbResult {
    // Listens before the first line is printed, since the user may press Ctrl-C as soon as it
    // appears.
    let interrupt = args.follow.then(|| signal(SignalKind::interrupt()));
    let interrupt = interrupt
        .transpose()
        .map_err(|error| CommandError::new(Exit::Internal, error))?;
    let collected = hosts.collect_logs(None).await;
    let logs = hosts.logs().await;
    match collected {
        Err(error) if logs.is_empty() => return Err(session::backend_error(error)),
        // The logs that could be read may show the cause.
        Err(error) => ui.say(format!(
            "! could not update all logs: {}",
            in_one_line(&error)
        )),
        Ok(()) => {}
    }
    if logs.is_empty() {
        let first = Hint::run(way.up()).words(" first.");
        return Err(CommandError::new(Exit::Unavailable, "nothing is up").hint(first));
    }
    let later = if args.follow { expected } else { &[] };
    let logs = select(logs, &args.services, later)?;
    let mut files: Vec<Followed> = logs.into_iter().map(Followed::new).collect();
    let mut documents = Vec::new();
    for file in &mut files {
        let mut lines = file.read_new_lines()?;
        if !args.follow {
            lines.extend(file.take_partial());
        }
        let lines = lines.split_off(lines.len().saturating_sub(args.lines));
        for line in &lines {
            ui.text(format!("{} | {line}", file.replica));
        }
        documents.push(serde_json::json!({
            "replica": file.replica, "path": file.path, "lines": lines,
        }));
    }
    ui.json(&serde_json::json!({ "logs": documents }));
    let Some(interrupt) = interrupt else {
        return Ok(Exit::Ok);
    };
    let enough = CancellationToken::new();
    let shown = async {
        let names = (&args.services[..], later);
        let shown = follow(hosts, &mut files, names, interrupt, ui).await;
        enough.cancel();
        shown
    };
    let (shown, collected) = tokio::join!(shown, hosts.collect_logs(Some(&enough)));
    shown?;
    collected.map_err(session::backend_error)?;
    Ok(Exit::Ok)
}

/// The logs of these names, each a replica, a service, or what begins the names of several services:
/// `worker` for all workers. A name in `later` need not have a log yet.
fn select(logs: Vec<Log>, names: &[String], later: &[String]) -> Result<Vec<Log>, CommandError> {
    if names.is_empty() {
        return Ok(logs);
    }
    let mut chosen = BTreeMap::new();
    for name in names {
        let exact = |log: &&Log| log.replica == *name || log.services.contains(name);
        let mut matching: Vec<&Log> = logs.iter().filter(exact).collect();
        if matching.is_empty() {
            let group = format!("{name}-");
            let in_group = |log: &&Log| log.services.iter().any(|it| it.starts_with(&group));
            matching = logs.iter().filter(in_group).collect();
        }
        if matching.is_empty() && !later.contains(name) {
            let known: Vec<String> = logs.iter().map(|log| log.replica.clone()).collect();
            return Err(
                CommandError::new(Exit::Usage, format!("no log of `{name}` exists"))
                    .hint(format!("Name one of: {}.", known.join(", "))),
            );
        }
        chosen.extend(
            matching
                .into_iter()
                .map(|log| (log.replica.clone(), log.clone())),
        );
    }
    Ok(chosen.into_values().collect())
}

/// Prints new lines, including those of replicas that start later.
async fn follow<H: Host>(
    hosts: &H,
    files: &mut Vec<Followed>,
    (services, later): (&[String], &[String]),
    mut interrupt: Signal,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    let mut census = tokio::time::interval(CENSUS);
    loop {
        for file in &mut *files {
            for line in file.read_new_lines()? {
                ui.text(format!("{} | {line}", file.replica));
            }
        }
        if ui.is_unread() {
            return Ok(());
        }
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            () = tokio::time::sleep(POLL) => {}
            _ = census.tick() => {
                for file in &mut *files {
                    if let Some(line) = file.take_settled_partial() {
                        ui.text(format!("{} | {line}", file.replica));
                    }
                }
                let logs = select(hosts.logs().await, services, later).unwrap_or_default();
                let known = |log: &Log| files.iter().any(|file| file.path == log.path);
                let new: Vec<Log> = logs.into_iter().filter(|log| !known(log)).collect();
                files.extend(new.into_iter().map(Followed::new));
            }
        }
    }
}

/// A log file and the offset up to which it was read.
struct Followed {
    replica: String,
    path: Utf8PathBuf,
    offset: u64,
    /// A line that has no end yet.
    partial: String,
    /// The length of `partial` when it was last checked whether it grows.
    partial_before: usize,
}

impl Followed {
    fn new(log: Log) -> Self {
        Self {
            replica: log.replica,
            path: log.path,
            offset: 0,
            partial: String::new(),
            partial_before: 0,
        }
    }

    /// The line without an end, such as a prompt or the last words of a killed process. What is
    /// written after it becomes another line.
    fn take_partial(&mut self) -> Option<String> {
        self.partial_before = 0;
        Some(std::mem::take(&mut self.partial)).filter(|partial| !partial.is_empty())
    }

    /// The same if it has not grown since the last call.
    fn take_settled_partial(&mut self) -> Option<String> {
        if self.partial.len() == self.partial_before {
            return self.take_partial();
        }
        self.partial_before = self.partial.len();
        None
    }

    /// The complete lines since the last call. An incomplete last line is left for the next call.
    fn read_new_lines(&mut self) -> Result<Vec<String>, CommandError> {
        let failed = |error| CommandError::new(Exit::Unavailable, error);
        let Some(mut file) = present(fs_err::File::open(&self.path)).map_err(failed)? else {
            // The replica has written nothing yet.
            return Ok(Vec::new());
        };
        file.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        self.offset += u64::try_from(bytes.len()).expect("a file's length fits into 64 bits");
        self.partial.push_str(&String::from_utf8_lossy(&bytes));
        let whole = self.partial.rfind('\n').map_or(0, |end| end + 1);
        let rest = self.partial.split_off(whole);
        let lines = std::mem::replace(&mut self.partial, rest);
        Ok(lines.lines().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs() -> Vec<Log> {
        let log = |replica: &str, services: &[&str]| Log {
            replica: replica.to_owned(),
            services: services.iter().map(|&service| service.to_owned()).collect(),
            path: format!("{replica}.log").into(),
        };
        vec![
            log(
                "temporal",
                &["temporal-frontend", "temporal-history", "web"],
            ),
            log("worker-0", &["worker"]),
            log("worker-1", &["worker"]),
        ]
    }

    fn selected(names: &[&str]) -> Result<Vec<String>, String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let selected = select(logs(), &names, &[]).map_err(|error| error.to_string())?;
        Ok(selected.into_iter().map(|log| log.replica).collect())
    }

    #[test]
    fn without_a_name_all_logs_are_selected() {
        let all = ["temporal", "worker-0", "worker-1"].map(str::to_owned);
        assert_eq!(selected(&[]), Ok(all.to_vec()));
    }

    #[test]
    fn a_name_is_a_service_or_a_replica_and_no_log_is_shown_twice() {
        let of = |names: &[&str]| selected(names).expect("the logs exist");
        assert_eq!(of(&["worker"]), ["worker-0", "worker-1"]);
        assert_eq!(of(&["worker-1"]), ["worker-1"]);
        assert_eq!(of(&["temporal-history", "web"]), ["temporal"]);
        assert_eq!(
            of(&["worker", "worker-1", "web"]),
            ["temporal", "worker-0", "worker-1"]
        );
    }

    #[test]
    fn worker_means_all_workers_unless_there_is_one_of_that_name() {
        let log = |service: &str| Log {
            replica: format!("{service}-0"),
            services: vec![service.to_owned()],
            path: format!("{service}-0.log").into(),
        };
        let of = |name: &str| {
            let logs = ["worker-orders", "worker-orders-eu", "worker-mail", "web"].map(log);
            let selected = select(logs.to_vec(), &[name.to_owned()], &[]).expect("the logs exist");
            selected
                .into_iter()
                .map(|log| log.replica)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of("worker"),
            ["worker-mail-0", "worker-orders-0", "worker-orders-eu-0"]
        );
        assert_eq!(of("worker-orders"), ["worker-orders-0"]);
    }

    #[test]
    fn an_unknown_name_is_an_error_even_beside_a_known_one() {
        let error = selected(&["worker", "wrker"]).expect_err("no such log exists");
        insta::assert_snapshot!(error, @"
        error: no log of `wrker` exists
          hint: Name one of: temporal, worker-0, worker-1.
        ");
    }

    #[test]
    fn a_name_may_have_its_log_later() {
        let later = ["worker".to_owned(), "worker-0".to_owned()];
        let of = |logs, name: &str| select(logs, &[name.to_owned()], &later).is_ok();
        assert!(of(Vec::new(), "worker"));
        assert!(!of(Vec::new(), "wrker"));
        let found = select(logs(), &["worker".to_owned()], &later).expect("it is known");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_line_without_an_end_is_shown_once_it_does_not_grow() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("worker-0.log");
        let path = Utf8PathBuf::try_from(path).expect("a UTF-8 path");
        let mut file = Followed::new(Log {
            replica: "worker-0".to_owned(),
            services: Vec::new(),
            path: path.clone(),
        });
        let write = |text: &str| fs_err::write(&path, text).expect("writable");
        write("ready\nconnect");
        assert_eq!(file.read_new_lines().expect("readable"), ["ready"]);
        assert_eq!(file.take_settled_partial(), None, "it is new");
        write("ready\nconnecting");
        assert_eq!(
            file.read_new_lines().expect("readable"),
            <[&str; 0]>::default()
        );
        assert_eq!(file.take_settled_partial(), None, "it grew");
        assert_eq!(file.take_settled_partial().as_deref(), Some("connecting"));
        assert_eq!(file.take_settled_partial(), None, "it was shown");
        write("ready\nconnecting: refused\n");
        assert_eq!(file.read_new_lines().expect("readable"), [": refused"]);
    }
}
