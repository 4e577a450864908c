//! What the container needs before it can be made: image, snapshot, password, certificates.

use backend::{Fetch, Provision};
use base::file::{create_private, present};
use base::secret::Secret;
use docker::Image;
use model::quantity::Duration;
use model::topology::{Component, Tls, Topology, needed_connections};
use mysql::preflight::Needs;

use super::blueprint::{Blueprint, image};
use super::certificates::{Certificates, authority_file};
use super::prepared::{Prepared, Wanted};
use super::site::Site;
use super::snapshot::{Helper, Snapshot};
use super::snapshot_maker::Maker;
use super::{Error, SchemaTool};

/// What the database is prepared from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Preparation<'a> {
    pub(super) site: &'a Site,
    pub(super) topology: &'a Topology,
    pub(super) provision: Provision<'a>,
}

impl Preparation<'_> {
    pub(super) async fn provide(&self, wanted: Wanted) -> Result<Prepared, Error> {
        let Self {
            site,
            topology,
            provision,
        } = self;
        let database = &topology.database;
        let requirements = needs(topology)?;
        refuse_incompatible_data(site, topology).await?;
        let image = self.image(&image(database)).await?;
        let (password, certificates) = self.secrets()?;
        let snapshot = Snapshot::of(&image.id, &topology.temporal.version);
        if provision.fetch == Fetch::Missing && self.needs_snapshot().await? {
            if let SchemaTool::Image(reference) = &wanted.schema_tool {
                self.image(reference).await?;
            }
            let maker = Maker {
                helper: Helper::new(site, &image),
                environment: &site.environment,
                state: &site.state,
                server: &topology.temporal.version,
                tool: &wanted.schema_tool,
                snapshot: &snapshot,
                verb: site.verb.as_deref().ok_or(Error::NotOwner)?,
                provision: *provision,
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
            roots_file: (database.tls == Tls::Required).then(|| authority_file(&site.state)),
        })
    }

    /// Whether there is no data yet. Existing data is kept and needs no snapshot.
    async fn needs_snapshot(&self) -> Result<bool, Error> {
        Ok(self.site.record()?.is_none() || !self.site.has_data().await?)
    }

    async fn image(&self, reference: &str) -> Result<Image, Error> {
        let engine = &self.site.engine;
        let Provision {
            fetch,
            events,
            cancel,
        } = self.provision;
        match fetch {
            Fetch::Missing => Ok(engine
                .provide_image(reference, events.listener(), cancel)
                .await?),
            Fetch::Nothing => {
                let found = engine.image(reference).await?;
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
    fn secrets(&self) -> Result<(Secret, Option<Certificates>), Error> {
        let (site, tls) = (self.site, self.topology.database.tls);
        let (state, folder) = (&site.state, site.state.secrets());
        let failed = |act| Error::file(act, folder.clone());
        if self.provision.fetch == Fetch::Nothing {
            let password = present(site.password()).map_err(failed("read"))?;
            let password = password.unwrap_or_else(|| Secret::new(""));
            let certificates = Certificates::read(state).map_err(failed("read"))?;
            return Ok((password, certificates.filter(|_| tls == Tls::Required)));
        }
        create_private(&folder).map_err(failed("make"))?;
        let password = Secret::of_file(&site.password_file()).map_err(failed("write to"))?;
        let certificates = match tls {
            Tls::Required => Some(Certificates::provide(state, &site.names.host())?),
            Tls::Off => None,
        };
        Ok((password, certificates))
    }
}

/// Whether a topology's database can run here, as far as can be checked before images are pulled
/// and programs are built.
pub(super) async fn foresee(site: &Site, topology: &Topology) -> Result<(), Error> {
    needs(topology)?;
    refuse_incompatible_data(site, topology).await
}

/// MySQL reads the data of older versions, but not of newer ones. Temporal uses the number of
/// shards in its data and ignores the configured one.
async fn refuse_incompatible_data(site: &Site, topology: &Topology) -> Result<(), Error> {
    let Some(record) = site.record()? else {
        return Ok(());
    };
    if site.lacks_data().await {
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
