//! The Docker resources of a state folder, found by its label.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::state::Directory;
use base::causes::in_one_line;
use docker::{Engine, Error, Owned};

/// How long a Docker engine may continue to create a container after its client is gone.
pub(super) const ENGINE_SETTLING: Duration = Duration::from_secs(2);

/// Removes everything of the folder, and everything with one of the `further` labels. Returns what
/// was found, and what could not be removed with the reason.
pub async fn remove_owned(
    engine: &Engine,
    state: &Directory,
    further: &[String],
) -> Result<(Vec<Owned>, Vec<String>), Error> {
    let found = owned(engine, state, further).await?;
    if found.is_empty() {
        return Ok((found, Vec::new()));
    }
    let mut failures = BTreeMap::new();
    for owned in &found {
        if let Err(error) = engine.remove(owned).await {
            failures.insert(owned.clone(), in_one_line(&error));
        }
    }
    // A failed removal may still have removed it, and a successful one may not have.
    let left = owned(engine, state, further).await?.into_iter();
    let left = left.map(|owned| match failures.get(&owned) {
        Some(why) => format!("{owned}: {why}"),
        None => owned.to_string(),
    });
    Ok((found, left.collect()))
}

/// Lists containers first, since they use the other resources.
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
