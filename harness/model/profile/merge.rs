//! Merges a profile with the profile that it extends. Maps are merged. Lists and single values are
//! replaced. A choice is merged with the same choice, and replaced by another choice.
//!
//! Merging an empty profile changes nothing, and merging is idempotent. It is associative as long
//! as no choice changes. If a layer makes another choice, the values of the first choice are lost,
//! even if a third layer makes the first choice again. Every struct is written in full, so that the
//! compiler reports a missing key.

use super::model::{
    Backend, Database, DevServer, Engine, K3d, Local, Mysql, Process, Profile, Promotion, Role,
    Roles, Server, Simulated, Starter, Temporal, Web, Worker,
};
use super::overlay::Overlay;

impl Overlay for Profile {
    fn overlay(self, over: Self) -> Self {
        Self {
            api_version: over.api_version.or(self.api_version),
            kind: over.kind.or(self.kind),
            name: over.name.or(self.name),
            extends: over.extends.or(self.extends),
            description: over.description.or(self.description),
            temporal: self.temporal.overlay(over.temporal),
            database: self.database.overlay(over.database),
            web: self.web.overlay(over.web),
            // Several workers replace one.
            worker: match over.workers {
                Some(_) => over.worker,
                None => self.worker.overlay(over.worker),
            },
            workers: self.workers.overlay(over.workers),
            starter: self.starter.overlay(over.starter),
            backend: self.backend.overlay(over.backend),
            promotion: self.promotion.overlay(over.promotion),
        }
    }
}

impl Overlay for Temporal {
    fn overlay(self, over: Self) -> Self {
        Self {
            version: over.version.or(self.version),
            history_shards: over.history_shards.or(self.history_shards),
            roles: self.roles.overlay(over.roles),
            namespaces: over.namespaces.or(self.namespaces),
            dynamic_config: self.dynamic_config.overlay(over.dynamic_config),
            port: over.port.or(self.port),
            ready_timeout: over.ready_timeout.or(self.ready_timeout),
        }
    }
}

impl Overlay for Roles {
    fn overlay(self, over: Self) -> Self {
        Self {
            frontend: self.frontend.overlay(over.frontend),
            history: self.history.overlay(over.history),
            matching: self.matching.overlay(over.matching),
            worker: self.worker.overlay(over.worker),
        }
    }
}

impl Overlay for Role {
    fn overlay(self, over: Self) -> Self {
        Self {
            replicas: over.replicas.or(self.replicas),
        }
    }
}

impl Overlay for Database {
    fn overlay(self, over: Self) -> Self {
        match (self, over) {
            (Self::Mysql(base), Self::Mysql(over)) => Self::Mysql(base.overlay(over)),
        }
    }
}

impl Overlay for Mysql {
    fn overlay(self, over: Self) -> Self {
        Self {
            version: over.version.or(self.version),
            max_connections: over.max_connections.or(self.max_connections),
            tls: over.tls.or(self.tls),
            ready_timeout: over.ready_timeout.or(self.ready_timeout),
        }
    }
}

impl Overlay for Web {
    fn overlay(self, over: Self) -> Self {
        Self {
            version: over.version.or(self.version),
            port: over.port.or(self.port),
            ready_timeout: over.ready_timeout.or(self.ready_timeout),
        }
    }
}

impl Overlay for Worker {
    fn overlay(self, over: Self) -> Self {
        Self {
            replicas: over.replicas.or(self.replicas),
            task_queue: over.task_queue.or(self.task_queue),
            run: over.run.or(self.run),
            environment: self.environment.overlay(over.environment),
            needs: over.needs.or(self.needs),
            ready_timeout: over.ready_timeout.or(self.ready_timeout),
            termination_grace_period: over
                .termination_grace_period
                .or(self.termination_grace_period),
        }
    }
}

impl Overlay for Starter {
    fn overlay(self, over: Self) -> Self {
        Self {
            mode: over.mode.or(self.mode),
            worker: over.worker.or(self.worker),
            port: over.port.or(self.port),
        }
    }
}

impl Overlay for Backend {
    fn overlay(self, over: Self) -> Self {
        match (self, over) {
            (Self::Local(base), Self::Local(over)) => Self::Local(base.overlay(over)),
            (Self::Process(base), Self::Process(over)) => Self::Process(base.overlay(over)),
            (Self::K3d(base), Self::K3d(over)) => Self::K3d(base.overlay(over)),
            (Self::Simulated(base), Self::Simulated(over)) => Self::Simulated(base.overlay(over)),
            (Self::Azure(base), Self::Azure(over)) => Self::Azure(Box::new(base.overlay(*over))),
            (Self::Existing(base), Self::Existing(over)) => {
                Self::Existing(Box::new(base.overlay(*over)))
            }
            (_, over) => over,
        }
    }
}

impl Overlay for Local {
    fn overlay(self, over: Self) -> Self {
        Self {
            k3d: self.k3d.overlay(over.k3d),
            process: self.process.overlay(over.process),
        }
    }
}

impl Overlay for K3d {
    fn overlay(self, over: Self) -> Self {
        Self {
            servers: over.servers.or(self.servers),
            agents: over.agents.or(self.agents),
            kubernetes: over.kubernetes.or(self.kubernetes),
        }
    }
}

impl Overlay for Process {
    fn overlay(self, over: Self) -> Self {
        Self {
            engine: self.engine.overlay(over.engine),
        }
    }
}

impl Overlay for Engine {
    fn overlay(self, over: Self) -> Self {
        match (self, over) {
            (Self::DevServer(base), Self::DevServer(over)) => Self::DevServer(base.overlay(over)),
            (Self::Server(base), Self::Server(over)) => Self::Server(base.overlay(over)),
            (_, over) => over,
        }
    }
}

impl Overlay for DevServer {
    fn overlay(self, over: Self) -> Self {
        Self {
            cli: over.cli.or(self.cli),
        }
    }
}

impl Overlay for Server {
    fn overlay(self, Self {}: Self) -> Self {
        self
    }
}

impl Overlay for Simulated {
    fn overlay(self, Self {}: Self) -> Self {
        self
    }
}

impl Overlay for Promotion {
    fn overlay(self, over: Self) -> Self {
        Self {
            require: over.require.or(self.require),
            max_age: over.max_age.or(self.max_age),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::profile::arbitrary;

    fn json(profile: &Profile) -> Value {
        json!(profile)
    }

    fn is_dev_server(backend: &Backend) -> bool {
        let Backend::Process(Process { engine }) = backend else {
            return false;
        };
        matches!(engine, None | Some(Engine::DevServer(_)))
    }

    proptest! {
        #[test]
        fn merging_an_empty_profile_changes_nothing(profile in arbitrary::profile()) {
            prop_assert_eq!(json(&profile.clone().overlay(Profile::default())), json(&profile));
            prop_assert_eq!(json(&Profile::default().overlay(profile.clone())), json(&profile));
        }

        #[test]
        fn merging_is_idempotent(profile in arbitrary::profile()) {
            prop_assert_eq!(json(&profile.clone().overlay(profile.clone())), json(&profile));
        }

        #[test]
        fn merging_is_associative_if_no_choice_changes(
            [mut first, mut second, mut third] in [(); 3].map(|()| arbitrary::profile()),
        ) {
            for profile in [&mut first, &mut second, &mut third] {
                profile.backend.take_if(|backend| !is_dev_server(backend));
            }
            let left = first.clone().overlay(second.clone()).overlay(third.clone());
            let right = first.overlay(second.overlay(third));
            prop_assert_eq!(json(&left), json(&right));
        }
    }
}
