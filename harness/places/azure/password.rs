//! The password of the database's administrator. It is stored in the cluster's Secret only. Until
//! it is there, a file of the state folder keeps it, so that a killed command does not lose it.

use std::io;
use std::sync::Arc;

use backend::Fetch;
use base::file::{create_private, present};
use base::secret::Secret;
use camino::Utf8PathBuf;

use super::connection::Link;
use super::error::Error;
use super::site::Site;

#[derive(Debug)]
pub struct Password {
    site: Arc<Site>,
    link: Arc<Link>,
}

impl Password {
    pub(super) fn new(site: &Arc<Site>, link: &Arc<Link>) -> Self {
        Self {
            site: Arc::clone(site),
            link: Arc::clone(link),
        }
    }

    /// The password to use: the one in the file if there is one, else the cluster's, else a new
    /// one. With `another`, the cluster's is not used.
    pub(super) async fn provide(
        &self,
        promoted: bool,
        another: bool,
        fetch: Fetch,
    ) -> Result<Secret, backend::Error> {
        if let Some(under_way) = self.under_way()? {
            // A killed command may have stored it in the cluster without removing the file.
            if let Ok(Some(connection)) = self.link.connection().await
                && let Ok(Some(kept)) = connection.cluster.database_password().await
                && kept == under_way
                && fetch == Fetch::Missing
                && !another
            {
                self.arrive()?;
            }
            return Ok(under_way);
        }
        if promoted && !another {
            // If the cluster does not answer, do not replace its password: that would lock its pods
            // out.
            if let Some(connection) = self.link.connection().await? {
                let kept = connection.cluster.database_password().await?;
                if let Some(kept) = kept {
                    return Ok(kept);
                }
            }
        }
        match fetch {
            Fetch::Nothing => Ok(Secret::generate()),
            Fetch::Missing => {
                create_private(&self.site.state.secrets()).map_err(self.failed("create"))?;
                let made = Secret::of_file(&self.file());
                Ok(made.map_err(self.failed("write"))?)
            }
        }
    }

    /// Whether a new password has not reached the cluster and the database yet.
    pub fn is_rotating(&self) -> bool {
        self.file().exists()
    }

    fn under_way(&self) -> Result<Option<Secret>, Error> {
        let text = present(fs_err::read_to_string(self.file()));
        Ok(text.map_err(self.failed("read"))?.map(Secret::new))
    }

    /// Removes the file, since the password has reached the cluster.
    pub(super) fn arrive(&self) -> Result<(), Error> {
        let removed = present(fs_err::remove_file(self.file()));
        removed.map(drop).map_err(self.failed("remove"))
    }

    fn file(&self) -> Utf8PathBuf {
        self.site.state.secrets().join("mysql-under-way")
    }

    fn failed(&self, act: &'static str) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.file();
        move |source| Error::File {
            act,
            path: path.clone(),
            source,
        }
    }
}
