//! The worker as a container image.
//!
//! On Linux the image is made here, without Docker: the executable that cargo built, the libraries
//! it loads, and nothing else (`docs/worker-image.md` says why and what it measures). Elsewhere, and
//! for a folder that has no Cargo package, Docker builds it by the folder's Dockerfile.

mod archive;
mod build;
mod closure;
mod elf;
mod error;
mod layer;
mod layout;
#[cfg(test)]
mod tests;
mod worker_image;

use base::news::Listener;
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use model::image_name::is_reference;
use model::topology::{Run, WorkerBuild};
use tokio_util::sync::CancellationToken;

use self::build::{DOCKER, Recipe};
use self::closure::Closure;
use self::layer::Layer;
use super::program::content;
use super::{Error, cargo};

pub use self::error::Error as ImageError;
pub use self::worker_image::WorkerImage;

/// The file that Docker builds by.
const DOCKERFILE: &str = "Dockerfile";

/// Where the loader's configuration is.
const LOADER_CONFIGURATION: &str = "/etc/ld.so.conf";

/// Makes the image of a worker, or says which it is. What is made is kept in `folder`, which is the
/// caller's alone while this runs.
pub async fn worker_image(
    run: &Run,
    environment: &Environment,
    folder: &Utf8Path,
    news: &Listener,
    cancel: &CancellationToken,
) -> Result<WorkerImage, Error> {
    match run {
        Run::Command(_) => Err(ImageError::Command.into()),
        Run::Image(reference) => Ok(WorkerImage {
            reference: reference.clone(),
            archive: None,
            build: WorkerBuild {
                reference: Some(reference.clone()),
                ..WorkerBuild::default()
            },
        }),
        Run::Build(source) => {
            let source = source.as_ref();
            if let Some(recipe) = recipe(source, environment, cancel).await? {
                return recipe.build(environment, folder, news, cancel).await;
            }
            let worker = cargo::build(source, environment, news, cancel).await?;
            from_executable(worker, folder.to_owned()).await
        }
    }
}

/// Whether [`worker_image`] can succeed, as far as one can see without running anything.
pub fn foresee_worker_image(run: &Run, environment: &Environment) -> Result<(), Error> {
    let source: &Utf8Path = match run {
        Run::Command(_) => return Err(ImageError::Command.into()),
        Run::Image(reference) if is_reference(reference) => return Ok(()),
        Run::Image(reference) => {
            let reference = reference.clone();
            return Err(ImageError::Reference { reference }.into());
        }
        Run::Build(source) => source.as_ref(),
    };
    let way = Way::of(source)?;
    if way != Way::Folder {
        cargo::foresee(source, environment)?;
    }
    if way == Way::Package {
        return Ok(());
    }
    environment.require(DOCKER).map(drop).map_err(|source| {
        let act = "build the worker's image".to_owned();
        ImageError::Docker { act, source }.into()
    })
}

/// Whether the image of a folder is made here, of a Cargo package.
pub(super) fn is_made_here(source: &Utf8Path) -> bool {
    Way::of(source).is_ok_and(|way| way == Way::Package)
}

/// How the image of a folder is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Here, of a Cargo package.
    Package,
    /// By Docker, of the workspace of a Cargo package.
    Workspace,
    /// By Docker, of the folder alone.
    Folder,
}

impl Way {
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

/// How Docker builds the image of a folder; `None` where it is made here, of a Cargo package.
async fn recipe(
    source: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<Option<Recipe>, Error> {
    let context = match Way::of(source)? {
        Way::Package => return Ok(None),
        // A package of a workspace is compiled with what is beside it.
        Way::Workspace => cargo::workspace(source, environment, cancel).await?,
        Way::Folder => source.to_owned(),
    };
    let file = source.join(DOCKERFILE);
    Ok(Some(Recipe { context, file }))
}

/// The image of an executable and what it loads.
async fn from_executable(worker: Utf8PathBuf, folder: Utf8PathBuf) -> Result<WorkerImage, Error> {
    let made = tokio::task::spawn_blocking(move || {
        let program = content(&worker, &[]).map_err(ImageError::Read)?;
        let layer = layer(&worker)?;
        Ok::<_, ImageError>((program, archive::provide(&layer, &folder)?))
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

/// Everything that a container of the worker has.
fn layer(worker: &Utf8Path) -> Result<Layer, ImageError> {
    let folders = closure::folders(LOADER_CONFIGURATION.into());
    let closure = Closure::of(worker, &folders)?.ok_or_else(|| ImageError::Executable {
        path: worker.to_owned(),
    })?;
    let mut layer = Layer::default();
    layer.text(
        "etc/passwd",
        "root:x:0:0:root:/:/sbin/nologin\nworker:x:65532:65532:worker:/:/sbin/nologin\n",
    );
    layer.text("etc/group", "root:x:0:\nworker:x:65532:\n");
    layer.text("etc/nsswitch.conf", "hosts: files dns\n");
    layer.copy(layout::WORKER, worker);
    for (name, path) in &closure.libraries {
        layer.copy(Utf8Path::new(layout::LIBRARIES).join(name).as_str(), path);
    }
    if let Some(loader) = &closure.interpreter {
        layer.copy(loader.as_str(), loader);
    }
    Ok(layer)
}
