//! What the container needs before it can be made: image, snapshot, password, certificates.

use backend::{Fetch, Provision};
use base::file::{create_private, present};
use base::secret::Secret;
use docker::Image;
use model::quantity::Duration;
use model::topology::{Component, Tls, Topology, needed_connections};
use mysql::preflight::Needs;

use super::certificates::{Certificates, authority_file};
use super::container::{Blueprint, image};
use super::mysql::Mysql;
use super::prepared::{Prepared, Wanted};
use super::snapshot::{Helper, Snapshot};
use super::snapshot_maker::Maker;
use super::{Error, SchemaTool};

impl Mysql {
    /// Whether a topology's database can run here, as far as can be checked before images are
    /// pulled and programs are built.
    pub async fn foresee(&self, topology: &Topology) -> Result<(), backend::Error> {
        needs(topology)?;
        Ok(self.refuse_incompatible_data(topology).await?)
    }

    pub(super) async fn provide(
        &self,
        topology: &Topology,
        wanted: Wanted,
        provision: Provision<'_>,
    ) -> Result<Prepared, Error> {
        let database = &topology.database;
        let requirements = needs(topology)?;
        self.refuse_incompatible_data(topology).await?;
        let reference = image(database);
        let image = self.image(&reference, provision).await?;
        let (password, certificates) = self.secrets(database.tls, provision.fetch)?;
        let snapshot = Snapshot::of(&image.id, &topology.temporal.version);
        if provision.fetch == Fetch::Missing && self.needs_snapshot().await? {
            if let SchemaTool::Image(reference) = &wanted.schema_tool {
                self.image(reference, provision).await?;
            }
            let maker = Maker {
                helper: self.helper(&image),
                environment: self.environment(),
                state: self.state(),
                server: &topology.temporal.version,
                tool: &wanted.schema_tool,
                snapshot: &snapshot,
                provision,
            };
            maker.provide().await?;
        }
        Ok(Prepared {
            blueprint: Blueprint {
                image,
                database: database.clone(),
                address: wanted.address,
                network: wanted.network.clone(),
                password,
                certificates,
            },
            wanted,
            snapshot,
            server: topology.temporal.version.clone(),
            history_shards: topology.temporal.history_shards,
            requirements,
            ready_timeout: ready_timeout(topology),
            news: provision.events.listener().clone(),
            roots_file: (database.tls == Tls::Required).then(|| authority_file(self.state())),
        })
    }

    pub(super) fn helper<'a>(&'a self, image: &'a Image) -> Helper<'a> {
        Helper {
            engine: self.engine(),
            names: self.names(),
            owner: self.owner(),
            image,
        }
    }

    /// Whether there is no data yet. Existing data is kept and needs no snapshot.
    async fn needs_snapshot(&self) -> Result<bool, Error> {
        Ok(self.record()?.is_none() || self.engine().volume(&self.names().data()).await?.is_none())
    }

    async fn image(&self, reference: &str, provision: Provision<'_>) -> Result<Image, Error> {
        let Provision {
            fetch,
            events,
            cancel,
        } = provision;
        match fetch {
            Fetch::Missing => Ok(self
                .engine()
                .provide_image(reference, events.listener(), cancel)
                .await?),
            Fetch::Nothing => {
                let found = self.engine().image(reference).await?;
                Ok(found.unwrap_or_else(|| Image {
                    reference: reference.to_owned(),
                    id: "not pulled yet".to_owned(),
                    repo_digest: None,
                }))
            }
        }
    }

    /// The password and the certificates. A plan that is not carried out uses the existing ones
    /// only.
    fn secrets(&self, tls: Tls, fetch: Fetch) -> Result<(Secret, Option<Certificates>), Error> {
        let (state, folder) = (self.state(), self.state().secrets());
        let failed = |act| Error::file(act, folder.clone());
        if fetch == Fetch::Nothing {
            let password = present(self.password()).map_err(failed("read"))?;
            let password = password.unwrap_or_else(|| Secret::new(""));
            let certificates = Certificates::read(state).map_err(failed("read"))?;
            return Ok((password, certificates.filter(|_| tls == Tls::Required)));
        }
        create_private(&folder).map_err(failed("make"))?;
        let password = Secret::of_file(&self.password_file()).map_err(failed("write to"))?;
        let certificates = match tls {
            Tls::Required => Some(Certificates::provide(state, &self.host())?),
            Tls::Off => None,
        };
        Ok((password, certificates))
    }

    /// MySQL reads the data of older versions, but not of newer ones. Temporal uses the number of
    /// shards in its data and ignores the configured one.
    async fn refuse_incompatible_data(&self, topology: &Topology) -> Result<(), Error> {
        let Some(record) = self.record()? else {
            return Ok(());
        };
        if self.lacks_data().await {
            return Ok(());
        }
        let wanted = &topology.database.version;
        if release(&record.version) > release(wanted) {
            return Err(Error::Downgrade {
                found: record.version,
                wanted: wanted.clone(),
            });
        }
        let wanted = topology.temporal.history_shards;
        match record.history_shards {
            Some(found) if found != wanted => Err(Error::Shards { found, wanted }),
            _ => Ok(()),
        }
    }
}

/// What the topology needs from its database. Fails before anything starts if that is more than the
/// profile allows.
fn needs(topology: &Topology) -> Result<Needs, Error> {
    let (needed, allowed) = (
        needed_connections(topology),
        topology.database.max_connections,
    );
    if needed > allowed {
        return Err(Error::Connections { allowed, needed });
    }
    Ok(Needs {
        connections: needed,
        encryption: topology.database.tls == Tls::Required,
    })
}

fn ready_timeout(topology: &Topology) -> Duration {
    let mut services = topology.services.iter();
    let database = services.find(|service| matches!(service.component, Component::Database));
    database
        .expect("every topology has a database")
        .ready_timeout
}

/// The numbers of a version, up to the first part that is not a number.
fn release(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_by_number() {
        assert!(release("9.0") > release("8.4"));
        assert!(release("8.10") > release("8.4"));
        assert!(release("8.4.7") > release("8.4"));
        assert_eq!(release("8.4.x"), release("8.4"));
    }
}
