//! What the built-in Azure consists of. Functions take it, or only the part of it that they need; the
//! router calls them.

use super::fault::Script;
use super::kind;
use super::registry::blobs::Blobs;
use super::registry::upload::Uploads;
use super::settings::Settings;
use super::stack::model::Secrets;
use super::state::State;

/// A simulated Azure. It knows no network and no clock: time comes with each request.
#[derive(Debug)]
pub struct Cloud {
    pub(super) settings: Settings,
    pub(super) state: State,
    pub(super) script: Script,
    /// Passwords of databases that stacks in progress will need; never saved.
    pub(super) secrets: Secrets,
    /// What registries hold.
    pub(super) blobs: Blobs,
    /// Blobs on their way to a registry.
    pub(super) uploads: Uploads,
}

impl Cloud {
    /// A cloud as it was left.
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

    /// The same with its registries' bytes elsewhere than in memory.
    #[must_use]
    pub fn with_blobs(mut self, blobs: Blobs) -> Self {
        self.blobs = blobs;
        self
    }

    /// All that exists.
    pub fn state(&self) -> &State {
        &self.state
    }
}
