//! Reads and resolves scenarios, so that every error in them is found before anything starts.

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

/// A scenario with its resolution.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) document: Document,
    pub(super) seed: u64,
    pub(super) resolution: Resolution,
}

/// Reads every scenario below the paths: in the order of the paths, and by name within a folder.
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

/// Refuses two scenarios of one name: their runs would use the same workflow ids.
fn refuse_namesakes(documents: &[Document]) -> Result<(), CommandError> {
    let mut seen = BTreeMap::new();
    for document in documents {
        let name = &document.scenario.name.value;
        if let Some(first) = seen.insert(name, document.name()) {
            let message = format!(
                "two scenarios have the name `{name}`: {first} and {}",
                document.name()
            );
            return Err(CommandError::new(Exit::Invalid, message)
                .hint("Rename one of them, or pass its file only once."));
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
            CommandError::new(Exit::Invalid, format!("no scenario in {path}")).hint(
                "Name a folder with scenarios, which are files ending in .yaml; see \
                 docs/scenario.md.",
            ),
        );
    }
    Ok(files)
}

/// Resolves every document in the environment of a session.
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
    // The millisecond makes the name of each run unique.
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

/// A random seed, short enough to type.
fn random() -> u64 {
    RandomState::new().build_hasher().finish() & 0xffff_ffff
}
