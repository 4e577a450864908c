//! The life of the process: connect, work, serve, and shut down in reverse order.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::activities::Activities;
use crate::canaries;
use crate::workflows::{Greeting, Nap};
use temporalio_client::Client;
use temporalio_sdk::runtime::worker_tuner::{FixedSizeSlotSupplier, TunerHolder};
use temporalio_sdk::runtime::{PollerBehavior, RuntimeOptions};
use temporalio_sdk::{
    Runtime, RuntimeError, Worker, WorkerCreateError, WorkerOptions, WorkerRunError,
    WorkflowRegistrationError,
};
use tokio::time::timeout;

use super::config::Config;
use super::frontend;
use super::http::HttpServer;
use super::routes;
use super::signals::StopSignals;
use super::temporal::TemporalStarter;

/// How long cancelled activities may take to end, and the SDK to report them, at shutdown.
const CANCELLED_MARGIN: Duration = Duration::from_secs(5);

/// Why the process ends without a stop signal.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("could not make the tokio runtime")]
    MakeRuntime(#[source] io::Error),
    #[error("could not listen for signals")]
    Signals(#[source] io::Error),
    #[error(transparent)]
    Connect(#[from] frontend::Error),
    #[error("could not make the SDK's runtime")]
    SdkRuntime(#[source] RuntimeError),
    #[error("could not register a workflow")]
    Register(#[from] WorkflowRegistrationError),
    #[error("could not make the worker")]
    MakeWorker(#[source] WorkerCreateError),
    #[error("could not listen for HTTP on {address}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("the worker failed")]
    Work(#[source] WorkerRunError),
    #[error("the worker stopped by itself")]
    StoppedByItself,
    #[error("the worker did not stop within {0:?}")]
    StopDeadline(Duration),
    #[error("a second signal, {0}, ended the graceful stop")]
    SecondSignal(&'static str),
}

/// Runs until a signal stops it or an error occurs.
pub(super) async fn run(config: Config) -> Result<(), Error> {
    let mut signals = StopSignals::listen().map_err(Error::Signals)?;
    let options = config.connection().map_err(frontend::Error::from)?;
    tracing::info!(
        address = options.address(),
        namespace = options.namespace(),
        "connecting"
    );
    let client = tokio::select! {
        client = frontend::client_within(config.connect_deadline, options) => client?,
        signal = signals.next() => {
            tracing::info!(signal, "stopped before Temporal was connected");
            return Ok(());
        }
    };
    let runtime =
        Runtime::from_current_tokio(RuntimeOptions::default()).map_err(Error::SdkRuntime)?;
    let worker = Worker::new(&runtime, client.clone(), worker_options(&config)?)
        .map_err(Error::MakeWorker)?;
    let http = serve(&config, client).await?;
    work(&config, worker, http, signals).await
}

fn worker_options(config: &Config) -> Result<WorkerOptions, Error> {
    let workflow_slots = FixedSizeSlotSupplier::new(config.workflow_slots);
    let activity_slots = FixedSizeSlotSupplier::new(config.activity_slots.get());
    let tuner = TunerHolder::builder()
        .workflow_task_slot_supplier(workflow_slots)
        .activity_task_slot_supplier(activity_slots)
        .local_activity_task_slot_supplier(activity_slots)
        .nexus_task_slot_supplier(activity_slots)
        .build();
    let mut options = WorkerOptions::new(&config.task_queue)
        .register_workflow::<Greeting>()?
        .register_workflow::<Nap>()?
        .register_activities(Activities)
        .graceful_shutdown_period(config.shutdown_period)
        .tuner(tuner)
        .maybe_workflow_task_poller_behavior(
            config.workflow_pollers.map(PollerBehavior::SimpleMaximum),
        )
        .maybe_activity_task_poller_behavior(
            config
                .activity_pollers
                .map(|number| PollerBehavior::SimpleMaximum(number.get())),
        )
        .build();
    canaries::register(&mut options)?;
    Ok(options)
}

async fn serve(config: &Config, client: Client) -> Result<Option<HttpServer>, Error> {
    let Some(address) = config.starter_address else {
        return Ok(None);
    };
    let starter = TemporalStarter::new(client, config.task_queue.clone());
    let http = HttpServer::serve(address, routes::router(starter, config.request_timeout))
        .await
        .map_err(|source| Error::Listen { address, source })?;
    tracing::info!(address = %http.address(), "HTTP starter listening");
    Ok(Some(http))
}

/// The worker's future is not `Send`, so it runs in this task, and everything else runs
/// concurrently.
async fn work(
    config: &Config,
    mut worker: Worker,
    http: Option<HttpServer>,
    mut signals: StopSignals,
) -> Result<(), Error> {
    let stop_worker = worker.shutdown_handle();
    let drain = async {
        if let Some(http) = http {
            http.drain(config.request_timeout).await;
        }
    };
    let mut running = Box::pin(worker.run());
    tracing::info!(task_queue = config.task_queue, "worker polling");
    tokio::select! {
        ended = &mut running => {
            drain.await;
            return Err(ended.map_or_else(Error::Work, |()| Error::StoppedByItself));
        }
        signal = signals.next() => tracing::info!(signal, "stopping"),
    }

    let limit = config.request_timeout + config.shutdown_period + CANCELLED_MARGIN;
    // Running requests need the worker, so it stops polling only after the last request.
    let stopped = async {
        tokio::join!(running, async {
            drain.await;
            stop_worker();
        })
    };
    tokio::select! {
        stopped = timeout(limit, stopped) => match stopped {
            Ok((ended, ())) => ended.map_err(Error::Work)?,
            Err(_) => return Err(Error::StopDeadline(limit)),
        },
        signal = signals.next() => return Err(Error::SecondSignal(signal)),
    }
    tracing::info!("stopped");
    Ok(())
}
