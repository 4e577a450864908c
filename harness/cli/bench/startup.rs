//! How long it takes from a command to the first workflow's result, against doing it by hand.

use std::time::Duration;

use backend::Place;
use docker::Engine;
use model::plan::{ResourceId, ResourceKind};
use model::topology::Database;
use serde::Serialize;

use super::timeline::{Timeline, Work};
use super::{DevServer, Error, Harness, Script, Spread};

/// The same by hand.
#[derive(Debug, Clone)]
pub enum ByHand {
    /// By the programs themselves.
    DevServer(Box<DevServer>),
    /// By a script.
    Script(Script),
    /// Not here, for want of something; for people.
    Missing(String),
}

/// What happens to the golden snapshot of the database.
#[derive(Debug)]
pub enum Snapshot {
    /// It stays.
    Kept,
    /// It is removed once a round, before a measurement of its own, which makes it anew.
    Removed {
        /// Where it is.
        engine: Engine,
        /// The database that it is of.
        database: Database,
        /// The release of Temporal whose schemas it has.
        server: String,
    },
}

/// What is measured.
#[derive(Debug)]
pub struct Measurement<'a> {
    /// The harness.
    pub harness: &'a Harness,
    /// The same by hand.
    pub by_hand: &'a ByHand,
    /// What happens to the golden snapshot of the database.
    pub snapshot: &'a Snapshot,
    /// Where it runs.
    pub place: Place,
    /// Rounds, each with every measurement once.
    pub rounds: usize,
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Startup {
    /// Where.
    pub place: Place,
    /// Rounds, each with every measurement once.
    pub rounds: usize,
    /// Why nothing was done by hand.
    pub not_by_hand: Option<String>,
    /// The bare development server until it serves.
    pub bare_server: Option<Spread>,
    /// Everything by hand, until the first workflow's result.
    pub by_hand: Option<Spread>,
    /// The parts of that which was the median.
    pub by_hand_parts: Vec<Work>,
    /// `up` without any state and without the golden snapshot.
    pub up_without_snapshot: Option<Up>,
    /// `up` without any state.
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
    /// How long it took.
    pub first_result: Spread,
    /// When the database was there with its schema, where that is a resource.
    pub database: Option<Spread>,
    /// That of which the time was the median.
    pub timeline: Timeline,
}

/// Takes every measurement once a round, in turn, so that a slow moment of the machine hits all.
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
    /// Does once what is measured, so that afterwards nothing has to be fetched or built.
    pub async fn rehearse(&self, http: &reqwest::Client) -> Result<(), Error> {
        self.clean().await?;
        self.harness.up(http).await?;
        self.harness.clean().await
    }

    /// Takes down and removes what a measurement left, this one or one that was interrupted.
    pub async fn clean(&self) -> Result<(), Error> {
        let stopped = match self.by_hand {
            ByHand::Script(script) => script.stop().await,
            _ => Ok(()),
        };
        // Also where the other would not stop.
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

/// What was measured so far.
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
        let once = "there was at least one round";
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

/// When the database was there, and its schema, if that is a resource by itself.
fn database_ready(timeline: &Timeline) -> Option<f64> {
    let ready = |kind, name| timeline.ready(&ResourceId::new(kind, name));
    ready(ResourceKind::Schema, "temporal").or_else(|| ready(ResourceKind::Container, "mysql"))
}

/// The one in the middle; of an even number, the lesser of the middle two.
fn median_of<T>(mut all: Vec<T>, by: impl Fn(&T) -> f64) -> Option<T> {
    all.sort_by(|one, other| by(one).total_cmp(&by(other)));
    let middle = all.len().checked_sub(1)? / 2;
    all.into_iter().nth(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_those_that_were_taken() {
        let median = |all: &[f64]| median_of(all.to_vec(), |one| *one);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.0));
    }
}
