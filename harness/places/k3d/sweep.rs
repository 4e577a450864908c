//! The last step of a removal: checks that nothing with a marker of this topology remains.

use base::causes::in_one_line;

use super::error::Error;
use super::nodes::Nodes;
use crate::{census, remove_owned};

/// Ends what remains. Returns what could not be ended.
pub(super) async fn sweep(nodes: &Nodes) -> Vec<String> {
    let mut left = census::sweep(&nodes.site.state).await;
    match sweep_docker(nodes).await {
        Ok(more) => left.extend(more),
        Err(error) => left.push(format!(
            "possibly resources in Docker: {}",
            in_one_line(&error)
        )),
    }
    left
}

async fn sweep_docker(nodes: &Nodes) -> Result<Vec<String>, Error> {
    nodes.remove().await?;
    let (site, engine) = (&nodes.site, nodes.site.engine().await?);
    let (_, left) = remove_owned(engine, &site.state, &[site.names.k3d_label()]).await?;
    if left.is_empty() {
        database::forget_secrets(&site.state).map_err(Error::Secrets)?;
    }
    Ok(left)
}
