//! The worker as a container image.
//!
//! On Linux, the harness makes the image itself, without Docker: the executable that cargo built
//! and the libraries that it loads (`docs/worker-image.md` has the reasons and measurements). On
//! other systems, and for a folder without a Cargo package, Docker builds it with the folder's
//! Dockerfile.

mod archive;
mod build;
mod closure;
mod elf;
mod error;
mod layer;
mod layout;
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

const DOCKERFILE: &str = "Dockerfile";

/// The configuration of the dynamic loader.
const LOADER_CONFIGURATION: &str = "/etc/ld.so.conf";

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

/// Whether [`worker_image`] can succeed, as far as can be checked without running a tool.
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

/// Whether the harness itself makes the image of a folder, from a Cargo package.
pub(super) fn is_made_here(source: &Utf8Path) -> bool {
    BuildMethod::of(source).is_ok_and(|method| method == BuildMethod::Package)
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

/// All files in the worker's container.
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

#[cfg(test)]
mod tests;
