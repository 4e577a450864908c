//! Builds an image with a Dockerfile and `docker build`.

use std::time::Duration;

use base::news::{Listener, Progress};
use base::tool::{self, Environment, Family, Tool};
use camino::{Utf8Path, Utf8PathBuf};
use model::topology::WorkerBuild;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::worker_image::{REPOSITORY, WorkerImage};

pub(super) const DOCKER: &str = "docker";

/// How long a build may take, including a complete compilation, and how long tagging may take.
const BUILD: Duration = Duration::from_mins(45);
const TAG: Duration = Duration::from_mins(1);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recipe {
    /// The build context.
    pub(super) context: Utf8PathBuf,
    pub(super) file: Utf8PathBuf,
}

impl Recipe {
    /// Builds the image and names it by its id, so that other content has another name. Docker's
    /// own cache skips steps that are up to date.
    pub(super) async fn build(
        &self,
        environment: &Environment,
        folder: &Utf8Path,
        news: &Listener,
        cancel: &CancellationToken,
    ) -> Result<WorkerImage, crate::Error> {
        let record = folder.join("worker.id");
        fs_err::create_dir_all(folder).map_err(Error::Write)?;
        let arguments = [
            "build",
            "--file",
            self.file.as_str(),
            "--iidfile",
            record.as_str(),
            self.context.as_str(),
        ];
        let mut progress = Progress::new(format!("build the image of {}", self.context), news);
        let docker = |deadline| Tool::new(DOCKER, Family::Container, environment, deadline);
        let built = async {
            let docker = docker(BUILD)?.arguments(arguments);
            let docker = docker.variable("BUILDKIT_PROGRESS", "plain");
            docker
                .lines(cancel, |_, line| {
                    if let Some((done, total)) = progress_of(line) {
                        progress.at(done, Some(total));
                    }
                })
                .await
        };
        built
            .await
            .map_err(failed(format!("build the image of {}", self.context)))?;
        let id = fs_err::read_to_string(&record).map_err(Error::Read)?;
        let reference = reference(&id);
        let named = async {
            docker(TAG)?
                .arguments(["tag", &*id, &*reference])
                .output(cancel)
                .await
        };
        named
            .await
            .map_err(failed(format!("tag the image as {reference}")))?;
        progress.finish();
        Ok(WorkerImage {
            archive: None,
            build: WorkerBuild {
                program: None,
                image: Some(id.trim().to_owned()),
                reference: Some(reference.clone()),
            },
            reference,
        })
    }
}

fn failed(act: String) -> impl FnOnce(tool::Error) -> crate::Error {
    move |source| match source {
        tool::Error::Interrupted { .. } => crate::Error::Interrupted,
        source => Error::Docker { act, source }.into(),
    }
}

/// The reference of an image with this id (`sha256:...`).
fn reference(id: &str) -> String {
    let digits = id.trim().trim_start_matches("sha256:");
    format!("{REPOSITORY}:{}", digits.get(..12).unwrap_or(digits))
}

/// Parses the builders' lines for the step that begins: `Step 3/9 : COPY . .`, or from `BuildKit`,
/// `#8 [build 3/6] COPY . .`.
fn progress_of(line: &str) -> Option<(u64, u64)> {
    let counts = if let Some(rest) = line.strip_prefix("Step ") {
        rest.split_once(" :")?.0
    } else {
        let (_, rest) = line.strip_prefix('#')?.split_once(" [")?;
        let (stage, _) = rest.split_once(']')?;
        stage.rsplit(' ').next()?
    };
    let (done, total) = counts.trim().split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use testing::machine;

    use super::*;

    #[test]
    fn steps_of_both_builders_are_parsed() {
        assert_eq!(progress_of("Step 3/9 : COPY . ."), Some((3, 9)));
        assert_eq!(progress_of("#8 [build 3/6] COPY . ."), Some((3, 6)));
        assert_eq!(progress_of("#5 [2/2] RUN true"), Some((2, 2)));
        for other in [
            "#1 [internal] load build definition from Dockerfile",
            "#8 0.512 [info] 1/2",
            " ---> 7d7c2ca2b39c",
            "Step by step",
        ] {
            assert_eq!(progress_of(other), None, "{other}");
        }
    }

    async fn build(script: &str) -> Result<WorkerImage, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        machine::tool(folder, "docker", script);
        let news = Listener::silent();
        let recipe = Recipe {
            context: "app".into(),
            file: "app/Dockerfile".into(),
        };
        let environment = machine::environment(folder);
        let never = CancellationToken::new();
        let state = folder.join("state");
        let built = recipe.build(&environment, &state, &news, &never);
        built.await.map_err(|error| error.with_causes())
    }

    #[tokio::test]
    async fn an_image_is_named_by_its_id_and_a_failure_shows_the_output_of_docker() {
        let image = build(r#"[ "$1" = tag ] || printf sha256:0123456789abcdef > "$5""#).await;
        assert_eq!(
            image.expect("it is built").reference,
            "harness.local/worker:0123456789ab"
        );
        let error = build("echo 'unknown instruction: FORM' >&2; exit 1").await;
        insta::assert_snapshot!(error.expect_err("it fails"), @"
        could not build the image of app: `docker build` ended with exit status: 1
            unknown instruction: FORM
        ");
    }
}
