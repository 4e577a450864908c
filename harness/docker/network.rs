//! Networks.

use std::collections::HashMap;

use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::InspectNetworkOptions;

use super::error::present;
use super::{Engine, Error, OWNER};

impl Engine {
    /// The owner of the network with that name; `None` if there is no such network, and empty if
    /// the harness did not make it.
    pub async fn network_owner(&self, name: &str) -> Result<Option<String>, Error> {
        let options = None::<InspectNetworkOptions>;
        let found = present(self.api.inspect_network(name, options).await)
            .map_err(Error::api(format!("look up the network {name}")))?;
        Ok(found.map(|network| {
            let labels = network.labels.unwrap_or_default();
            labels.get(OWNER).cloned().unwrap_or_default()
        }))
    }

    /// Makes a bridge network. Uses an existing one of the same owner; one of another owner is an
    /// error.
    pub async fn create_network(&self, name: &str, owner: &str) -> Result<(), Error> {
        match self.network_owner(name).await? {
            None => {}
            Some(found) if found == owner => return Ok(()),
            Some(found) => {
                return Err(Error::Foreign {
                    kind: "network",
                    name: name.to_owned(),
                    owner: Some(found).filter(|found| !found.is_empty()),
                });
            }
        }
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            driver: Some("bridge".to_owned()),
            labels: Some(HashMap::from([(OWNER.to_owned(), owner.to_owned())])),
            ..NetworkCreateRequest::default()
        };
        let created = self.api.create_network(request).await;
        created
            .map(drop)
            .map_err(Error::api(format!("create the network {name}")))
    }

    /// Removes a network. A missing network is not an error.
    pub async fn remove_network(&self, name: &str) -> Result<(), Error> {
        present(self.api.remove_network(name).await)
            .map(drop)
            .map_err(Error::api(format!("remove the network {name}")))
    }
}
