//! What is done once everything was removed: nothing that carries a mark of this topology is left,
//! or it is named.

use base::causes::in_one_line;

use super::backend::K3dBackend;
use super::error::Error;
use crate::{census, remove_owned};

impl K3dBackend {
    /// Ends what is left and names what would not go.
    pub(super) async fn sweep_all(&self) -> Vec<String> {
        let mut left = census::sweep(self.state()).await;
        match self.sweep_docker().await {
            Ok(more) => left.extend(more),
            Err(error) => left.push(format!("what may be in Docker: {}", in_one_line(&error))),
        }
        left
    }

    async fn sweep_docker(&self) -> Result<Vec<String>, Error> {
        self.remove_cluster().await?;
        let engine = &self.docker().await?.engine;
        let (_, left) = remove_owned(engine, self.state(), &[self.names().k3d_label()]).await?;
        if left.is_empty() {
            database::forget_secrets(self.state()).map_err(Error::Secrets)?;
        }
        Ok(left)
    }
}
