//! Why a worker's process is not ready although it runs: asks the server who polls what.

use std::net::SocketAddr;
use std::time::Duration;

use backend::probe::DEADLINE;
use backend::{Diagnosis, Readiness};
use base::hint::Hint;
use model::topology::ServiceName;
use temporal::{Client, Poller, TaskKind};
use tokio::time::timeout;

use super::children::ChildState;
use super::existing::Cluster;
use super::launch::Launch;
use super::liveness::PidFile;
use super::probe::{Check, Polls, Subject, reported};
use super::queue_names::queue_names;
use super::site::Site;

/// How long all requests together may take.
const WHOLE: Duration = Duration::from_secs(10);

/// The namespace that clients use if they name none.
const DEFAULT_NAMESPACE: &str = "default";

/// What a replica should poll.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    /// The keys of the worker in the profile, such as `worker`.
    key: &'a str,
    /// `None` means the existing cluster of the place.
    frontend: Option<SocketAddr>,
    /// The address of the frontend for people.
    address: &'a str,
    namespace: &'a str,
    task_queue: &'a str,
    /// The names of the variables with which it signs in to an existing cluster.
    credentials: &'a [String],
}

/// What was found about a process that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// It polls the right task queue, and its starter does not answer.
    NoStarter,
    /// It polls something else.
    Elsewhere {
        namespace: String,
        task_queue: String,
        /// Whether the poller names a process of the replica. Else it may be of another worker.
        certain: bool,
    },
    /// Other processes poll the right task queue.
    Others { identities: Vec<String> },
    /// Nobody polls the right task queue.
    Nobody {
        /// Whether the process has written nothing.
        silent: bool,
    },
}

impl Found {
    fn elsewhere(namespace: &str, task_queue: String, certain: bool) -> Self {
        Self::Elsewhere {
            namespace: namespace.to_owned(),
            task_queue,
            certain,
        }
    }
}

/// Why the worker's process of a record is not ready. `None` for another program, for a process that
/// another command started and that has ended, and if the server does not answer.
pub(super) async fn of(site: &Site, launch: &Launch) -> Option<Diagnosis> {
    let service = ServiceName::new(launch.services.first()?);
    let key = service.worker_key()?;
    let (frontend, namespace, task_queue) = launch.checks.iter().find_map(|check| match check {
        Check::TaskQueuePolled {
            frontend,
            namespace,
            task_queue,
        } => Some((*frontend, namespace, task_queue)),
        _ => None,
    })?;
    let wanted = Wanted {
        key: &key,
        frontend,
        address: &site.address_of(frontend),
        namespace,
        task_queue,
        credentials: &site.cluster().map(Cluster::variables).unwrap_or_default(),
    };
    let child = site.children.state_of(&launch.replica);
    if let Some(reason) = child.as_ref().and_then(ChildState::ended) {
        return Some(Diagnosis {
            reason,
            remedy: Hint::say(format!(
                "If it could not connect, let it use the variables that it gets: {}.",
                variables(wanted)
            )),
            certain: true,
        });
    }
    let process = PidFile::leader(&site.state, &launch.replica).ok()??;
    let subject = Subject::new(site, &launch.replica, process);
    let found = timeout(WHOLE, find(site, launch, &subject, wanted));
    Some(told(&launch.replica, wanted, found.await.ok()??))
}

async fn find(
    site: &Site,
    launch: &Launch,
    subject: &Subject<'_>,
    wanted: Wanted<'_>,
) -> Option<Found> {
    let here = site.client(wanted.frontend, wanted.namespace);
    let here = here.await.ok()?;
    let pollers = pollers(&here, wanted.task_queue).await?;
    let polls = |poller: &Poller| subject.is_polling(poller);
    if pollers.iter().any(|poller| polls(poller).may_be_ours()) {
        for check in &launch.checks {
            if let Check::HttpOk { .. } = check
                && check.look(site, subject).await != Readiness::Ready
            {
                return Some(Found::NoStarter);
            }
        }
        return None;
    }
    let log = launch.written(&site.state);
    if let Some(elsewhere) = elsewhere(site, &here, subject, wanted, &log).await {
        return Some(elsewhere);
    }
    let others = pollers.into_iter();
    let others = others.filter(|poller| polls(poller) == Polls::Other);
    let identities: Vec<String> = others.map(|poller| poller.identity).collect();
    if !identities.is_empty() {
        return Some(Found::Others { identities });
    }
    Some(Found::Nobody {
        silent: log.trim().is_empty(),
    })
}

/// What the replica polls instead.
async fn elsewhere(
    site: &Site,
    here: &Client,
    subject: &Subject<'_>,
    wanted: Wanted<'_>,
    log: &str,
) -> Option<Found> {
    // Only the namespace of the profile matters in a cluster that exists already.
    let default = match wanted.frontend {
        Some(_) if wanted.namespace != DEFAULT_NAMESPACE => {
            let client = site.client(wanted.frontend, DEFAULT_NAMESPACE);
            client.await.ok()
        }
        _ => None,
    };
    let there = default.as_ref().map(|client| (DEFAULT_NAMESPACE, client));
    let here = std::iter::once((wanted.namespace, here));
    let namespaces: Vec<Namespace<'_>> = here.chain(there).collect();
    match itself(&namespaces, subject, wanted).await {
        Some(found) => Some(found),
        None => named(&namespaces, subject, wanted, log).await,
    }
}

/// A namespace with a client of it.
type Namespace<'a> = (&'a str, &'a Client);

/// What the replica says itself.
async fn itself(
    namespaces: &[Namespace<'_>],
    subject: &Subject<'_>,
    wanted: Wanted<'_>,
) -> Option<Found> {
    for (namespace, client) in namespaces {
        let queues = reported(client, subject).await.into_iter();
        let is_here = *namespace == wanted.namespace;
        let mut others = queues.filter(|queue| !is_here || queue != wanted.task_queue);
        if let Some(task_queue) = others.next() {
            return Some(Found::elsewhere(namespace, task_queue, true));
        }
    }
    None
}

/// What the server says about the names in the log, and about the right name in the other namespace.
async fn named(
    namespaces: &[Namespace<'_>],
    subject: &Subject<'_>,
    wanted: Wanted<'_>,
    log: &str,
) -> Option<Found> {
    let mut probable = None;
    for (namespace, client) in namespaces {
        let same = (*namespace != wanted.namespace).then(|| wanted.task_queue.to_owned());
        let names = queue_names(log, wanted.task_queue);
        for task_queue in same.into_iter().chain(names) {
            let pollers = pollers(client, &task_queue).await.unwrap_or_default();
            let polls: Vec<Polls> = pollers.iter().map(|it| subject.is_polling(it)).collect();
            if polls.contains(&Polls::Ours) {
                return Some(Found::elsewhere(namespace, task_queue, true));
            }
            if polls.contains(&Polls::Unknown) {
                probable.get_or_insert(Found::elsewhere(namespace, task_queue, false));
            }
        }
    }
    probable
}

async fn pollers(client: &Client, task_queue: &str) -> Option<Vec<Poller>> {
    let kind = TaskKind::Workflow;
    client.pollers(task_queue, kind, DEADLINE).await.ok()
}

/// The diagnosis for people.
fn told(replica: &str, wanted: Wanted<'_>, found: Found) -> Diagnosis {
    let task_queue = wanted.task_queue;
    let certain = match found {
        Found::NoStarter | Found::Others { .. } => true,
        Found::Elsewhere { certain, .. } => certain,
        Found::Nobody { .. } => false,
    };
    let (reason, remedy) = match found {
        Found::NoStarter => (
            "its process polls the task queue, and does not answer GET /ping".to_owned(),
            Hint::say(
                "Set `starter.mode` to `\"off\"` in the profile, or serve GET /ping on \
                 STARTER_ADDRESS.",
            ),
        ),
        Found::Elsewhere {
            namespace,
            task_queue,
            certain,
        } => {
            let polls = if certain { "polls" } else { "probably polls" };
            told_elsewhere(wanted, polls, &namespace, &task_queue)
        }
        Found::Others { identities } => (
            format!(
                "other processes poll task queue `{task_queue}` ({}), and none belongs to {replica}",
                identities.join(", ")
            ),
            Hint::say(
                "Stop the other worker. If it is this one, in a container, give it an identity \
                 without the number of a process.",
            ),
        ),
        Found::Nobody { silent } => {
            let silently = if silent {
                " and has written nothing"
            } else {
                ""
            };
            (
                format!(
                    "its process runs{silently}, and nobody polls task queue `{task_queue}`: it did \
                     not connect to Temporal, or polls another task queue"
                ),
                use_variables(wanted),
            )
        }
    };
    Diagnosis {
        reason,
        remedy,
        certain,
    }
}

/// What is told of a process that polls another task queue, maybe in another namespace.
fn told_elsewhere(
    wanted: Wanted<'_>,
    polls: &str,
    namespace: &str,
    task_queue: &str,
) -> (String, Hint) {
    let (key, right) = (wanted.key, wanted.task_queue);
    if namespace == wanted.namespace {
        return (
            format!(
                "its process {polls} task queue `{task_queue}`, but `{key}.task-queue` is `{right}`"
            ),
            Hint::say(format!(
                "Let the worker poll the task queue in TEMPORAL_TASK_QUEUE, or set \
                 `{key}.task-queue` to `{task_queue}` in the profile."
            )),
        );
    }
    (
        format!(
            "its process {polls} task queue `{task_queue}` in namespace `{namespace}`, but should \
             poll `{right}` in `{}`, the first of `temporal.namespaces`",
            wanted.namespace
        ),
        use_variables(wanted),
    )
}

fn use_variables(wanted: Wanted<'_>) -> Hint {
    Hint::say(format!(
        "Let the worker use the variables that it gets: {}.",
        variables(wanted)
    ))
}

/// The variables of a worker with their values.
fn variables(wanted: Wanted<'_>) -> String {
    let Wanted {
        key: _,
        frontend: _,
        address,
        namespace,
        task_queue,
        credentials,
    } = wanted;
    let variables = [
        format!("TEMPORAL_ADDRESS ({address})"),
        format!("TEMPORAL_NAMESPACE ({namespace})"),
        format!("TEMPORAL_TASK_QUEUE ({task_queue})"),
    ];
    list(variables.iter().chain(credentials))
}

/// Words as an enumeration: `a, b and c`.
fn list<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let words: Vec<&str> = words.map(String::as_str).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_of_an_existing_cluster_signs_in_with_variables() {
        let credentials = ["TEMPORAL_TLS", "TEMPORAL_API_KEY"].map(str::to_owned);
        let wanted = Wanted {
            key: "worker",
            frontend: None,
            address: "temporal.example:7233",
            namespace: "sales",
            task_queue: "orders",
            credentials: &credentials,
        };
        insta::assert_snapshot!(variables(wanted), @"TEMPORAL_ADDRESS (temporal.example:7233), TEMPORAL_NAMESPACE (sales), TEMPORAL_TASK_QUEUE (orders), TEMPORAL_TLS and TEMPORAL_API_KEY");
    }

    #[test]
    fn each_finding_has_one_reason_and_one_remedy() {
        let wanted = Wanted {
            key: "workers.eu",
            frontend: Some(([127, 0, 0, 1], 20_123).into()),
            address: "127.0.0.1:20123",
            namespace: "sales",
            task_queue: "orders",
            credentials: &[],
        };
        let elsewhere = |namespace: &str, task_queue: &str, certain| {
            Found::elsewhere(namespace, task_queue.to_owned(), certain)
        };
        let identities = vec!["1@3f2a".to_owned()];
        let found = [
            Found::NoStarter,
            elsewhere("sales", "ordrs", true),
            elsewhere("sales", "ordrs", false),
            elsewhere("default", "orders", true),
            Found::Others { identities },
            Found::Nobody { silent: true },
            Found::Nobody { silent: false },
        ];
        let told = found.map(|found| {
            let Diagnosis {
                reason,
                remedy,
                certain,
            } = told("worker-0", wanted, found);
            let certain = if certain { "certain: " } else { "" };
            format!("{certain}{reason}\n  {remedy}")
        });
        insta::assert_snapshot!(told.join("\n"), @r#"
        certain: its process polls the task queue, and does not answer GET /ping
          Set `starter.mode` to `"off"` in the profile, or serve GET /ping on STARTER_ADDRESS.
        certain: its process polls task queue `ordrs`, but `workers.eu.task-queue` is `orders`
          Let the worker poll the task queue in TEMPORAL_TASK_QUEUE, or set `workers.eu.task-queue` to `ordrs` in the profile.
        its process probably polls task queue `ordrs`, but `workers.eu.task-queue` is `orders`
          Let the worker poll the task queue in TEMPORAL_TASK_QUEUE, or set `workers.eu.task-queue` to `ordrs` in the profile.
        certain: its process polls task queue `orders` in namespace `default`, but should poll `orders` in `sales`, the first of `temporal.namespaces`
          Let the worker use the variables that it gets: TEMPORAL_ADDRESS (127.0.0.1:20123), TEMPORAL_NAMESPACE (sales) and TEMPORAL_TASK_QUEUE (orders).
        certain: other processes poll task queue `orders` (1@3f2a), and none belongs to worker-0
          Stop the other worker. If it is this one, in a container, give it an identity without the number of a process.
        its process runs and has written nothing, and nobody polls task queue `orders`: it did not connect to Temporal, or polls another task queue
          Let the worker use the variables that it gets: TEMPORAL_ADDRESS (127.0.0.1:20123), TEMPORAL_NAMESPACE (sales) and TEMPORAL_TASK_QUEUE (orders).
        its process runs, and nobody polls task queue `orders`: it did not connect to Temporal, or polls another task queue
          Let the worker use the variables that it gets: TEMPORAL_ADDRESS (127.0.0.1:20123), TEMPORAL_NAMESPACE (sales) and TEMPORAL_TASK_QUEUE (orders).
        "#);
    }
}
