//! Finds scenarios: by file, by folder, or by name. A name is looked up in the folder `scenarios`
//! first, then among the built-in scenarios.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use model::document;
use scenario::{BUILT_IN, Document};

use super::meant;
use super::target::is_file_name;
use crate::error::{CommandError, Exit};

/// The folder of the scenarios that are looked up by name.
pub(super) const SCENARIOS: &str = "scenarios";

/// Reads every scenario that the words name: in the order of the words, and by name within a
/// folder. Without a word, reads those of the folder `scenarios`, else the built-in ones.
pub(super) fn find(words: &[String]) -> Result<Vec<Document>, CommandError> {
    let documents = match words {
        [] if Utf8Path::new(SCENARIOS).is_dir() => in_folder(Utf8Path::new(SCENARIOS))?,
        [] => BUILT_IN.names().filter_map(Document::built_in).collect(),
        words => {
            let mut documents = Vec::new();
            for word in words {
                let path = Utf8Path::new(word);
                if path.is_dir() {
                    documents.extend(in_folder(path)?);
                } else {
                    documents.push(one(word)?);
                }
            }
            documents
        }
    };
    refuse_namesakes(&documents)?;
    Ok(documents)
}

/// Reads the scenario of a file or a name.
pub(super) fn one(word: &str) -> Result<Document, CommandError> {
    let path = Utf8Path::new(word);
    if is_file_name(word) || path.exists() {
        return file(path);
    }
    let in_folder = Utf8Path::new(SCENARIOS).join(format!("{word}.yaml"));
    if in_folder.exists() {
        return file(&in_folder);
    }
    Document::built_in(word).ok_or_else(|| {
        let folder = files(Utf8Path::new(SCENARIOS)).unwrap_or_default();
        let mut names: Vec<&str> = folder.iter().filter_map(|file| file.file_stem()).collect();
        names.extend(BUILT_IN.names().map(|name| -> &str { name }));
        names.sort_unstable();
        names.dedup();
        let message = format!(
            "there is no scenario `{word}`, neither in `{SCENARIOS}` nor built in{}",
            document::suggestion(word, &names)
        );
        CommandError::new(Exit::Invalid, message)
    })
}

fn file(path: &Utf8Path) -> Result<Document, CommandError> {
    let wrong = |error| {
        let hint = meant::scenario(path);
        hint.into_iter().fold(error, CommandError::hint)
    };
    let text = fs_err::read_to_string(path)
        .map_err(|error| wrong(CommandError::new(Exit::Invalid, error)))?;
    Document::parse(path.as_str(), text)
        .map_err(|error| wrong(CommandError::new(Exit::Invalid, error)))
}

/// Reads every scenario in a folder.
fn in_folder(folder: &Utf8Path) -> Result<Vec<Document>, CommandError> {
    let files = files(folder).map_err(|error| CommandError::new(Exit::Invalid, error))?;
    if files.is_empty() {
        let message = format!("no scenario in {folder}");
        return Err(CommandError::new(Exit::Invalid, message).hint(
            "Name a folder with scenarios, which are files ending in .yaml; see docs/scenario.md.",
        ));
    }
    files.iter().map(|path| file(path)).collect()
}

/// The files in a folder that may be scenarios, by name.
fn files(folder: &Utf8Path) -> std::io::Result<Vec<Utf8PathBuf>> {
    let mut files = Vec::new();
    for entry in folder.read_dir_utf8()? {
        let file = entry?.into_path();
        if matches!(file.extension(), Some("yaml" | "yml")) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Refuses two scenarios of one name: their runs would use the same workflow ids.
fn refuse_namesakes(documents: &[Document]) -> Result<(), CommandError> {
    let mut seen = BTreeMap::new();
    for document in documents {
        let name = &document.scenario.name.value;
        if let Some(first) = seen.insert(name, document.origin()) {
            let message = format!(
                "two scenarios have the name `{name}`: {first} and {}",
                document.origin()
            );
            return Err(CommandError::new(Exit::Invalid, message)
                .hint("Rename one of them, or pass it only once."));
        }
    }
    Ok(())
}
