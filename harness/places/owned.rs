//! What Docker has of a state folder, known by its label.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::state::Directory;
use base::causes::in_one_line;
use docker::{Engine, Error, Owned};

/// How long a Docker engine may take to create a container that nobody waits for any more.
pub(super) const ENGINE_LINGERS: Duration = Duration::from_secs(2);

/// Removes everything of the folder, and what has one of `further` labels; answers with what there
/// was, and with what would not go and why.
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
    // It may be gone although its removal failed, and still be there although it did not.
    let left = owned(engine, state, further).await?.into_iter();
    let left = left.map(|owned| match failures.get(&owned) {
        Some(why) => format!("{owned}: {why}"),
        None => owned.to_string(),
    });
    Ok((found, left.collect()))
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
