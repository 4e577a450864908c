//! The built-in Azure as a whole. Functions take a [`Cloud`], or only the parts of it that they
//! need. The router calls them.

use super::fault::Script;
use super::kind;
use super::registry::blobs::Blobs;
use super::registry::upload::Uploads;
use super::settings::Settings;
use super::stack::model::Secrets;
use super::state::State;

/// A simulated Azure. It opens no connection and reads no clock: each request brings its time.
#[derive(Debug)]
pub struct Cloud {
    pub(super) settings: Settings,
    pub(super) state: State,
    pub(super) script: Script,
    /// Database passwords that stacks in progress still need. They are never saved.
    pub(super) secrets: Secrets,
    /// The content of the registries.
    pub(super) blobs: Blobs,
    /// Uploads to a registry that are in progress.
    pub(super) uploads: Uploads,
}

impl Cloud {
    /// A cloud that continues from a saved state.
    pub fn new(settings: Settings, mut state: State, script: Script) -> Self {
        if let Some(prepared) = &script.circumstances().prepared {
            state.prepare(&settings.subscription, prepared, kind::namespaces());
        }
        Self {
            settings,
            state,
            script,
            secrets: Secrets::default(),
            blobs: Blobs::default(),
            uploads: Uploads::default(),
        }
    }

    /// Sets where the registries keep their bytes. The default is memory.
    #[must_use]
    pub fn with_blobs(mut self, blobs: Blobs) -> Self {
        self.blobs = blobs;
        self
    }

    pub fn state(&self) -> &State {
        &self.state
    }
}
