//! The folder that a served Azure is kept in: an empty one, or one that has an Azure already. Any
//! other has files that are somebody's own.

use std::io;

use base::file::{present, read_json};
use camino::Utf8Path;
use serde_json::Value;

use crate::error::{CommandError, Exit};

/// All that one that was served leaves in its folder.
const OWN: [&str; 5] = ["lock", "secrets", "authority.pem", "az", "cloud"];

/// What names another folder.
pub(super) const ANOTHER: &str = "`--state FOLDER` names another folder for its state";

/// What is in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// No Azure, and nothing else.
    Nothing,
    /// An Azure with so many resources.
    Azure(usize),
}

/// Looks into a folder, which need not be there; refuses one that is somebody's own.
pub(super) fn look(folder: &Utf8Path) -> Result<Kept, CommandError> {
    passable(folder)?;
    let cloud = folder.join("cloud/cloud.json");
    // What it says is read by whoever starts it, who tells what is wrong with it.
    if let Some(text) = present(fs_err::read(&cloud)).map_err(unusable)? {
        let cloud: Value = serde_json::from_slice(&text).unwrap_or_default();
        let resources = cloud["resources"].as_object();
        return Ok(Kept::Azure(resources.map_or(0, serde_json::Map::len)));
    }
    let names = names(folder)?;
    let is_own = |name: &String| OWN.contains(&name.as_str());
    let served = names.iter().any(|name| name == "lock") && names.iter().all(is_own);
    if names.is_empty() || served || is_of_rehearsal(folder) {
        return Ok(Kept::Nothing);
    }
    let example = names.iter().find(|name| !is_own(name));
    let example = example.or(names.first()).map_or("", String::as_str);
    let message = format!(
        "{folder} has no Azure in it, but other files, such as `{example}`: they are left alone"
    );
    Err(CommandError::new(Exit::Usage, message)
        .hint("`--state FOLDER` names an empty or new folder, or one that has such an Azure"))
}

/// Whether it is the state folder of a rehearsal, which may have no Azure yet.
fn is_of_rehearsal(folder: &Utf8Path) -> bool {
    let header: io::Result<Option<Value>> = read_json(&folder.join("state.json"));
    header.is_ok_and(|header| header.is_some_and(|it| it["backend"] == "azure-rehearsal"))
}

fn names(folder: &Utf8Path) -> Result<Vec<String>, CommandError> {
    let Some(entries) = present(folder.read_dir_utf8()).map_err(unusable)? else {
        return Ok(Vec::new());
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_owned()));
    let names: io::Result<Vec<String>> = names.collect();
    let mut names = names.map_err(unusable)?;
    names.sort();
    Ok(names)
}

fn no_folder(path: &Utf8Path) -> CommandError {
    CommandError::new(
        Exit::Usage,
        format!("`--state` names {path}, which is no folder"),
    )
    .hint("`--state FOLDER` names an empty or new folder, or one that has such an Azure")
}

/// A folder that cannot be looked into, made or written to.
pub(super) fn unusable(error: io::Error) -> CommandError {
    CommandError::new(Exit::Unavailable, error).hint(ANOTHER)
}

/// Refuses a path that names a file, or goes through one.
fn passable(folder: &Utf8Path) -> Result<(), CommandError> {
    let there = folder.ancestors().find(|path| path.exists());
    match there.filter(|path| !path.is_dir()) {
        Some(file) => Err(no_folder(file)),
        None => Ok(()),
    }
}
