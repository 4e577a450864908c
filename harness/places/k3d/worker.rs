//! The images of the workers: made here, built by Docker, or named by the profile.

use std::collections::BTreeMap;

use backend::state::Directory;
use backend::{Fetch, Provision};
use docker::Engine;
use model::topology::{Run, ServiceName, Topology, WorkerBuild, WorkerBuilds};

use super::error::Error;
use super::image::{self, Image};
use super::record::ClusterRecord;
use super::settings::Extent;
use super::site::Site;

/// The reference in a plan for an image that was never built.
const NOT_MADE: &str = "worker:not-made-yet";

/// The images of the workers.
#[derive(Debug, Default)]
pub(super) struct WorkerImages {
    /// Each image once.
    pub(super) images: Vec<Image>,
    /// The reference of each worker's image.
    pub(super) references: BTreeMap<ServiceName, String>,
    /// The builds in them, where they are known.
    pub(super) builds: WorkerBuilds,
}

impl WorkerImages {
    fn add(&mut self, service: &ServiceName, image: Image, build: Option<WorkerBuild>) {
        let reference = image.reference.clone();
        self.references.insert(service.clone(), reference);
        self.builds
            .0
            .extend(build.map(|build| (service.clone(), build)));
        if !self.images.contains(&image) {
            self.images.push(image);
        }
    }
}

/// The images of a topology's workers. `None` if one of them is built and reaches an infrastructure
/// cluster through a registry.
pub(super) async fn images(
    site: &Site,
    topology: &Topology,
    engine: &Engine,
    provision: Provision<'_>,
) -> Result<Option<WorkerImages>, backend::Error> {
    let named = topology
        .workers()
        .all(|worker| matches!(worker.run, Run::Image(_)));
    Ok(match (named, site.settings.extent, provision.fetch) {
        (true, ..) | (_, Extent::Topology, Fetch::Missing) => {
            Some(provided(site, topology, engine, provision).await?)
        }
        (_, Extent::Infrastructure, _) => None,
        (_, Extent::Topology, Fetch::Nothing) => Some(earlier(&site.state, topology)?),
    })
}

async fn provided(
    site: &Site,
    topology: &Topology,
    engine: &Engine,
    provision: Provision<'_>,
) -> Result<WorkerImages, backend::Error> {
    let folder = site.state.path().join("images");
    let environment = &site.settings.environment;
    let made = artifact::worker_images(
        topology,
        environment,
        &folder,
        provision.events.listener(),
        provision.cancel,
    );
    let mut images = WorkerImages::default();
    for (service, made) in made.await.map_err(Error::from)? {
        if made.archive.is_some() {
            let image = Image {
                // The name of an image that is built here identifies its content.
                id: made.reference.clone(),
                reference: made.reference,
                archive: made.archive,
            };
            images.add(&service, image, Some(made.build));
            continue;
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
        images.add(&service, image, Some(build));
    }
    Ok(images)
}

/// The workers' images that the cluster has, for a plan that is not carried out.
fn earlier(state: &Directory, topology: &Topology) -> Result<WorkerImages, Error> {
    let record = ClusterRecord::read(state)?.damaged_as_none();
    let imported = record.and_then(|record| record.images);
    let mut images = WorkerImages::default();
    for worker in topology.workers() {
        let service = &worker.service.name;
        let known = imported.as_ref().and_then(|imported| {
            let reference = imported.workers.0.get(service)?.reference.clone()?;
            let id = imported.ids.get(&reference)?.clone();
            Some((reference, id))
        });
        let (reference, id) = known.unwrap_or_else(|| (NOT_MADE.to_owned(), NOT_MADE.to_owned()));
        let image = Image {
            reference,
            id,
            archive: None,
        };
        images.add(service, image, None);
    }
    Ok(images)
}
