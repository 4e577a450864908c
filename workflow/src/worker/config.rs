//! Command-line flags and environment variables.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;

/// Runs the workflow worker and, if it has an address, an HTTP starter.
///
/// TLS, API key and metadata come from Temporal's own variables (`TEMPORAL_TLS`,
/// `TEMPORAL_API_KEY`, `TEMPORAL_PROFILE`, ...) and its profile file. `RUST_LOG` filters the log.
#[derive(Debug, Parser)]
#[command(name = "worker", version)]
pub(super) struct Config {
    /// Temporal frontend, `host:port` (default: from Temporal's profile, or 127.0.0.1:7233)
    #[arg(long, env = "TEMPORAL_ADDRESS", value_parser = NonEmptyStringValueParser::new())]
    address: Option<String>,

    /// Namespace (default: from Temporal's profile, or `default`)
    #[arg(long, env = "TEMPORAL_NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,

    /// Task queue to poll
    #[arg(long, env = "TEMPORAL_TASK_QUEUE", default_value = crate::TASK_QUEUE)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(super) task_queue: String,

    /// Identity of this worker among the pollers of its task queue (default: PID@HOST)
    #[arg(long, env = "TEMPORAL_IDENTITY", value_parser = NonEmptyStringValueParser::new())]
    identity: Option<String>,

    /// Address of the HTTP starter, such as 127.0.0.1:8080 (default: no HTTP starter)
    #[arg(long, env = "STARTER_ADDRESS")]
    pub(super) starter_address: Option<SocketAddr>,

    /// Timeout of an HTTP request in seconds, including the workflow run
    #[arg(long, env = "STARTER_REQUEST_TIMEOUT", default_value = "10", value_parser = seconds)]
    pub(super) request_timeout: Duration,

    /// How long to wait at the start for Temporal and the namespace, in seconds
    #[arg(long, env = "WORKER_CONNECT_DEADLINE", default_value = "60", value_parser = seconds)]
    pub(super) connect_deadline: Duration,

    /// How long running activities may take to finish at shutdown before they are cancelled, in
    /// seconds
    #[arg(long, env = "WORKER_SHUTDOWN_PERIOD", default_value = "10", value_parser = seconds)]
    pub(super) shutdown_period: Duration,

    /// Concurrent polls for workflow tasks, at least 2 (default: chosen by the SDK)
    #[arg(long, env = "WORKER_WORKFLOW_POLLERS", value_parser = at_least_two)]
    pub(super) workflow_pollers: Option<usize>,

    /// Concurrent polls for activity tasks (default: chosen by the SDK)
    #[arg(long, env = "WORKER_ACTIVITY_POLLERS")]
    pub(super) activity_pollers: Option<NonZeroUsize>,

    /// Maximum number of concurrent workflow tasks, at least 2
    #[arg(long, env = "WORKER_WORKFLOW_SLOTS", default_value = "100", value_parser = at_least_two)]
    pub(super) workflow_slots: usize,

    /// Maximum number of concurrent activities
    #[arg(long, env = "WORKER_ACTIVITY_SLOTS", default_value = "100")]
    pub(super) activity_slots: NonZeroUsize,
}

impl Config {
    /// The connection options. Flags override Temporal's variables, which override its profile
    /// file.
    pub(super) fn connection(&self) -> Result<connect::Options, connect::Error> {
        Ok(self.override_options(connect::Options::from_environment()?))
    }

    fn override_options(&self, mut options: connect::Options) -> connect::Options {
        if let Some(address) = &self.address {
            options = options.with_address(address);
        }
        if let Some(namespace) = &self.namespace {
            options = options.with_namespace(namespace);
        }
        if let Some(identity) = &self.identity {
            options = options.with_identity(identity);
        }
        options
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number).ok())
        .ok_or_else(|| "not a number of seconds, such as `10` or `0.5`".to_owned())
}

/// The SDK refuses to start with 1: the sticky queue and the normal queue each need one.
fn at_least_two(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| *number >= 2)
        .ok_or_else(|| "not a whole number of at least 2".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parsing reads the environment, so each test sets the flags that it depends on.
    fn parse(arguments: &[&str]) -> Result<Config, clap::Error> {
        Config::try_parse_from(["worker"].iter().chain(arguments))
    }

    #[test]
    fn the_command_line_is_valid() {
        <Config as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn every_flag_is_read() {
        let config = parse(&[
            "--address=temporal:7233",
            "--namespace=orders",
            "--identity=worker-0",
            "--task-queue=other",
            "--starter-address=127.0.0.1:8080",
            "--request-timeout=2.5",
            "--connect-deadline=5",
            "--shutdown-period=0",
            "--workflow-pollers=4",
            "--activity-pollers=1",
            "--workflow-slots=20",
            "--activity-slots=30",
        ])
        .expect("valid");

        let options = config.override_options(connect::Options::plaintext("elsewhere:1"));
        assert_eq!(
            format!("{options:?}"),
            "Options { address: \"temporal:7233\", namespace: \"orders\", \
             identity: Some(\"worker-0\"), connect_timeout: 5s, .. }"
        );
        assert_eq!(config.task_queue, "other");
        assert_eq!(config.starter_address, "127.0.0.1:8080".parse().ok());
        assert_eq!(config.request_timeout, Duration::from_millis(2500));
        assert_eq!(config.connect_deadline, Duration::from_secs(5));
        assert_eq!(config.shutdown_period, Duration::ZERO);
        assert_eq!(config.workflow_pollers, Some(4));
        assert_eq!(config.activity_pollers, NonZeroUsize::new(1));
        assert_eq!(config.workflow_slots, 20);
        assert_eq!(config.activity_slots.get(), 30);
    }

    #[test]
    fn missing_flags_keep_the_values_of_the_profile() {
        let config = Config {
            address: None,
            namespace: None,
            identity: None,
            ..parse(&[]).expect("all flags are optional")
        };
        let profile = connect::Options::plaintext("profile:1").with_namespace("profiled");

        let options = config.override_options(profile);

        assert_eq!(options.address(), "profile:1");
        assert_eq!(options.namespace(), "profiled");
    }

    #[test]
    fn each_flag_has_its_environment_variable_and_default() {
        let command = <Config as clap::CommandFactory>::command();
        let table = command
            .get_arguments()
            .filter_map(|argument| {
                let variable = argument.get_env()?.to_str()?;
                let default = argument
                    .get_default_values()
                    .first()
                    .and_then(|v| v.to_str());
                Some(format!(
                    "{} {variable} {}",
                    argument.get_id(),
                    default.unwrap_or("-")
                ))
            })
            .collect::<Vec<_>>();

        assert_eq!(
            table,
            [
                "address TEMPORAL_ADDRESS -",
                "namespace TEMPORAL_NAMESPACE -",
                "task_queue TEMPORAL_TASK_QUEUE hello-world",
                "identity TEMPORAL_IDENTITY -",
                "starter_address STARTER_ADDRESS -",
                "request_timeout STARTER_REQUEST_TIMEOUT 10",
                "connect_deadline WORKER_CONNECT_DEADLINE 60",
                "shutdown_period WORKER_SHUTDOWN_PERIOD 10",
                "workflow_pollers WORKER_WORKFLOW_POLLERS -",
                "activity_pollers WORKER_ACTIVITY_POLLERS -",
                "workflow_slots WORKER_WORKFLOW_SLOTS 100",
                "activity_slots WORKER_ACTIVITY_SLOTS 100",
            ]
        );
    }

    #[test]
    fn invalid_values_are_refused() {
        for argument in [
            "--address=",
            "--task-queue=",
            "--starter-address=8080",
            "--request-timeout=-1",
            "--request-timeout=soon",
            "--workflow-pollers=1",
            "--activity-pollers=0",
            "--workflow-slots=1",
            "--activity-slots=0",
        ] {
            assert!(parse(&[argument]).is_err(), "{argument}");
        }
    }
}
