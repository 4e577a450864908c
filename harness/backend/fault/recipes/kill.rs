//! Sends SIGKILL to every replica of a service and keeps it down until the fault ends. A managed
//! database is not kept down: there the fault ends when the database is back.

use std::time::Duration;

use super::super::lever::{Pull, Reach, Recipients, Sign, Signal};
use super::super::recipe::{Recipe, Remedy, Victim};

/// How long a killed replica may take to be gone. The container runtime gives each pod two seconds.
const GONE: Duration = Duration::from_secs(30);

/// How long a restarted replica may take to do its job. A killed database recovers first.
const BACK: Duration = Duration::from_mins(3);

/// How long a managed database may take to be unavailable after the request to restart it.
const AWAY: Duration = Duration::from_mins(2);

/// How long a managed database may take to be available again: a failover takes one or two minutes
/// (<https://learn.microsoft.com/azure/mysql/flexible-server/concepts-high-availability>).
const RETURN: Duration = Duration::from_mins(7);

pub(in super::super) fn recipe(victim: &Victim) -> Recipe {
    let (service, lives) = (victim.service.clone(), victim.lives.clone());
    let kill = |whom: Recipients| Pull::Signal {
        signal: Signal::Kill,
        whom,
    };
    let gone = Sign::Gone {
        service: service.clone(),
        lives: lives.clone(),
    };
    let back = |replicas: &[String]| Sign::Back {
        service: victim.service.clone(),
        replicas: replicas.to_vec(),
    };
    let scale = |replicas: u16| Pull::Scale {
        service: victim.service.clone(),
        replicas,
    };
    let remedy = |pulls: Vec<Pull>, healed: Sign, within: Duration| Remedy {
        pulls,
        healed,
        within: within.into(),
        whole: victim.whole(),
    };
    match &victim.reach {
        Reach::Replicas(replicas) => {
            let start = Pull::Start {
                replicas: replicas.clone(),
            };
            Recipe {
                pulls: vec![kill(Recipients::Replicas(
                    victim.lives.keys().cloned().collect(),
                ))],
                proof: gone,
                within: GONE,
                remedy: remedy(vec![start], back(replicas), BACK),
            }
        }
        Reach::Workload { replicas } => Recipe {
            // The order matters: the cluster would restart a pod that is killed before the workload
            // is scaled to zero.
            pulls: vec![scale(0), kill(Recipients::Service(victim.service.clone()))],
            proof: gone,
            within: GONE,
            remedy: remedy(vec![scale(*replicas)], back(&[]), BACK),
        },
        Reach::Managed { standby } => Recipe {
            pulls: vec![Pull::Restart { failover: *standby }],
            proof: Sign::Interrupted { service, lives },
            within: AWAY,
            remedy: remedy(Vec::new(), back(&[]), RETURN),
        },
    }
}

#[cfg(test)]
mod tests {
    use model::topology::ServiceName;

    use super::*;

    fn victim(service: &str, reach: Reach) -> Victim {
        Victim {
            service: ServiceName::new(service),
            reach,
            lives: [("worker-0".to_owned(), "4711 1".to_owned())].into(),
            namespace: "orders".to_owned(),
        }
    }

    #[test]
    fn a_fault_on_the_server_is_healed_once_workflows_start_again() {
        let kill = |service| recipe(&victim(service, Reach::Workload { replicas: 2 })).remedy;
        let serves = Sign::Serves {
            namespace: "orders".to_owned(),
        };
        assert_eq!(kill("temporal-history").whole, Some(serves.clone()));
        assert_eq!(kill("mysql").whole, Some(serves));
        assert_eq!(kill("worker").whole, None);
    }

    #[test]
    fn a_workload_is_scaled_to_zero_before_its_pods_are_killed_and_scaled_back_after() {
        let recipe = recipe(&victim("worker", Reach::Workload { replicas: 3 }));
        let scale = |replicas| Pull::Scale {
            service: ServiceName::new("worker"),
            replicas,
        };
        assert_eq!(recipe.pulls[0], scale(0));
        assert!(matches!(recipe.pulls[1], Pull::Signal { .. }));
        assert_eq!(recipe.remedy.pulls, [scale(3)]);
    }

    #[test]
    fn every_replica_is_started_again_even_one_that_was_down_before() {
        let both = vec!["worker-0".to_owned(), "worker-1".to_owned()];
        let recipe = recipe(&victim("worker", Reach::Replicas(both.clone())));
        let start = Pull::Start { replicas: both };
        assert_eq!(recipe.remedy.pulls, [start]);
    }

    #[test]
    fn a_managed_database_is_restarted_without_a_remedy_and_awaited() {
        let recipe = recipe(&victim("mysql", Reach::Managed { standby: true }));
        assert_eq!(recipe.pulls, [Pull::Restart { failover: true }]);
        assert!(matches!(recipe.proof, Sign::Interrupted { .. }));
        assert!(recipe.remedy.pulls.is_empty());
        assert!(matches!(recipe.remedy.healed, Sign::Back { .. }));
    }
}
