//! The project's own profiles.

use camino::Utf8Path;
use model::profile::azure::Azure;
use model::profile::{self, Backend, Profile, Reader, Request, Source};
use model::topology::Topology;

use crate::project;

/// One of the project's profiles with some values set.
pub fn profile(name: &str, sets: &[&str]) -> Profile {
    let request = Request {
        source: Source::Named {
            folder: "profiles".into(),
            name: name.to_owned(),
        },
        sets: sets.iter().map(|&set| set.to_owned()).collect(),
    };
    let reader = Reader {
        read: |path: &Utf8Path| fs_err::read_to_string(project().join(path)),
        list: |_: &Utf8Path| Vec::new(),
    };
    profile::load(&request, &reader).expect("the profile is valid")
}

/// The topology of a profile with some values set.
pub fn topology(name: &str, sets: &[&str]) -> Topology {
    profile(name, sets).topology()
}

/// The `azure` section of the project's profile `azure` with some values set.
pub fn azure(sets: &[&str]) -> Azure {
    match profile("azure", sets).backend {
        Backend::Azure(azure) => *azure,
        other => panic!("{other:?}"),
    }
}
