//! The profile that a target names.

use std::sync::Arc;

use backend::state::Directory;
use camino::{Utf8Path, Utf8PathBuf};
use model::document::{self, Origin};
use model::profile::{self, Profile, Reader, Request, Source, Unresolved};

use super::folder::state_of;
use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::meant;
use crate::verb::target::{PROFILES, Target};

/// The profile of a target, read once per command.
#[derive(Debug)]
pub(in crate::verb) struct Loaded {
    pub(in crate::verb) target: Target,
    /// The profile, or why it could not be loaded.
    profile: Result<Profile, Arc<profile::Error>>,
    /// Where the profile was found; `None` if it was not.
    origin: Option<Origin>,
    /// The warnings about values that are probably mistakes.
    doubts: Vec<document::Error>,
}

/// Loads the profile that a target names.
pub(in crate::verb) fn load(target: &Target) -> Loaded {
    let written = read(target);
    let origin = written
        .as_ref()
        .ok()
        .map(|written| written.origin().clone());
    let doubts = written
        .as_ref()
        .map(Unresolved::warnings)
        .unwrap_or_default();
    let profile = written.and_then(|written| written.resolve());
    Loaded {
        target: target.clone(),
        profile: profile.map_err(Arc::new),
        origin,
        doubts,
    }
}

/// Reads the documents of the profile that a target names.
pub(in crate::verb) fn read(target: &Target) -> Result<Unresolved, profile::Error> {
    profile::read(&request(target), &reader())
}

impl Loaded {
    /// The profile, or the error of loading it.
    pub(in crate::verb) fn profile(&self) -> Result<&Profile, CommandError> {
        let profile = self.profile.as_ref();
        profile.map_err(|error| unread(&self.target, error))
    }

    /// Where the profile was found.
    pub(in crate::verb) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The same profile under another target.
    pub(in crate::verb) fn by(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The profile, if it could be loaded, for verbs that can do without it.
    pub(in crate::verb) fn readable(&self) -> Option<&Profile> {
        self.profile.as_ref().ok()
    }

    /// The profile and its state folder.
    pub(in crate::verb) fn named(&self) -> Result<(&Profile, Directory), CommandError> {
        let profile = self.profile()?;
        let state = state_of(&self.target, profile)?;
        Ok((profile, state))
    }

    /// Prints the warnings about values that are probably mistakes.
    pub(in crate::verb) fn doubt(&self, ui: &mut Ui) {
        for doubt in &self.doubts {
            let position = doubt
                .position()
                .map(|position| format!(":{}:{}", position.line, position.column));
            let (name, position) = (doubt.name(), position.unwrap_or_default());
            ui.say(format!("! {name}{position}: {}", doubt.message()));
        }
    }
}

/// Whether the error concerns the profile only, not the running topology.
pub(in crate::verb) fn is_of_profile(error: &CommandError) -> bool {
    error.source.is::<Arc<profile::Error>>()
}

fn request(target: &Target) -> Request {
    let source = match &target.file {
        Some(file) => Source::File(file.clone()),
        None => Source::Named {
            folder: Utf8PathBuf::from(PROFILES),
            name: target.profile.clone(),
        },
    };
    Request {
        source,
        sets: target.assignments(),
    }
}

type Reads = fn(&Utf8Path) -> std::io::Result<String>;
type Lists = fn(&Utf8Path) -> Vec<String>;

fn reader() -> Reader<Reads, Lists> {
    Reader {
        read: |path| fs_err::read_to_string(path),
        list: file_names,
    }
}

/// The error of a profile that could not be loaded.
pub(in crate::verb) fn unread(target: &Target, error: &Arc<profile::Error>) -> CommandError {
    let error = CommandError::new(Exit::Invalid, Arc::clone(error));
    error.with_hints(meant::profile(target))
}

/// The names of the profiles in the folder of profiles.
pub(in crate::verb) fn profile_names() -> Vec<String> {
    let files = file_names(Utf8Path::new(PROFILES));
    let names = files.iter().filter_map(|file| file.strip_suffix(".yaml"));
    names.map(str::to_owned).collect()
}

/// The names of the files in a folder; empty if it cannot be read.
fn file_names(folder: &Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_owned()).collect()
}
