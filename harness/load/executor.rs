//! When the iterations of a workload start: the rate of an open loop, or the users of a closed one.

use std::fmt;

use model::quantity::{Duration, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Curve;

/// When workflows start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Executor {
    /// Closed loop: a fixed number of virtual users, each starting a workflow when its previous
    /// iteration has ended.
    ConstantConcurrency {
        /// Number of virtual users.
        users: u32,
    },
    /// Closed loop with a number of virtual users that changes. A user who is no longer needed ends
    /// the current iteration first.
    RampingConcurrency {
        /// Number of virtual users at the beginning.
        #[serde(default)]
        start_users: u32,
        /// How the number changes, from the beginning of the load on. The last target holds to the
        /// end.
        stages: Vec<Stage<u32>>,
    },
    /// Open loop: workflows start when they are due, however slow the server is.
    ConstantArrivalRate {
        /// Number of starts per unit of time.
        rate: Rate,
        /// How the starts are spread over time.
        #[serde(default)]
        arrivals: Arrivals,
        /// Maximum number of workflows in flight. Arrivals above it are dropped, not delayed.
        max_in_flight: u32,
    },
    /// Open loop with a rate that changes.
    RampingArrivalRate {
        /// Number of starts per unit of time at the beginning.
        #[serde(default)]
        start_rate: Rate,
        /// How the rate changes, from the beginning of the load on. The last target holds to the end.
        stages: Vec<Stage<Rate>>,
        /// How the starts are spread over time.
        #[serde(default)]
        arrivals: Arrivals,
        /// Maximum number of workflows in flight. Arrivals above it are dropped, not delayed.
        max_in_flight: u32,
    },
}

/// A linear change from the previous target, or from the start, to a new one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage<T> {
    /// What it is at the end of the stage.
    pub target: T,
    /// How long the change takes; `0s` is a jump.
    pub duration: Duration,
}

/// How the arrivals of an open loop are spread over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// Evenly.
    Uniform,
    /// At random with exponentially distributed gaps, as independent users arrive.
    #[default]
    Poisson,
}

/// What an executor does, with the change over time as a curve.
#[derive(Debug, Clone, PartialEq)]
pub enum Pacing {
    /// Starts iterations when they are due.
    Open {
        /// Starts per second.
        rate: Curve,
        arrivals: Arrivals,
        max_in_flight: u32,
    },
    /// Has so many users, who start an iteration when the previous one has ended.
    Closed { users: Curve },
}

impl Executor {
    pub fn pacing(&self) -> Pacing {
        match self {
            Self::ConstantConcurrency { users } => Pacing::Closed {
                users: Curve::constant(f64::from(*users)),
            },
            Self::RampingConcurrency {
                start_users,
                stages,
            } => Pacing::Closed {
                users: curve(*start_users, stages, f64::from),
            },
            Self::ConstantArrivalRate {
                rate,
                arrivals,
                max_in_flight,
            } => Pacing::Open {
                rate: Curve::constant(rate.per_second()),
                arrivals: *arrivals,
                max_in_flight: *max_in_flight,
            },
            Self::RampingArrivalRate {
                start_rate,
                stages,
                arrivals,
                max_in_flight,
            } => Pacing::Open {
                rate: curve(*start_rate, stages, Rate::per_second),
                arrivals: *arrivals,
                max_in_flight: *max_in_flight,
            },
        }
    }

    /// The greatest arrival rate; `None` of a closed loop.
    pub fn greatest_rate(&self) -> Option<Rate> {
        match self {
            Self::ConstantConcurrency { .. } | Self::RampingConcurrency { .. } => None,
            Self::ConstantArrivalRate { rate, .. } => Some(*rate),
            Self::RampingArrivalRate {
                start_rate, stages, ..
            } => {
                let targets = stages.iter().map(|stage| stage.target);
                Some(targets.fold(*start_rate, Rate::max))
            }
        }
    }

    /// How long each stage takes; none if nothing changes.
    pub fn stages(&self) -> Vec<std::time::Duration> {
        fn durations<T>(stages: &[Stage<T>]) -> Vec<std::time::Duration> {
            let each = stages.iter();
            each.map(|stage| stage.duration.as_std()).collect()
        }
        match self {
            Self::ConstantConcurrency { .. } | Self::ConstantArrivalRate { .. } => Vec::new(),
            Self::RampingConcurrency { stages, .. } => durations(stages),
            Self::RampingArrivalRate { stages, .. } => durations(stages),
        }
    }
}

fn curve<T: Copy>(start: T, stages: &[Stage<T>], value: impl Fn(T) -> f64) -> Curve {
    let stages = stages.iter();
    let stages = stages.map(|stage| (value(stage.target), stage.duration.as_std()));
    Curve::through(value(start), stages)
}

impl fmt::Display for Executor {
    /// For people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConstantConcurrency { users } => write!(out, "constant concurrency of {users}"),
            Self::RampingConcurrency {
                start_users,
                stages,
            } => {
                write!(out, "concurrency of {start_users}")?;
                ramp(out, stages)
            }
            Self::ConstantArrivalRate {
                rate,
                arrivals,
                max_in_flight,
            } => write!(out, "{rate} {arrivals}, at most {max_in_flight} in flight"),
            Self::RampingArrivalRate {
                start_rate,
                stages,
                arrivals,
                max_in_flight,
            } => {
                write!(out, "{start_rate}")?;
                ramp(out, stages)?;
                write!(out, ", {arrivals}, at most {max_in_flight} in flight")
            }
        }
    }
}

fn ramp<T: fmt::Display>(out: &mut fmt::Formatter<'_>, stages: &[Stage<T>]) -> fmt::Result {
    for Stage { target, duration } in stages {
        if duration.as_std().is_zero() {
            write!(out, ", then {target}")?;
        } else {
            write!(out, ", to {target} in {duration}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Arrivals {
    /// For people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Uniform => "evenly",
            Self::Poisson => "at random",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(json: &str) -> String {
        let executor: Executor = serde_json::from_str(json).expect("an executor");
        let again = serde_json::to_string(&executor).expect("serialisable");
        assert_eq!(
            serde_json::from_str::<Executor>(&again).ok(),
            Some(executor.clone())
        );
        executor.to_string()
    }

    #[test]
    fn every_executor_is_described_and_round_trips() {
        let constant = described(r#"{"constant-concurrency": {"users": 4}}"#);
        assert_eq!(constant, "constant concurrency of 4");
        let users = described(
            r#"{"ramping-concurrency": {"stages": [
                {"target": 10, "duration": "30s"}, {"target": 2, "duration": "0s"}]}}"#,
        );
        assert_eq!(users, "concurrency of 0, to 10 in 30s, then 2");
        let rate = described(
            r#"{"constant-arrival-rate": {"rate": "5/s", "arrivals": "uniform", "max-in-flight": 9}}"#,
        );
        assert_eq!(rate, "5/s evenly, at most 9 in flight");
        let ramp = described(
            r#"{"ramping-arrival-rate": {"start-rate": "60/min", "max-in-flight": 9, "stages": [
                {"target": "0/s", "duration": "2m"}]}}"#,
        );
        assert_eq!(ramp, "1/s, to 0/s in 2m, at random, at most 9 in flight");
    }

    #[test]
    fn stages_are_the_curve_of_the_pacing() {
        let executor: Executor = serde_json::from_str(
            r#"{"ramping-concurrency": {"start-users": 2, "stages": [
                {"target": 10, "duration": "4s"}]}}"#,
        )
        .expect("an executor");
        let Pacing::Closed { users } = executor.pacing() else {
            panic!("it is a closed loop");
        };
        let wanted = Curve::through(2.0, [(10.0, std::time::Duration::from_secs(4))]);
        assert_eq!(users, wanted);
    }
}
