//! Merges an existing cluster with that of the extended profile.

use super::model::{Existing, Tls};
use crate::profile::overlay::Overlay;

impl Overlay for Existing {
    fn overlay(self, over: Self) -> Self {
        // The place of the API key is one value in one of two forms.
        let replaces = over.api_key_file.is_some() || over.api_key_variable.is_some();
        let (api_key_file, api_key_variable) = if replaces {
            (over.api_key_file, over.api_key_variable)
        } else {
            (self.api_key_file, self.api_key_variable)
        };
        Self {
            address: over.address.or(self.address),
            namespace: over.namespace.or(self.namespace),
            tls: self.tls.overlay(over.tls),
            api_key_file,
            api_key_variable,
            allow_load: over.allow_load.or(self.allow_load),
            rate_limit: over.rate_limit.or(self.rate_limit),
        }
    }
}

impl Overlay for Tls {
    fn overlay(self, over: Self) -> Self {
        Self {
            ca: over.ca.or(self.ca),
            cert: over.cert.or(self.cert),
            key: over.key.or(self.key),
            server_name: over.server_name.or(self.server_name),
        }
    }
}
