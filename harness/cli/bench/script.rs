//! The steps by hand as a shell script, without a person's pauses.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base::tool::{Environment, Family, Stream, Tool};
use camino::Utf8PathBuf;
use tokio_util::sync::CancellationToken;

use super::Error;
use super::dev_server::recreate;
use super::timeline::Work;

/// The deadlines of `up` and of `down`.
const UP: Duration = Duration::from_mins(15);
const DOWN: Duration = Duration::from_mins(2);

/// The prefix of a line that names a finished part.
const DONE: &str = "done: ";

/// A script with two verbs. `up` brings the topology up and waits for the first workflow's result;
/// `down` takes it down. Prints `done: PART` after each part.
#[derive(Debug, Clone)]
pub struct Script {
    pub text: &'static str,
    /// The script's own folder.
    pub folder: Utf8PathBuf,
    /// The variables that the script gets.
    pub variables: BTreeMap<&'static str, String>,
    /// The environment of this process.
    pub environment: Environment,
}

impl Script {
    /// Runs `up`. Returns the time until the first workflow's result, and the parts.
    pub(super) async fn start(&self) -> Result<(Duration, Vec<Work>), Error> {
        recreate(&self.folder)?;
        let started = Instant::now();
        let mut parts: Vec<Work> = Vec::new();
        let up = self.tool("up", UP)?;
        let ran = up
            .lines(&CancellationToken::new(), |stream, line| {
                let part = line.strip_prefix(DONE);
                if let (Stream::Output, Some(part)) = (stream, part) {
                    parts.push(Work {
                        what: part.to_owned(),
                        begin: parts.last().map_or(0.0, |last| last.end),
                        end: started.elapsed().as_secs_f64(),
                    });
                }
            })
            .await;
        let took = started.elapsed();
        ran.map_err(Error::ByHand)?;
        Ok((took, parts))
    }

    /// Runs `down`, also after a failed `up`.
    pub(super) async fn stop(&self) -> Result<(), Error> {
        let never = CancellationToken::new();
        let down = self.tool("down", DOWN)?.output(&never).await;
        down.map(drop).map_err(Error::ByHand)
    }

    fn tool(&self, verb: &str, deadline: Duration) -> Result<Tool, Error> {
        let path = self.folder.join("by-hand.sh");
        let made =
            fs_err::create_dir_all(&self.folder).and_then(|()| fs_err::write(&path, self.text));
        made.map_err(|source| Error::Folder {
            path: path.clone(),
            source,
        })?;
        let bash = Tool::new("bash", Family::Container, &self.environment, deadline);
        let bash = bash
            .map_err(Error::ByHand)?
            .arguments([path.as_str(), verb]);
        let bash = bash.variable("FOLDER", self.folder.as_str());
        let variables = self.variables.iter();
        Ok(variables.fold(bash, |bash, (name, value)| bash.variable(name, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(folder: &camino::Utf8Path, text: &'static str) -> Script {
        Script {
            text,
            folder: folder.join("own"),
            variables: BTreeMap::from([("WORD", "two".to_owned())]),
            environment: Environment::of_process(),
        }
    }

    #[tokio::test]
    async fn parts_are_read_in_order_and_other_lines_are_ignored() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("text");
        let script = script(
            folder,
            "case $1 in up) echo done: one; echo talk; echo done: $WORD; echo done: not >&2;; \
             down) rm $FOLDER/by-hand.sh;; esac",
        );
        let (took, parts) = script.start().await.expect("it runs");
        let names: Vec<&str> = parts.iter().map(|part| &*part.what).collect();
        assert_eq!(names, ["one", "two"]);
        assert!(parts[0].end <= parts[1].end && (parts[0].end - parts[1].begin).abs() < 1e-9);
        assert!(parts[1].end <= took.as_secs_f64());
        script.stop().await.expect("it runs");
        assert!(!folder.join("own/by-hand.sh").exists());
    }

    #[tokio::test]
    async fn a_failed_step_is_reported_with_its_output() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("text");
        let script = script(folder, "echo no such image >&2; exit 1");
        let error = script.start().await;
        let Err(Error::ByHand(error)) = error else {
            panic!("it fails: {error:?}");
        };
        assert!(error.to_string().contains("no such image"), "{error}");
    }
}
