//! The profile that a target names.

use std::sync::Arc;

use backend::state::Directory;
use camino::{Utf8Path, Utf8PathBuf};
use model::document;
use model::profile::{self, Profile, Reader, Request, Source, Written};

use super::folder::state_of;
use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::meant;
use crate::verb::target::{PROFILES, Target};

/// What a target names, read once for all that a verb asks of it.
#[derive(Debug)]
pub(in crate::verb) struct Loaded {
    pub(in crate::verb) target: Target,
    /// The profile, or why there is none.
    profile: Result<Profile, Arc<profile::Error>>,
    /// What it says and probably does not mean.
    doubts: Vec<document::Error>,
}

/// Loads the profile that a target names.
pub(in crate::verb) fn load(target: &Target) -> Loaded {
    let written = profile::read(&request(target), &reader());
    let doubts = written.as_ref().map(Written::doubts).unwrap_or_default();
    let profile = written.and_then(|written| written.resolve());
    Loaded {
        target: target.clone(),
        profile: profile.map_err(Arc::new),
        doubts,
    }
}

impl Loaded {
    /// The profile; an error where it cannot be had.
    pub(in crate::verb) fn profile(&self) -> Result<&Profile, CommandError> {
        let profile = self.profile.as_ref();
        profile.map_err(|error| unread(&self.target, error))
    }

    /// The same profile, as another target names it.
    pub(in crate::verb) fn by(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The profile, if there is one: what is wrong with it is told by whoever cannot do without.
    pub(in crate::verb) fn readable(&self) -> Option<&Profile> {
        self.profile.as_ref().ok()
    }

    /// The profile as it is written, and its state folder.
    pub(in crate::verb) fn named(&self) -> Result<(&Profile, Directory), CommandError> {
        let profile = self.profile()?;
        let state = state_of(&self.target, profile)?;
        Ok((profile, state))
    }

    /// Tells what the profile says and probably does not mean.
    pub(in crate::verb) fn doubt(&self, ui: &mut Ui) {
        for doubt in &self.doubts {
            let place = doubt
                .place()
                .map(|place| format!(":{}:{}", place.line, place.column));
            let (name, place) = (doubt.name(), place.unwrap_or_default());
            ui.say(format!("! {name}{place}: {}", doubt.message()));
        }
    }
}

/// Whether it is the profile that is wrong, or not there: what was brought up by it is not.
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
        sets: target.set.clone(),
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

fn unread(target: &Target, error: &Arc<profile::Error>) -> CommandError {
    let error = CommandError::new(Exit::Invalid, Arc::clone(error));
    error.with_hints(meant::profile(target))
}

/// The names of the files in a folder; none if it cannot be read.
fn file_names(folder: &Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_owned()).collect()
}
