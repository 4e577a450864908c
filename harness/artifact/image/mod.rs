//! The worker as a container image.
//!
//! On Linux, the harness makes the image itself, without Docker: an executable, which is the
//! harness or what cargo built, and the libraries that it loads (`docs/worker-image.md` has the
//! reasons and measurements). On other systems, the image of the example worker is a published one,
//! and Docker builds the one of a folder with its Dockerfile, as it does everywhere for a folder
//! without a Cargo package.

mod archive;
mod build;
mod closure;
mod elf;
mod error;
mod layer;
mod layout;
mod worker_image;

use std::collections::BTreeMap;

use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use model::image_name::is_reference;
use model::topology::{Run, ServiceName, Topology, Worker, WorkerBuild};
use tokio_util::sync::CancellationToken;

use self::build::{DOCKER, Recipe};
use self::closure::Closure;
use self::layer::Layer;
use self::layout::Entry;
use super::program::content;
use super::{Error, cargo};

pub use self::error::Error as ImageError;
pub use self::worker_image::WorkerImage;

const DOCKERFILE: &str = "Dockerfile";

/// The image of the harness of this version, if whoever built the harness publishes one.
const PUBLISHED: Option<&str> = option_env!("HARNESS_PUBLISHED_IMAGE");

/// The configuration of the dynamic loader.
const LOADER_CONFIGURATION: &str = "/etc/ld.so.conf";

/// Makes the images of a topology's workers, by service, or takes those that the profile names.
/// Keeps each in a folder of its own, below `folder`, which nobody else may use meanwhile.
pub async fn worker_images(
    topology: &Topology,
    environment: &Environment,
    folder: &Utf8Path,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<BTreeMap<ServiceName, WorkerImage>, Error> {
    let mut images = BTreeMap::new();
    for Worker { service, run, .. } in topology.workers() {
        let folder = folder.join(service.name.as_str());
        let image = worker_image(run, environment, &folder, news, cancel).await?;
        images.insert(service.name.clone(), image);
    }
    Ok(images)
}

/// Whether [`worker_images`] can succeed, as far as can be checked without running a tool.
pub fn foresee_worker_images(topology: &Topology, environment: &Environment) -> Result<(), Error> {
    let mut workers = topology.workers();
    workers.try_for_each(|worker| foresee_worker_image(worker.run, environment))
}

/// Makes the image of a worker, or returns the one that the profile names. Keeps the result in
/// `folder`, which nobody else may use meanwhile.
pub async fn worker_image(
    run: &Run,
    environment: &Environment,
    folder: &Utf8Path,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<WorkerImage, Error> {
    match run {
        Run::Command(_) => Err(ImageError::Command.into()),
        Run::Image(reference) => Ok(WorkerImage::named(reference)),
        Run::BuiltIn => match BuiltIn::of(cfg!(target_os = "linux"), PUBLISHED)? {
            BuiltIn::Made => {
                let harness = base::tool::this_file();
                from_executable(harness, Entry::HARNESS, folder.to_owned()).await
            }
            BuiltIn::Published(reference) => Ok(WorkerImage::named(reference)),
        },
        Run::Build(source) => {
            let source = source.as_ref();
            if let Some(recipe) = recipe(source, environment, cancel).await? {
                return recipe.build(environment, folder, news, cancel).await;
            }
            let worker = cargo::build(source, environment, news, cancel).await?;
            from_executable(worker, Entry::WORKER, folder.to_owned()).await
        }
    }
}

fn foresee_worker_image(run: &Run, environment: &Environment) -> Result<(), Error> {
    let source: &Utf8Path = match run {
        Run::BuiltIn => {
            BuiltIn::of(cfg!(target_os = "linux"), PUBLISHED)?;
            return Ok(());
        }
        Run::Command(_) => return Err(ImageError::Command.into()),
        Run::Image(reference) if is_reference(reference) => return Ok(()),
        Run::Image(reference) => {
            let reference = reference.clone();
            return Err(ImageError::Reference { reference }.into());
        }
        Run::Build(source) => source.as_ref(),
    };
    let method = BuildMethod::of(source)?;
    if method != BuildMethod::Folder {
        cargo::foresee(source, environment)?;
    }
    if method == BuildMethod::Package {
        return Ok(());
    }
    environment.require(DOCKER).map(drop).map_err(|source| {
        let act = "build the worker's image".to_owned();
        ImageError::Docker { act, source }.into()
    })
}

/// The image of the example worker, if it is not made from the running harness.
pub(super) fn published_image() -> Option<&'static str> {
    match BuiltIn::of(cfg!(target_os = "linux"), PUBLISHED) {
        Ok(BuiltIn::Published(reference)) => Some(reference),
        Ok(BuiltIn::Made) | Err(_) => None,
    }
}

/// Whether the harness itself makes the image of a folder, from a Cargo package.
pub(super) fn is_made_here(source: &Utf8Path) -> bool {
    BuildMethod::of(source).is_ok_and(|method| method == BuildMethod::Package)
}

/// Where the image of the example worker comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BuiltIn<'a> {
    /// From the file of the running harness.
    Made,
    /// From a registry, by this reference.
    Published(&'a str),
}

impl<'a> BuiltIn<'a> {
    /// Only the harness for Linux runs in a container.
    fn of(linux: bool, published: Option<&'a str>) -> Result<Self, ImageError> {
        match published {
            _ if linux => Ok(Self::Made),
            Some(reference) => Ok(Self::Published(reference)),
            None => Err(ImageError::NotPublished),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BuildMethod {
    /// By the harness, from a Cargo package.
    Package,
    /// By Docker, from the workspace of a Cargo package.
    Workspace,
    /// By Docker, from the folder alone.
    Folder,
}

impl BuildMethod {
    fn of(source: &Utf8Path) -> Result<Self, ImageError> {
        let folder = || source.to_owned();
        let has = |file| source.join(file).is_file();
        match (has("Cargo.toml"), has(DOCKERFILE)) {
            (true, _) if cfg!(target_os = "linux") => Ok(Self::Package),
            (true, true) => Ok(Self::Workspace),
            (false, true) => Ok(Self::Folder),
            (true, false) => Err(ImageError::Dockerfile { folder: folder() }),
            (false, false) => Err(ImageError::Recipe { folder: folder() }),
        }
    }
}

/// How Docker builds the image of a folder; `None` if the harness makes it from a Cargo package.
async fn recipe(
    source: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<Option<Recipe>, Error> {
    let context = match BuildMethod::of(source)? {
        BuildMethod::Package => return Ok(None),
        // A workspace package needs the other packages of the workspace.
        BuildMethod::Workspace => cargo::workspace(source, environment, cancel).await?,
        BuildMethod::Folder => source.to_owned(),
    };
    let file = source.join(DOCKERFILE);
    Ok(Some(Recipe { context, file }))
}

/// The image of an executable and of the libraries that it loads.
async fn from_executable(
    executable: Utf8PathBuf,
    entry: Entry,
    folder: Utf8PathBuf,
) -> Result<WorkerImage, Error> {
    let made = tokio::task::spawn_blocking(move || {
        let arguments: Vec<String> = entry.arguments.iter().map(ToString::to_string).collect();
        let program = content(&executable, &arguments).map_err(ImageError::Read)?;
        let layer = layer(&executable, entry)?;
        Ok::<_, ImageError>((program, archive::provide(&layer, entry, &folder)?))
    });
    let (program, archive) = made
        .await
        .map_err(|error| ImageError::Read(error.into()))??;
    let reference = archive.image.reference();
    Ok(WorkerImage {
        archive: Some(archive.path),
        build: WorkerBuild {
            program: Some(program),
            image: Some(format!("sha256:{}", archive.image.id)),
            reference: Some(reference.clone()),
        },
        reference,
    })
}

/// All files in the worker's container.
fn layer(executable: &Utf8Path, entry: Entry) -> Result<Layer, ImageError> {
    let folders = closure::folders(LOADER_CONFIGURATION.into());
    let closure = Closure::of(executable, &folders)?.ok_or_else(|| ImageError::Executable {
        path: executable.to_owned(),
    })?;
    let mut layer = Layer::default();
    layer.text(
        "etc/passwd",
        "root:x:0:0:root:/:/sbin/nologin\nworker:x:65532:65532:worker:/:/sbin/nologin\n",
    );
    layer.text("etc/group", "root:x:0:\nworker:x:65532:\n");
    layer.text("etc/nsswitch.conf", "hosts: files dns\n");
    layer.copy(entry.executable, executable);
    for (name, path) in &closure.libraries {
        layer.copy(Utf8Path::new(layout::LIBRARIES).join(name).as_str(), path);
    }
    if let Some(loader) = &closure.interpreter {
        layer.copy(loader.as_str(), loader);
    }
    Ok(layer)
}

#[cfg(test)]
mod tests;
