//! Combines a loaded profile with the chosen backend.

use backend::state::Directory;
use base::tool::Environment;
use model::document::Origin;
use model::profile::{Backend, Profile};
use places::azure::Aim;
use places::k3d;

use super::error::state_error;
use super::profile::Loaded;
use crate::error::{CommandError, Exit};
use crate::verb::machine::Machine;
use crate::verb::place::{self, Choice};

/// A profile on its backend.
pub(super) struct Subject {
    pub(super) profile: Profile,
    /// Where the profile was found.
    pub(super) origin: Origin,
    /// Why this backend was chosen, if the profile does not name one.
    pub(super) reason: Option<String>,
    /// Azure or the built-in Azure, for backend `azure`.
    pub(super) aim: Aim,
}

impl Subject {
    /// Chooses the backend of a profile, and returns it with the state folder.
    pub(super) async fn of(loaded: &Loaded) -> Result<(Self, Directory), CommandError> {
        let target = &loaded.target;
        let (written, state) = loaded.named()?;
        // An unreadable state may name any backend.
        state.inspect().map_err(state_error)?;
        let named = if target.rehearse {
            target.in_azure()?.backend
        } else {
            target.named_backend()?
        };
        let standing = state.standing().map_err(state_error)?;
        let environment = Environment::of_process();
        let Choice { backend, reason } = match place::choose(written, named, standing.as_deref()) {
            Some(choice) => choice,
            None => place::first_of(written, &Machine::ask(&environment).await),
        };
        let profile = Profile {
            backend,
            ..written.clone()
        };
        if let Some(reason) = profile.backend_conflict() {
            return Err(CommandError::new(Exit::Invalid, reason));
        }
        let in_azure = matches!(profile.backend, Backend::Azure(_));
        let (aim, reason) = match (in_azure, target.rehearse) {
            (true, true) => {
                let speed = place::speed(&environment)?;
                let machine = Machine::ask(&environment).await;
                let (aim, reason) = place::rehearsal(speed, &machine, k3d::stands(&state));
                (aim, Some(reason))
            }
            (false, true) => return Err(place::no_rehearsal(&profile)),
            (_, false) => (Aim::Azure, reason),
        };
        let origin = loaded.origin().expect("the profile was loaded");
        let subject = Self {
            profile,
            origin: origin.clone(),
            reason,
            aim,
        };
        Ok((subject, state))
    }

    /// The kind of backend, as in the state folder.
    pub(super) fn kind(&self) -> &'static str {
        match self.aim {
            Aim::Rehearsal { .. } => "azure-rehearsal",
            Aim::Azure => self.profile.backend.kind(),
        }
    }
}
