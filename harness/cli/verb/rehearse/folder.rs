//! The state folder of `rehearse serve`: an empty folder, or one that already contains a built-in
//! Azure. Any other folder contains a user's files and is refused.

use std::io;

use base::file::{present, read_json};
use camino::Utf8Path;
use serde_json::Value;

use crate::error::{CommandError, Exit};

/// Every name that `rehearse serve` leaves in its folder.
const OWN: [&str; 5] = ["lock", "secrets", "authority.pem", "az", "cloud"];

/// The hint to choose another folder.
pub(super) const ANOTHER: &str = "Name another folder with `--state FOLDER`.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing.
    Nothing,
    /// A built-in Azure with this number of resources.
    Azure(usize),
}

/// Inspects a folder, which may be absent; refuses one with a user's files.
pub(super) fn look(folder: &Utf8Path) -> Result<Kept, CommandError> {
    passable(folder)?;
    let cloud = folder.join("cloud/cloud.json");
    // The start reads its contents and reports errors in them.
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
    let message =
        format!("{folder} contains other files, such as `{example}`, and no built-in Azure");
    Err(CommandError::new(Exit::Usage, message)
        .hint("Name a new or empty folder, or one with a built-in Azure, with `--state FOLDER`."))
}

/// Whether it is the state folder of a rehearsal, which may not contain a built-in Azure yet.
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
        format!("`--state` names {path}, which is not a folder"),
    )
    .hint("Name a new or empty folder, or one with a built-in Azure, with `--state FOLDER`.")
}

/// The error for a folder that cannot be read, created or written to.
pub(super) fn unusable(error: io::Error) -> CommandError {
    CommandError::new(Exit::Unavailable, error).hint(ANOTHER)
}

/// Refuses a path that names a file or leads through one.
fn passable(folder: &Utf8Path) -> Result<(), CommandError> {
    let there = folder.ancestors().find(|path| path.exists());
    match there.filter(|path| !path.is_dir()) {
        Some(file) => Err(no_folder(file)),
        None => Ok(()),
    }
}
