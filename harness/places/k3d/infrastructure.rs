//! The operations for another place that uses this one as its infrastructure: a cluster and a
//! database without Temporal.

use std::sync::Arc;

use base::secret::Secret;
use camino::{Utf8Path, Utf8PathBuf};
use docker::Engine;
use model::plan::{ResourceId, ResourceKind};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::image::Image;
use super::images::NodeImages;
use super::names::images_id;
use super::parts::Parts;
use super::record::{self, ClusterRecord};
use super::site::Site;

/// The operations for a place that runs Temporal on this place's cluster and database, in addition
/// to those of the backend.
#[derive(Debug, Clone)]
pub struct Infrastructure {
    pub(super) images: NodeImages,
}

impl Infrastructure {
    /// Whether a resource is part of the infrastructure.
    pub fn owns(id: &ResourceId) -> bool {
        matches!(
            id.kind(),
            ResourceKind::Network
                | ResourceKind::Cluster
                | ResourceKind::Images
                | ResourceKind::Container
        )
    }

    /// What objects in the cluster need: the cluster and its images.
    pub fn cluster_needs(&self) -> [ResourceId; 2] {
        [self.site().names.cluster_id(), images_id()]
    }

    /// Whether the existing cluster will be replaced, with everything in it.
    pub fn replaces_cluster(&self, parts: &Parts) -> Result<bool, backend::Error> {
        let record = ClusterRecord::read(&self.site().state)?.damaged_as_none();
        Ok(record.is_some_and(|record| parts.cluster.replaces(&record)))
    }

    pub async fn engine(&self) -> Result<&Engine, backend::Error> {
        Ok(self.site().engine().await?)
    }

    /// The path of the cluster's kubeconfig. The file exists once the cluster was created.
    pub fn kubeconfig(&self) -> Utf8PathBuf {
        record::kubeconfig(&self.site().state)
    }

    /// The database's host name on the cluster's network, and the name of its container.
    pub async fn mysql_names(&self) -> Result<[String; 2], backend::Error> {
        let mysql = self.site().mysql().await?;
        Ok([mysql.names().host(), mysql.names().container().to_owned()])
    }

    /// Stores a new password for the database. It applies when the database is next created or
    /// started.
    pub async fn change_password(&self, password: &Secret) -> Result<(), backend::Error> {
        let path = self.site().mysql().await?.password_file();
        let written = base::file::write_atomically(&path, password.reveal().as_bytes());
        written.map_err(|source| {
            Error::Record {
                act: "write",
                path,
                source,
            }
            .into()
        })
    }

    /// Whether every node has an image.
    pub async fn has_image(&self, reference: &str) -> Result<bool, backend::Error> {
        let Some(record) = self.images.nodes.live().await? else {
            return Ok(false);
        };
        let reference = reference.to_owned();
        let missing = self.images.missing(&record, std::iter::once(&reference));
        Ok(missing.await?.is_empty())
    }

    /// Loads the image of an archive into every node.
    pub async fn load_image(
        &self,
        reference: &str,
        archive: &Utf8Path,
        cancel: &CancellationToken,
    ) -> Result<(), backend::Error> {
        self.images.nodes.end_orphans().await?;
        if self.has_image(reference).await? {
            return Ok(());
        }
        let record = self.images.nodes.live().await?.ok_or(Error::NoCluster)?;
        let images = [Image {
            reference: reference.to_owned(),
            id: reference.to_owned(),
            archive: Some(archive.to_owned()),
        }];
        let needed = images.iter().collect();
        let imported = self.images.import(&record, &images, needed, cancel);
        Ok(imported.await?)
    }

    fn site(&self) -> &Arc<Site> {
        &self.images.nodes.site
    }
}
