//! Networks.

use std::collections::HashMap;

use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::InspectNetworkOptions;

use super::error::present;
use super::{Engine, Error, OWNER};

impl Engine {
    /// Whose network of that name it is, if there is one; empty if it is not the harness's.
    pub async fn network_owner(&self, name: &str) -> Result<Option<String>, Error> {
        let options = None::<InspectNetworkOptions>;
        let found = present(self.api.inspect_network(name, options).await)
            .map_err(Error::api(format!("look for network {name}")))?;
        Ok(found.map(|network| {
            let labels = network.labels.unwrap_or_default();
            labels.get(OWNER).cloned().unwrap_or_default()
        }))
    }

    /// Makes a bridge network. One of that name is used if it has the same owner, and is an error
    /// if it has not.
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
            .map_err(Error::api(format!("create network {name}")))
    }

    /// Removes a network; that it is gone already is no error.
    pub async fn remove_network(&self, name: &str) -> Result<(), Error> {
        present(self.api.remove_network(name).await)
            .map(drop)
            .map_err(Error::api(format!("remove network {name}")))
    }
}
