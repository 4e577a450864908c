//! Loads profiles from a table instead of a folder.

use std::error::Error as _;
use std::io;

use camino::Utf8Path;

use crate::profile::{self, Error, Profile, Reader, Request, Source, Unresolved, Worker, Workers};

/// Loads a profile by name from `files` and the built-in profiles.
pub fn load(files: &[(&str, &str)], name: &str, sets: &[&str]) -> Result<Profile, Error> {
    read(files, name, sets)?.resolve()
}

/// Reads a profile by name from `files` and the built-in profiles.
pub(in crate::profile) fn read(
    files: &[(&str, &str)],
    name: &str,
    sets: &[&str],
) -> Result<Unresolved, Error> {
    let request = Request {
        source: Source::Named {
            folder: "profiles".into(),
            name: name.to_owned(),
        },
        sets: sets.iter().map(|&set| set.to_owned()).collect(),
    };
    let reader = Reader {
        read: |path: &Utf8Path| {
            let found = files
                .iter()
                .find(|(file, _)| path.file_name() == Some(file));
            match found {
                Some((_, "unreadable")) => Err(io::ErrorKind::PermissionDenied.into()),
                Some((_, text)) => Ok((*text).to_owned()),
                None => Err(io::ErrorKind::NotFound.into()),
            }
        },
        list: |_: &Utf8Path| files.iter().map(|(file, _)| (*file).to_owned()).collect(),
    };
    profile::read(&request, &reader)
}

/// The error of a profile with a valid header and this text.
pub(in crate::profile) fn wrong(text: &str, sets: &[&str]) -> String {
    let text = format!("apiVersion: harness/v1\nkind: Profile\nname: dev\n{text}");
    describe(load(&[("dev.yaml", &text)], "dev", sets))
}

pub(super) fn describe(result: Result<Profile, Error>) -> String {
    let error = result.expect_err("an invalid profile");
    match error.source() {
        Some(source) => format!("{error}\ncaused by: {source}"),
        None => error.to_string(),
    }
}

/// The only worker of a profile.
pub(super) fn worker(profile: &Profile) -> &Worker {
    match &profile.workers {
        Workers::One(worker) => worker,
        Workers::Several(workers) => panic!("it has {} workers", workers.len()),
    }
}

/// The error of each of these profiles.
pub(super) fn all_refused(texts: &[&str]) -> String {
    let refused: Vec<String> = texts
        .iter()
        .map(|text| wrong(&format!("extends: local\n{text}\n"), &[]))
        .collect();
    refused.join("\n\n")
}
