//! The working directory, and the state folders below it.

use backend::state::Directory;
use camino::{Utf8Path, Utf8PathBuf};
use model::profile::Profile;

use crate::error::{CommandError, Exit};
use crate::verb::target::Target;

/// The state folder of a target. A rehearsal has a separate one, whose name has a dot, as no
/// profile's name has.
pub(in crate::verb) fn state_of(
    target: &Target,
    profile: &Profile,
) -> Result<Directory, CommandError> {
    let name = profile.name.as_str();
    if target.rehearse {
        return state_named(&format!("{name}.rehearsal"));
    }
    state_named(name)
}

pub(in crate::verb) fn state_named(profile: &str) -> Result<Directory, CommandError> {
    let root = working_directory()?;
    Ok(Directory::new(root.join(".harness").join(profile)))
}

/// The names of the profiles that are up here or may be, without that of `state`.
pub(in crate::verb) fn others_up(state: &Directory) -> Vec<String> {
    let Some(folders) = state.path().parent().map(Utf8Path::read_dir_utf8) else {
        return Vec::new();
    };
    let mut names: Vec<String> = folders
        .into_iter()
        .flatten()
        .flatten()
        .filter(|folder| folder.path() != state.path())
        .filter_map(|folder| match Directory::new(folder.path()).standing() {
            Ok(standing) => standing.map(|_| folder.file_name().to_owned()),
            Err(_) => Some(format!(
                "{} (unknown: its state cannot be read)",
                folder.file_name()
            )),
        })
        .collect();
    names.sort();
    names
}

/// The canonical path of the working directory, so that every path to it finds the same state.
pub(in crate::verb) fn working_directory() -> Result<Utf8PathBuf, CommandError> {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let folder = folder.map_err(|error| {
        CommandError::new(Exit::Unavailable, error).hint("Check that the working directory exists.")
    })?;
    Utf8PathBuf::try_from(folder).map_err(|error| {
        let folder = error.as_path().display();
        let error = format!("the path of the working directory is not UTF-8: {folder}");
        CommandError::new(Exit::Unavailable, error)
            .hint("Choose a folder with a UTF-8 path, with `-C FOLDER`.")
    })
}
