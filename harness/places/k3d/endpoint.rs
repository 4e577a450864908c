//! Where things are to be had on this machine, by what was recorded.

use std::net::SocketAddr;

use backend::Endpoint;
use model::plan::{ResourceId, State};
use model::topology::ServiceName;

use super::backend::K3dBackend;
use super::error::Error;
use super::ports::{self, API, MYSQL};

impl K3dBackend {
    /// The address of the frontend.
    pub(super) fn frontend_address(&self) -> Result<SocketAddr, Error> {
        let record = self.record()?.ok_or(Error::NoCluster)?;
        let listen = record.ports.get(ports::FRONTEND).ok_or(Error::NoCluster)?;
        Ok(listen.address)
    }

    /// What listens: nothing of a cluster or a database that does not run.
    pub(super) async fn listening(&self) -> Vec<Endpoint> {
        let mut endpoints = Vec::new();
        if let Ok(Some(record)) = self.live_cluster().await {
            let ways_in = record.ports.into_iter().filter(|(port, _)| port != API);
            // A port of the cluster leads to whichever replica the cluster chooses.
            endpoints.extend(ways_in.map(|(port, listen)| Endpoint {
                replica: listen.service.clone(),
                service: ServiceName::new(listen.service),
                port,
                address: listen.address,
                wanted: listen.wanted,
            }));
        }
        endpoints.extend(self.mysql_endpoint().await);
        endpoints
    }

    async fn mysql_endpoint(&self) -> Option<Endpoint> {
        let address = self.docker().await.ok()?.mysql.address()?;
        if !self.database_lives().await.ok()? {
            return None;
        }
        let wanted = ports::mysql_wanted(self.state());
        Some(Endpoint {
            service: ServiceName::new(MYSQL),
            replica: MYSQL.to_owned(),
            port: MYSQL.to_owned(),
            address,
            wanted: (wanted != address.port()).then_some(wanted),
        })
    }

    /// Whether the database's container runs.
    pub(super) async fn database_lives(&self) -> Result<bool, backend::Error> {
        let container = ResourceId::new("container", MYSQL);
        let observed = self.docker().await?.mysql.observe(&[]).await?;
        Ok(observed
            .iter()
            .any(|observed| observed.id == container && matches!(observed.state, State::Live(_))))
    }
}
