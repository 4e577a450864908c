//! The image of the worker: built here, built by Docker, or named by the profile.

use backend::state::Directory;
use backend::{Fetch, Provision};
use docker::Engine;
use model::topology::{Run, Topology, WorkerBuild};

use super::error::Error;
use super::image::{self, Image};
use super::record::ClusterRecord;
use super::settings::Extent;
use super::site::Site;

/// The reference in a plan for an image that was never built.
const NOT_MADE: &str = "worker:not-made-yet";

/// The image of a topology's worker. `None` if the image is built and reaches an infrastructure
/// cluster through a registry.
pub(super) async fn image(
    site: &Site,
    topology: &Topology,
    engine: &Engine,
    provision: Provision<'_>,
) -> Result<Option<Image>, backend::Error> {
    let run = topology.worker().run;
    Ok(match (run, site.settings.extent, provision.fetch) {
        (Run::Image(_), ..) | (_, Extent::Topology, Fetch::Missing) => {
            Some(provided(site, run, engine, provision).await?)
        }
        (_, Extent::Infrastructure, _) => None,
        (_, Extent::Topology, Fetch::Nothing) => Some(earlier(&site.state, topology)?),
    })
}

async fn provided(
    site: &Site,
    run: &Run,
    engine: &Engine,
    provision: Provision<'_>,
) -> Result<Image, backend::Error> {
    let folder = site.state.path().join("images");
    let environment = &site.settings.environment;
    let made = artifact::worker_image(
        run,
        environment,
        &folder,
        provision.events.listener(),
        provision.cancel,
    );
    let made = made.await.map_err(Error::from)?;
    if made.archive.is_some() {
        return Ok(Image {
            // The name of an image that is built here identifies its content.
            id: made.reference.clone(),
            reference: made.reference,
            archive: made.archive,
            build: Some(made.build),
        });
    }
    let provided = image::provide(engine, &[made.reference], provision).await?;
    let image = provided
        .into_iter()
        .next()
        .expect("one image was requested");
    let build = WorkerBuild {
        image: made.build.image.or_else(|| Some(image.id.clone())),
        ..made.build
    };
    Ok(Image {
        build: Some(build),
        ..image
    })
}

/// The worker's image that the cluster has, for a plan that is not carried out.
fn earlier(state: &Directory, topology: &Topology) -> Result<Image, Error> {
    let others = image::references(topology);
    let record = ClusterRecord::read(state)?.damaged_as_none();
    let images = record.and_then(|record| record.images);
    let mut earlier = images.into_iter().flat_map(|imported| imported.ids);
    let (reference, id) = earlier
        .find(|(reference, _)| !others.contains(reference))
        .unwrap_or_else(|| (NOT_MADE.to_owned(), NOT_MADE.to_owned()));
    Ok(Image {
        reference,
        id,
        archive: None,
        build: None,
    })
}
