//! What Docker has of a state folder, known by its label.

use std::time::Duration;

use crate::docker::{Engine, Error, Owned};
use crate::state::Directory;

/// How long a Docker engine may take to create a container that nobody waits for any more.
pub(super) const ENGINE_LINGERS: Duration = Duration::from_secs(2);

/// Removes everything of the folder, and what has one of `further` labels; answers with what there
/// was, and with what would not go.
pub async fn remove_owned(
    engine: &Engine,
    state: &Directory,
    further: &[String],
) -> Result<(Vec<Owned>, Vec<Owned>), Error> {
    let found = owned(engine, state, further).await?;
    for owned in &found {
        // What cannot be removed is seen below.
        let _ = engine.remove(owned).await;
    }
    Ok((found, owned(engine, state, further).await?))
}

/// Containers first, as they use the rest.
async fn owned(
    engine: &Engine,
    state: &Directory,
    further: &[String],
) -> Result<Vec<Owned>, Error> {
    let mut all = engine.owned(state.path().as_str()).await?;
    for label in further {
        all.extend(engine.labelled(label).await?);
    }
    all.sort();
    all.dedup();
    Ok(all)
}
