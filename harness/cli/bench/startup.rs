//! Measures the time from a command to the first workflow's result, compared with the same steps by
//! hand.

use std::time::Duration;

use backend::Place;
use docker::Engine;
use model::plan::{ResourceId, ResourceKind};
use model::topology::Database;
use serde::Serialize;

use super::timeline::{Timeline, Work};
use super::{DevServer, Error, Harness, Script, Spread};

/// The same steps by hand.
#[derive(Debug, Clone)]
pub enum ByHand {
    /// With the programs of the development server.
    DevServer(Box<DevServer>),
    /// With a script.
    Script(Script),
    /// Not possible here, with the reason.
    Missing(String),
}

/// What to do with the golden snapshot of the database.
#[derive(Debug)]
pub enum Snapshot {
    Kept,
    /// Remove it once a round, before a separate measurement that creates it again.
    Removed {
        engine: Engine,
        /// The database of the snapshot.
        database: Database,
        /// The Temporal release whose schemas the snapshot contains.
        server: String,
    },
}

#[derive(Debug)]
pub struct Measurement<'a> {
    pub harness: &'a Harness,
    /// The same steps by hand.
    pub by_hand: &'a ByHand,
    /// What to do with the golden snapshot of the database.
    pub snapshot: &'a Snapshot,
    pub place: Place,
    /// The number of rounds. Each takes every measurement once.
    pub rounds: usize,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Startup {
    pub place: Place,
    /// The number of rounds. Each takes every measurement once.
    pub rounds: usize,
    /// Why the steps by hand were skipped.
    pub not_by_hand: Option<String>,
    /// The time until a bare development server serves.
    pub bare_server: Option<Spread>,
    /// The time of all steps by hand, until the first workflow's result.
    pub by_hand: Option<Spread>,
    /// The parts of the median run by hand.
    pub by_hand_parts: Vec<Work>,
    /// `up` without state and without the golden snapshot.
    pub up_without_snapshot: Option<Up>,
    /// `up` without state, with the golden snapshot.
    pub up_cold: Up,
    /// `up` after a `down`.
    pub up_warm: Up,
    /// `up` when everything is up.
    pub up_again: Spread,
    /// `down`.
    pub down: Spread,
}

/// `up` until the first workflow's result.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Up {
    pub first_result: Spread,
    /// When the database and its schema were ready, if they are resources.
    pub database: Option<Spread>,
    /// The timeline of the median run.
    pub timeline: Timeline,
}

/// Takes every measurement in turn, round by round, so that a slow phase of the machine affects all
/// of them.
pub async fn measure_startup(
    measurement: &Measurement<'_>,
    http: &reqwest::Client,
) -> Result<Startup, Error> {
    let mut taken = Taken::default();
    for _ in 0..measurement.rounds {
        measurement.round(http, &mut taken).await?;
    }
    Ok(taken.evaluate(measurement))
}

impl Measurement<'_> {
    /// Runs everything once, so that later runs fetch and build nothing.
    pub async fn warm_up(&self, http: &reqwest::Client) -> Result<(), Error> {
        self.clean().await?;
        self.harness.up(http).await?;
        self.harness.clean().await
    }

    /// Removes everything that this measurement, or an interrupted one before it, left behind.
    pub async fn clean(&self) -> Result<(), Error> {
        let stopped = match self.by_hand {
            ByHand::Script(script) => script.stop().await,
            _ => Ok(()),
        };
        // Runs even if the script failed to stop.
        self.harness.clean().await.and(stopped.map(drop))
    }

    async fn round(&self, http: &reqwest::Client, taken: &mut Taken) -> Result<(), Error> {
        self.by_hand(http, taken).await?;
        self.harness.clean().await?;
        if let Snapshot::Removed {
            engine,
            database,
            server,
        } = self.snapshot
        {
            let removed = database::remove_snapshot(engine, database, server).await;
            removed.map_err(Error::Snapshot)?;
            taken.up_without_snapshot.push(self.harness.up(http).await?);
            self.harness.clean().await?;
        }
        taken.up_cold.push(self.harness.up(http).await?);
        taken.down.push(self.harness.down().await?);
        taken.up_warm.push(self.harness.up(http).await?);
        taken.up_again.push(self.harness.up_again().await?);
        self.harness.clean().await
    }

    async fn by_hand(&self, http: &reqwest::Client, taken: &mut Taken) -> Result<(), Error> {
        match self.by_hand {
            ByHand::Missing(_) => {}
            ByHand::DevServer(by_hand) => {
                let (bare_server, first_result) = by_hand.start(http).await?;
                taken.bare_server.push(bare_server);
                taken.by_hand.push((first_result, Vec::new()));
            }
            ByHand::Script(script) => {
                let started = script.start().await;
                script.stop().await?;
                taken.by_hand.push(started?);
            }
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Taken {
    bare_server: Vec<Duration>,
    by_hand: Vec<(Duration, Vec<Work>)>,
    up_without_snapshot: Vec<Timeline>,
    up_cold: Vec<Timeline>,
    up_warm: Vec<Timeline>,
    up_again: Vec<Duration>,
    down: Vec<Duration>,
}

impl Taken {
    fn evaluate(self, measurement: &Measurement<'_>) -> Startup {
        let once = "at least one round was measured";
        let by_hand: Vec<Duration> = self.by_hand.iter().map(|(took, _)| *took).collect();
        let median = median_of(self.by_hand, |(took, _)| took.as_secs_f64());
        Startup {
            place: measurement.place.clone(),
            rounds: measurement.rounds,
            not_by_hand: match measurement.by_hand {
                ByHand::Missing(reason) => Some(reason.clone()),
                ByHand::DevServer(_) | ByHand::Script(_) => None,
            },
            bare_server: Spread::of(&self.bare_server),
            by_hand: Spread::of(&by_hand),
            by_hand_parts: median.map(|(_, parts)| parts).unwrap_or_default(),
            up_without_snapshot: Up::of(self.up_without_snapshot),
            up_cold: Up::of(self.up_cold).expect(once),
            up_warm: Up::of(self.up_warm).expect(once),
            up_again: Spread::of(&self.up_again).expect(once),
            down: Spread::of(&self.down).expect(once),
        }
    }
}

impl Up {
    fn of(all: Vec<Timeline>) -> Option<Self> {
        let spread = |of: fn(&Timeline) -> Option<f64>| {
            let times = all.iter().filter_map(of).map(Duration::from_secs_f64);
            Spread::of(&times.collect::<Vec<_>>())
        };
        Some(Self {
            first_result: spread(|timeline| Some(timeline.first_result))?,
            database: spread(database_ready),
            timeline: median_of(all, |timeline| timeline.first_result)?,
        })
    }
}

/// When the database was ready, with its schema if that is a separate resource.
fn database_ready(timeline: &Timeline) -> Option<f64> {
    let ready = |kind, name| timeline.ready(&ResourceId::new(kind, name));
    ready(ResourceKind::Schema, "temporal").or_else(|| ready(ResourceKind::Container, "mysql"))
}

/// The middle element; of an even number, the lower of the middle two.
fn median_of<T>(mut all: Vec<T>, by: impl Fn(&T) -> f64) -> Option<T> {
    all.sort_by(|one, other| by(one).total_cmp(&by(other)));
    let middle = all.len().checked_sub(1)? / 2;
    all.into_iter().nth(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_the_measurements() {
        let median = |all: &[f64]| median_of(all.to_vec(), |one| *one);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.0));
    }
}
