//! From paths to resolved scenarios: everything that can be wrong is found before anything starts.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use backend::Backend;
use backend::run_id::RunId;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};
use scenario::{Document, Environment, Resolution};

use crate::error::{CommandError, Exit};
use crate::verb::meant;
use crate::verb::session::Session;

/// A scenario with what it resolved to.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) document: Document,
    pub(super) seed: u64,
    pub(super) resolution: Resolution,
}

/// Reads every scenario below the paths, in the order of the paths and of the names in a folder.
pub(super) fn read(paths: &[Utf8PathBuf]) -> Result<Vec<Document>, CommandError> {
    let mut documents = Vec::new();
    for path in paths {
        for file in files(path)? {
            let wrong = |error| {
                let hint = meant::scenario(&file);
                hint.into_iter().fold(error, CommandError::hint)
            };
            let text = fs_err::read_to_string(&file)
                .map_err(|error| wrong(CommandError::new(Exit::Invalid, error)))?;
            let document = Document::parse(file.as_str(), text)
                .map_err(|error| wrong(CommandError::new(Exit::Invalid, error)))?;
            documents.push(document);
        }
    }
    refuse_namesakes(&documents)?;
    Ok(documents)
}

/// Two runs of one name in one invocation would be one run: their workflow ids are the same.
fn refuse_namesakes(documents: &[Document]) -> Result<(), CommandError> {
    let mut seen = BTreeMap::new();
    for document in documents {
        let name = &document.scenario.name.value;
        if let Some(first) = seen.insert(name, document.name()) {
            let message = format!(
                "two scenarios are called `{name}`: {first} and {}",
                document.name()
            );
            return Err(CommandError::new(Exit::Invalid, message)
                .hint("rename one of them, or name its file once"));
        }
    }
    Ok(())
}

fn files(path: &Utf8Path) -> Result<Vec<Utf8PathBuf>, CommandError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error: std::io::Error| CommandError::new(Exit::Invalid, error);
    let mut files = Vec::new();
    for entry in path.read_dir_utf8().map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.into_path();
        if matches!(file.extension(), Some("yaml" | "yml")) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(
            CommandError::new(Exit::Invalid, format!("there is no scenario in {path}"))
                .hint("a scenario is a file ending in .yaml; see docs/scenario.md"),
        );
    }
    Ok(files)
}

/// Resolves every document on the environment of a session.
pub(super) fn resolve<B: Backend>(
    documents: Vec<Document>,
    seed: Option<u64>,
    session: &Session<B>,
) -> Result<Vec<Resolved>, CommandError> {
    let levers = session.backend.levers(&session.topology);
    let environment = Environment {
        topology: &session.topology,
        place: &session.place,
        levers: &levers,
    };
    // No two runs share a name, which a millisecond tells apart.
    let now = Timestamp::now();
    documents
        .into_iter()
        .zip(0..)
        .map(|(document, index)| {
            let seed = seed.or(document.scenario.seed).unwrap_or_else(random);
            let resolution = scenario::resolve(
                &document,
                seed,
                RunId::new(seed, now + SignedDuration::from_millis(index)),
                environment,
            )
            .map_err(|error| CommandError::new(Exit::Invalid, error))?;
            Ok(Resolved {
                document,
                seed,
                resolution,
            })
        })
        .collect()
}

/// A seed that nobody chose; short enough to be typed again.
fn random() -> u64 {
    RandomState::new().build_hasher().finish() & 0xffff_ffff
}
