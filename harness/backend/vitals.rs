//! Which replicas live, since when, and how the others ended. Pure.

use std::collections::BTreeMap;

use crate::fault::Sighting;

/// What a place knows about its replicas at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vitals {
    /// By the name of the replica.
    pub replicas: BTreeMap<String, Vital>,
    /// Why a part of the place could not be checked. A replica that is missing then is not gone.
    pub unseen: Option<String>,
}

/// One life of a replica: from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vital {
    /// The services that it runs.
    pub services: Vec<String>,
    /// The id of this life. A restarted replica has another one.
    pub life: String,
    /// How it ended, for people; `None` while it lives.
    pub ended: Option<String>,
    /// How the life before it ended, if the place remembers.
    pub before: Option<String>,
    /// What to report, for people, if the replica disappears.
    pub if_gone: &'static str,
}

/// A life that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub replica: String,
    pub life: String,
    /// The services that the replica ran.
    pub services: Vec<String>,
    /// How it ended, for people.
    pub status: String,
}

/// The status of a life whose end nobody saw.
const STARTED_AGAIN: &str = "it was restarted, and how it ended before is not known";

impl Vitals {
    /// A failed look, with the reason.
    pub fn unseen(reason: String) -> Self {
        Self {
            unseen: Some(reason),
            ..Self::default()
        }
    }

    /// The lives that ended since an earlier look, each once. This includes a life that was never
    /// seen alive.
    pub fn ended_since(&self, before: &Self) -> Vec<Ended> {
        let seen = self.replicas.iter();
        let seen = seen.filter_map(|(name, now)| ended(name, before.replicas.get(name), now));
        let living = before
            .replicas
            .iter()
            .filter(|(_, was)| was.ended.is_none());
        let gone = living
            .filter(|(name, _)| self.unseen.is_none() && !self.replicas.contains_key(*name))
            .map(|(name, was)| was.over(name, was.if_gone));
        seen.chain(gone).collect()
    }

    /// The living replicas of a service, each with its life.
    pub fn lives_of(&self, service: &str) -> BTreeMap<String, String> {
        let of_service = self.replicas.iter().filter(|(_, vital)| {
            vital.ended.is_none() && vital.services.iter().any(|it| it == service)
        });
        let lives = of_service.map(|(replica, vital)| (replica.clone(), vital.life.clone()));
        lives.collect()
    }

    /// Whether none of these lives continues.
    pub fn gone(&self, lives: &BTreeMap<String, String>) -> Sighting {
        if lives.is_empty() {
            return Sighting::Never("no replica of it was running".to_owned());
        }
        let found = |replica: &String| self.replicas.get(replica);
        let goes_on = |(replica, life): &(&String, &String)| {
            found(replica).is_some_and(|now| now.life == **life && now.ended.is_none())
        };
        let left: Vec<&str> = lives
            .iter()
            .filter(goes_on)
            .map(|(replica, _)| replica.as_str())
            .collect();
        if !left.is_empty() {
            return Sighting::NotYet(format!("still running: {}", left.join(", ")));
        }
        // A replica that could not be checked is not gone.
        let missing = lives.keys().any(|replica| found(replica).is_none());
        if let Some(reason) = self.unseen.as_ref().filter(|_| missing) {
            return Sighting::NotYet(reason.clone());
        }
        let told = lives.keys().map(|replica| format!("{replica} is gone"));
        Sighting::Seen(told.collect::<Vec<String>>().join(", "))
    }

    /// Adds a look at another part of the place.
    pub fn join(&mut self, other: Self) {
        self.replicas.extend(other.replicas);
        self.unseen = self.unseen.take().or(other.unseen);
    }

    /// This look, completed with the earlier look where this one could not see.
    #[must_use]
    pub fn or_as_before(mut self, before: Self) -> Self {
        if self.unseen.is_some() {
            for (name, was) in before.replicas {
                self.replicas.entry(name).or_insert(was);
            }
        }
        self
    }
}

impl Vital {
    fn over(&self, replica: &str, status: &str) -> Ended {
        Ended {
            replica: replica.to_owned(),
            life: self.life.clone(),
            services: self.services.clone(),
            status: status.to_owned(),
        }
    }
}

/// The life of a replica that ended between two looks. If several ended, only the last one is
/// reported: no place remembers more.
fn ended(name: &str, before: Option<&Vital>, now: &Vital) -> Option<Ended> {
    let known = before.filter(|was| was.life == now.life);
    match (known, &now.ended) {
        (Some(was), Some(status)) if was.ended.is_none() => Some(now.over(name, status)),
        (Some(_), _) => None,
        (None, Some(status)) => Some(now.over(name, status)),
        (None, None) => {
            let was = before.filter(|was| was.ended.is_none())?;
            let status = now.before.as_deref().unwrap_or(STARTED_AGAIN);
            Some(was.over(name, status))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GONE: &str = "its record is gone";

    fn vital(life: u32, ended: Option<&str>) -> Vital {
        Vital {
            services: vec!["worker".to_owned()],
            life: life.to_string(),
            ended: ended.map(str::to_owned),
            before: None,
            if_gone: GONE,
        }
    }

    fn vitals<const N: usize>(replicas: [(&str, Vital); N]) -> Vitals {
        Vitals {
            replicas: replicas
                .map(|(name, vital)| (name.to_owned(), vital))
                .into(),
            unseen: None,
        }
    }

    fn told(before: &Vitals, after: &Vitals) -> Vec<String> {
        let ended = after.ended_since(before).into_iter();
        ended
            .map(|it| format!("{} {}: {}", it.replica, it.life, it.status))
            .collect()
    }

    #[test]
    fn each_way_to_end_is_seen_once() {
        let alive = vitals([("w", vital(1, None))]);
        let dead = vitals([("w", vital(1, Some("exit status: 3")))]);
        let again = vitals([("w", vital(2, None))]);
        let twice = vitals([("w", vital(2, Some("exit status: 4")))]);
        let none = Vitals::default();
        let nothing = <[&str; 0]>::default();
        assert_eq!(told(&none, &alive), nothing, "it is new");
        assert_eq!(told(&alive, &alive), nothing);
        assert_eq!(told(&alive, &dead), ["w 1: exit status: 3"]);
        assert_eq!(told(&dead, &dead), nothing, "it was reported before");
        assert_eq!(told(&dead, &again), nothing, "it was reported before");
        assert_eq!(told(&dead, &none), nothing, "it was reported before");
        assert_eq!(told(&dead, &twice), ["w 2: exit status: 4"]);
        assert_eq!(told(&none, &dead), ["w 1: exit status: 3"]);
        assert_eq!(told(&alive, &none), [format!("w 1: {GONE}")]);
        assert_eq!(told(&alive, &again), [format!("w 1: {STARTED_AGAIN}")]);
    }

    #[test]
    fn a_place_that_remembers_reports_how_the_life_before_ended() {
        let alive = vitals([("w", vital(0, None))]);
        let mut again = vital(1, None);
        again.before = Some("exit code 137 (OOMKilled)".to_owned());
        let again = vitals([("w", again)]);
        assert_eq!(told(&alive, &again), ["w 0: exit code 137 (OOMKilled)"]);
    }

    #[test]
    fn a_replica_that_could_not_be_checked_is_not_gone() {
        let alive = vitals([("w", vital(0, None)), ("x", vital(0, None))]);
        let mut half = vitals([("x", vital(0, Some("killed")))]);
        half.unseen = Some("the cluster does not answer".to_owned());
        assert_eq!(told(&alive, &half), ["x 0: killed"]);
        let known = half.or_as_before(alive);
        assert_eq!(told(&known, &Vitals::default()), [format!("w 0: {GONE}")]);
    }

    #[test]
    fn a_service_is_gone_once_none_of_its_lives_continues() {
        let alive = vitals([("w", vital(1, None)), ("x", vital(1, Some("killed")))]);
        let lives = alive.lives_of("worker");
        assert_eq!(lives, BTreeMap::from([("w".to_owned(), "1".to_owned())]));
        assert!(alive.lives_of("web").is_empty());
        let gone = |now: &Vitals| now.gone(&lives);
        assert!(matches!(gone(&alive), Sighting::NotYet(_)));
        let seen = Sighting::Seen("w is gone".to_owned());
        let mut dead = vitals([("w", vital(1, Some("signal: 9")))]);
        assert_eq!(gone(&dead), seen);
        dead.unseen = Some("another part does not answer".to_owned());
        assert_eq!(gone(&dead), seen, "its own end was seen");
        let again = vitals([("w", vital(2, None))]);
        assert_eq!(gone(&again), seen, "another life");
        assert_eq!(gone(&Vitals::default()), seen, "no record");
        let blind = Vitals::unseen("the cluster does not answer".to_owned());
        assert!(matches!(gone(&blind), Sighting::NotYet(_)));
        let none = alive.gone(&BTreeMap::new());
        assert!(matches!(none, Sighting::Never(_)), "nothing was hit");
    }

    /// The history of one replica: each step ends its life or begins another.
    fn looks() -> impl Strategy<Value = Vec<bool>> {
        proptest::collection::vec(any::<bool>(), 0..20)
    }

    proptest! {
        #[test]
        fn every_end_that_was_seen_is_reported_exactly_once(looks in looks()) {
            let mut known = Vitals::default();
            let (mut life, mut alive) = (0, false);
            let (mut ends, mut told) = (0, 0);
            for change in looks {
                if change {
                    if alive { ends += 1 } else { life += 1 }
                    alive = !alive;
                }
                let now = match (life, alive) {
                    (0, _) => Vitals::default(),
                    (_, true) => vitals([("w", vital(life, None))]),
                    (_, false) => vitals([("w", vital(life, Some("ended")))]),
                };
                told += now.ended_since(&known).len();
                known = now.or_as_before(known);
            }
            prop_assert_eq!(told, ends);
        }
    }
}
