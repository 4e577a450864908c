//! The state and the update of both schemas in the running container.

use std::sync::Arc;

use backend::Readiness;
use base::file::Stored;
use model::plan::{Observed, State};
use model::topology::Digest;
use mysql::schema::{self, Store};

use super::Error;
use super::mysql::{container_id, schema_id};
use super::prepared::Prepared;
use super::schema_tool::{Instance, Task};
use super::site::Site;

/// Temporal's two schemas as one resource.
#[derive(Debug)]
pub struct Schema {
    site: Arc<Site>,
}

impl Schema {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    /// Refuses a schema that must not be changed: newer, or half applied.
    pub async fn check(&self, server: &str) -> Result<(), backend::Error> {
        for (store, state) in self.states(server).await? {
            tasks(store, &state, server)?;
        }
        Ok(())
    }

    async fn states(&self, server: &str) -> Result<Vec<(Store, schema::State)>, Error> {
        let access = self.site.connect_options()?;
        let mut states = Vec::new();
        for store in Store::ALL {
            states.push((store, schema::state(&access, store, server).await?));
        }
        Ok(states)
    }

    /// Updates both schemas. Changes neither unless both may be changed.
    pub(super) async fn make(&self, prepared: &Prepared) -> Result<(), Error> {
        let server = &prepared.server;
        let mut work = Vec::new();
        for (store, state) in self.states(server).await? {
            work.push((store, tasks(store, &state, server)?));
        }
        let access = self.site.connect_options()?;
        let instance = Instance {
            engine: &self.site.engine,
            environment: &self.site.environment,
            names: &self.site.names,
            owner: self.site.owner(),
            container: self.site.names.container(),
            access: &access,
            roots: prepared.roots_file(),
        };
        for (store, tasks) in work {
            for task in tasks {
                let tool = &prepared.wanted.schema_tool;
                tool.run(&instance, store, *task).await?;
            }
        }
        self.record_server(server)
    }

    /// Records the new release. The container itself stays the same.
    fn record_server(&self, server: &str) -> Result<(), Error> {
        let Some(mut record) = self.site.record()? else {
            return Ok(());
        };
        server.clone_into(&mut record.server);
        self.site.write_record(&record)
    }

    /// Its state, if it is a resource here and MySQL answers.
    pub(super) async fn observe(&self) -> Result<Option<Observed>, Error> {
        let Some(record) = self.site.record()?.filter(|record| record.schema) else {
            return Ok(None);
        };
        let Ok(states) = self.states(&record.server).await else {
            return Ok(None);
        };
        let reason = states
            .iter()
            .find_map(|(store, state)| why_not_current(*store, state));
        let state = match reason {
            None => State::Live(Digest::of(&record.server)),
            Some(reason) => State::Dead { reason },
        };
        Ok(Some(Observed {
            id: schema_id(),
            state,
            needs: vec![container_id()],
            stays: true,
        }))
    }

    /// Whether both schemas are current, for the prepared release or else for the recorded one.
    pub(super) async fn ready(&self, prepared: Option<&Prepared>) -> Readiness {
        let server = match (prepared, self.site.stored_record()) {
            (Some(prepared), _) => prepared.server.clone(),
            (None, Ok(Stored::Read(record))) => record.server,
            (None, Ok(Stored::Absent)) => return Readiness::Never("it was never made".to_owned()),
            (None, Ok(Stored::Damaged(error)) | Err(error)) => {
                return Readiness::Never(error.in_one_line());
            }
        };
        let server = server.as_str();
        let states = match self.states(server).await {
            Ok(states) => states,
            Err(error) => return Readiness::NotYet(error.in_one_line()),
        };
        for (store, state) in &states {
            if let Err(refused) = tasks(*store, state, server) {
                return Readiness::Never(refused.in_one_line());
            }
            if let Some(reason) = why_not_current(*store, state) {
                return Readiness::NotYet(reason);
            }
        }
        Readiness::Ready
    }
}

/// The steps that bring a schema up to date, if it may be changed.
fn tasks(store: Store, state: &schema::State, server: &str) -> Result<&'static [Task], Error> {
    use schema::State::{Current, Empty, HalfApplied, Newer, Older};

    match state {
        Empty => Ok(&Task::ALL),
        Older(_) => Ok(&[Task::Update]),
        Current(_) => Ok(&[]),
        Newer(found) => Err(Error::Newer {
            store,
            found: *found,
            server: server.to_owned(),
        }),
        HalfApplied {
            version,
            towards,
            applied,
            remedy,
        } => Err(Error::HalfApplied {
            store,
            version: *version,
            towards: *towards,
            applied: applied.clone(),
            remedy: remedy.clone(),
        }),
    }
}

/// Why a schema is not current, for messages.
fn why_not_current(store: Store, state: &schema::State) -> Option<String> {
    use schema::State::{Current, Empty, HalfApplied, Newer, Older};

    let database = store.database();
    match state {
        Current(_) => None,
        Empty => Some(format!("`{database}` has no schema")),
        Older(version) => Some(format!("`{database}` has the older schema {version}")),
        Newer(version) => Some(format!("`{database}` has the newer schema {version}")),
        HalfApplied { towards, .. } => Some(format!(
            "`{database}` has an interrupted update to schema {towards}"
        )),
    }
}
