//! The id of the promoting state folder. It distinguishes a running promotion of another folder
//! from one of this folder that was killed.

use backend::state::Directory;
use base::file::{create_private, present, write_atomically};
use camino::Utf8Path;
use uuid::Uuid;

use super::error::Error;

/// The id of a state folder. It is created when it is first needed.
pub(super) fn id(state: &Directory) -> Result<String, Error> {
    let path = state.path().join("promoter");
    let failed = |act, path: &Utf8Path| {
        let path = path.to_owned();
        move |source| Error::File { act, path, source }
    };
    let found = present(fs_err::read_to_string(&path));
    if let Some(id) = found.map_err(failed("read", &path))? {
        return Ok(id);
    }
    let id = Uuid::from_bytes(rand::random()).to_string();
    create_private(state.path()).map_err(failed("create", state.path()))?;
    write_atomically(&path, id.as_bytes()).map_err(failed("write", &path))?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_stays_and_an_error_names_the_act_that_failed() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder.join("state"));
        let first = id(&state).expect("it can be written");
        assert_eq!(id(&state).expect("it can be read"), first);
        let path = state.path().join("promoter");
        fs_err::remove_file(&path).expect("the file exists");
        fs_err::create_dir(&path).expect("a folder in its place");
        let error = id(&state).expect_err("it is a folder").to_string();
        assert!(error.starts_with("could not read "), "{error}");
    }
}
