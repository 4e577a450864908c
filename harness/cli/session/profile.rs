//! The profile that a target names.

use camino::{Utf8Path, Utf8PathBuf};

use super::folder::state_of;
use crate::cli::meant;
use crate::cli::target::{PROFILES, Target};
use crate::error::{CommandError, Exit};
use crate::profile::{self, Profile, Reader, Request, Source};
use crate::state::Directory;
use crate::ui::Ui;

/// The profile that a target names.
pub(in crate::cli) fn load(target: &Target) -> Result<Profile, CommandError> {
    profile::load(&request(target), &reader()).map_err(|error| unread(target, error))
}

/// The profile of a target as it is written, and its state folder.
pub(in crate::cli) fn named(target: &Target) -> Result<(Profile, Directory), CommandError> {
    let profile = load(target)?;
    let state = state_of(target, &profile)?;
    Ok((profile, state))
}

/// Whether it is the profile that is wrong, or not there: what was brought up by it is not.
pub(in crate::cli) fn is_of_profile(error: &CommandError) -> bool {
    error.source.is::<profile::Error>()
}

/// Tells what a profile says and probably does not mean.
pub(in crate::cli) fn doubt(target: &Target, ui: &mut Ui) {
    // A profile that cannot be read is told of by what comes next.
    let doubts = profile::doubts(&request(target), &reader()).unwrap_or_default();
    for doubt in doubts {
        let place = doubt
            .place()
            .map(|place| format!(":{}:{}", place.line, place.column));
        let (name, place) = (doubt.name(), place.unwrap_or_default());
        ui.say(format!("! {name}{place}: {}", doubt.message()));
    }
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

fn unread(target: &Target, error: profile::Error) -> CommandError {
    let error = CommandError::new(Exit::Invalid, error);
    meant::profile(target)
        .into_iter()
        .fold(error, CommandError::hint)
}

/// The names of the files in a folder; none if it cannot be read.
fn file_names(folder: &Utf8Path) -> Vec<String> {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_owned()).collect()
}
