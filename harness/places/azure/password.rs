//! The password of the database's administrator: in the cluster's Secret, and nowhere else. Until
//! it has arrived there it is in a file of the state folder, so that nothing is lost when a command
//! is killed on the way.

use std::io;
use std::sync::Arc;

use backend::Fetch;
use base::file::{create_private, present};
use base::secret::Secret;
use camino::Utf8PathBuf;

use super::error::Error;
use super::link::Link;
use super::site::Site;

/// The password of the database's administrator.
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

    /// The password that is to be: one that is on its way, else the one that the cluster has, else a
    /// new one; `another` passes over that of the cluster.
    pub(super) async fn provide(
        &self,
        promoted: bool,
        another: bool,
        fetch: Fetch,
    ) -> Result<Secret, backend::Error> {
        if let Some(under_way) = self.under_way()? {
            // A command that was killed may have brought it there and not lived to say so.
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
            // A cluster that does not answer may well have one: another would lock its pods out.
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
                create_private(&self.site.state.secrets()).map_err(self.failed("make"))?;
                let made = Secret::of_file(&self.file());
                Ok(made.map_err(self.failed("write"))?)
            }
        }
    }

    /// Whether a password is on its way that has not arrived everywhere.
    pub fn is_rotating(&self) -> bool {
        self.file().exists()
    }

    fn under_way(&self) -> Result<Option<Secret>, Error> {
        let text = present(fs_err::read_to_string(self.file()));
        Ok(text.map_err(self.failed("read"))?.map(Secret::new))
    }

    /// It has arrived in the cluster.
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
