//! Volumes.

use std::collections::BTreeMap;

use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::RemoveVolumeOptionsBuilder;

use super::error::present;
use super::{Engine, Error};

impl Engine {
    /// The labels of a volume, if it exists.
    pub async fn volume(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
        let found = present(self.api.inspect_volume(name).await)
            .map_err(Error::api(format!("look up the volume {name}")))?;
        Ok(found.map(|volume| volume.labels.into_iter().collect()))
    }

    /// Makes a volume. An existing volume is not an error and keeps its labels.
    pub async fn create_volume(
        &self,
        name: &str,
        labels: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            labels: Some(labels.clone().into_iter().collect()),
            ..VolumeCreateRequest::default()
        };
        let created = self.api.create_volume(request).await;
        created
            .map(drop)
            .map_err(Error::api(format!("create the volume {name}")))
    }

    /// Removes a volume. A missing volume is not an error.
    pub async fn remove_volume(&self, name: &str) -> Result<(), Error> {
        let options = RemoveVolumeOptionsBuilder::default().force(true).build();
        present(self.api.remove_volume(name, Some(options)).await)
            .map(drop)
            .map_err(Error::api(format!("remove the volume {name}")))
    }
}
