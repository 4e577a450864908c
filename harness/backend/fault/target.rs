//! What a fault affects.

use std::fmt;

use model::topology::ServiceName;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A service, with all of its replicas.
    Service(ServiceName),
}

impl Target {
    pub fn service(&self) -> &ServiceName {
        match self {
            Self::Service(service) => service,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.service().fmt(out)
    }
}
