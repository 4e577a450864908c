//! The folder that the user works in, and the state folders below it.

use backend::state::Directory;
use camino::{Utf8Path, Utf8PathBuf};
use model::profile::Profile;

use crate::error::{CommandError, Exit};
use crate::verb::target::Target;

/// The state folder of a target. A rehearsal has one of its own: no name of a profile has a dot.
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

/// Names of profiles, other than that of `state`, of which something was brought up here, or may
/// have been.
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
                "{} (perhaps: it cannot be read)",
                folder.file_name()
            )),
        })
        .collect();
    names.sort();
    names
}

/// The folder that the user works in, by its real path: the same folder by another name must find
/// the same state.
pub(in crate::verb) fn working_directory() -> Result<Utf8PathBuf, CommandError> {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let folder = folder.map_err(|error| {
        CommandError::new(Exit::Unavailable, error).hint("is the working directory gone?")
    })?;
    Utf8PathBuf::try_from(folder).map_err(|error| {
        let folder = error.as_path().display();
        let error = format!("the path of the working directory is not UTF-8: {folder}");
        CommandError::new(Exit::Unavailable, error)
            .hint("work in a folder whose path is; `-C FOLDER` names one")
    })
}
