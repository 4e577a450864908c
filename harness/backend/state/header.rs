//! `state.json`: the version of the layout, and the backend of the topology.

use base::file::write_json;
use serde::{Deserialize, Serialize};

use super::{Directory, Error};

/// The layout version that this build reads and writes.
pub(super) const VERSION: u32 = 2;

/// The content of `state.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    layout: u32,
    pub(super) backend: String,
}

impl Directory {
    /// Whether anything was ever created here. A folder that cannot be read is an error, since it
    /// may contain anything.
    pub fn exists(&self) -> Result<bool, Error> {
        for path in [self.header_path(), self.run()] {
            let there = path.as_std_path().try_exists();
            if there.map_err(self.failed("look for earlier state"))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The backend that last used the folder; `None` if there is no folder.
    pub fn backend(&self) -> Result<Option<String>, Error> {
        Ok(self.header()?.map(|header| header.backend))
    }

    /// The backend of the resources that may exist, or of a load that has not ended, as far as it can
    /// be read without the lock.
    pub fn standing(&self) -> Result<Option<String>, Error> {
        let Some(backend) = self.backend()? else {
            return Ok(None);
        };
        let stands = self.load().exists() || !self.named()?.is_empty();
        Ok(stands.then_some(backend))
    }

    /// Refuses a backend while resources of another one may exist.
    pub fn allows(&self, backend: &str) -> Result<(), Error> {
        match self.standing()? {
            Some(found) if found != backend => Err(Error::Backend {
                path: self.path().to_owned(),
                found,
                wanted: backend.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// The content of `state.json`, if it exists and has this layout.
    pub(super) fn header(&self) -> Result<Option<Header>, Error> {
        let path = self.header_path();
        let written: Option<serde_json::Value> = self.json(&path, "read state.json")?;
        let Some(written) = written else {
            return Ok(None);
        };
        let garbage = |what: String| Error::Garbage {
            path: path.clone(),
            what,
        };
        match written["layout"].as_u64() {
            Some(layout) if layout == u64::from(VERSION) => {}
            Some(layout) => {
                return Err(Error::Layout {
                    path: self.path().to_owned(),
                    found: layout.to_string(),
                });
            }
            None => return Err(garbage("it has no layout version".to_owned())),
        }
        let header = serde_json::from_value(written);
        header.map(Some).map_err(|error| garbage(error.to_string()))
    }

    pub(super) fn write_header(&self, backend: &str) -> Result<(), Error> {
        let header = Header {
            layout: VERSION,
            backend: backend.to_owned(),
        };
        write_json(&self.header_path(), &header).map_err(self.failed("write state.json"))
    }
}
