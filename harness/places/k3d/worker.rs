//! The image of the worker: made here, built by Docker, or named by the profile.

use backend::{Fetch, Provision};
use docker::Engine;
use model::topology::{Run, Topology, WorkerBuild};

use super::backend::K3dBackend;
use super::error::Error;
use super::image::Image;
use super::images;

/// What a plan that is not carried out calls an image that was never made.
const NOT_MADE: &str = "worker:not-made-yet";

impl K3dBackend {
    /// The image of a topology's worker.
    pub(super) async fn worker_image(
        &self,
        topology: &Topology,
        engine: &Engine,
        provision: Provision<'_>,
    ) -> Result<Image, backend::Error> {
        let run = topology.worker_run();
        if provision.fetch == Fetch::Nothing && !matches!(run, Run::Image(_)) {
            return Ok(self.earlier_worker(topology)?);
        }
        let folder = self.state().path().join("images");
        let environment = &self.settings().environment;
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
                // The name of an image that is made here says what is in it.
                id: made.reference.clone(),
                reference: made.reference,
                archive: made.archive,
                build: Some(made.build),
            });
        }
        let provided = images::provide(engine, &[made.reference], provision).await?;
        let image = provided.into_iter().next().expect("one was asked for");
        let build = WorkerBuild {
            image: made.build.image.or_else(|| Some(image.id.clone())),
            ..made.build
        };
        Ok(Image {
            build: Some(build),
            ..image
        })
    }

    /// The image that the cluster has for the worker, for a plan that is not carried out.
    fn earlier_worker(&self, topology: &Topology) -> Result<Image, Error> {
        let others = images::references(topology);
        let record = self.record()?.and_then(|record| record.images);
        let mut earlier = record.into_iter().flat_map(|imported| imported.ids);
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
}
