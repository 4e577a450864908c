//! The id of the promoting state folder. It distinguishes a running promotion of another folder
//! from one of this folder that was killed.

use backend::state::Directory;
use base::file::{create_private, present, write_atomically};
use uuid::Uuid;

use super::error::Error;

/// The id of a state folder. It is created when it is first needed.
pub(super) fn id(state: &Directory) -> Result<String, Error> {
    let path = state.path().join("promoter");
    let failed = |source| Error::File {
        act: "write",
        path: path.clone(),
        source,
    };
    if let Some(id) = present(fs_err::read_to_string(&path)).map_err(failed)? {
        return Ok(id);
    }
    let id = Uuid::from_bytes(rand::random()).to_string();
    create_private(state.path()).map_err(failed)?;
    write_atomically(&path, id.as_bytes()).map_err(failed)?;
    Ok(id)
}
