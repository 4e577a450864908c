//! Early checks of whether a topology can run here.

use model::topology::Topology;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::settings::Extent;
use super::site::Site;
use super::tool;

/// Checks what is known at once, before images are pulled and the worker is built.
pub(super) async fn foresee(
    site: &Site,
    topology: &Topology,
    cancel: &CancellationToken,
) -> Result<(), backend::Error> {
    if site.settings.extent == Extent::Topology {
        let environment = &site.settings.environment;
        artifact::foresee_worker_images(topology, environment).map_err(Error::from)?;
    }
    site.mysql().await?.foresee(topology).await?;
    let version = site.k3d_version(cancel).await?;
    if tool::is_too_old(version) {
        let version = version.to_owned();
        return Err(Error::Old { version }.into());
    }
    Ok(())
}
